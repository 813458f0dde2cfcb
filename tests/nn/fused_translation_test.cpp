#include "nn/fused_translation.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "kernels/fused_resnet.hpp"

namespace m2m::nn {
namespace {

TEST(TranslationMemory, IsWhatTheKernelWritesForBothNetworks) {
  constexpr int blocks = 5, m = 7;
  TranslationMemory memory(blocks, m, torch::kCPU);
  kernels::TranslationBatch batch{};
  memory.show_in(batch);
  const auto values = 2 * std::size_t{m} * 3 * 32 * 32, words = 2 * std::size_t{m} * kernels::sign_words(blocks);
  std::fill(batch.x, batch.x + values, 1.0F);  // under the sanitizers a write behind the end is an error
  std::fill(batch.gradients, batch.gradients + values, 2.0F);
  std::fill(batch.signs, batch.signs + words, 3U);
  EXPECT_EQ(memory.bytes(), (2 * values + words) * 4);
  EXPECT_EQ(memory.x().sum().item<double>(), static_cast<double>(values));
}

TEST(TranslationMemory, HasRoomForTheSignsOfEitherNumberOfWarps) {
  for (const int blocks : {3, 5, 9}) {
    EXPECT_GE(kernels::sign_words(blocks), kernels::resnet_sign_words<4>(blocks));
    EXPECT_GE(kernels::sign_words(blocks), kernels::resnet_sign_words<8>(blocks));
  }
}

TEST(FusedTranslationBytes, AreThoseOfItsMemory) {
  for (const int blocks : {3, 9}) {
    for (const int m : {1, 76, 128}) {
      EXPECT_EQ(static_cast<std::size_t>(fused_translation_bytes(blocks, m)),
                TranslationMemory(blocks, m, torch::kCPU).bytes());
    }
  }
}

}  // namespace
}  // namespace m2m::nn
