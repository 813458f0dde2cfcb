#include "nn/upload.hpp"

#include <gtest/gtest.h>

namespace m2m::nn {
namespace {

TEST(Upload, BringsEachPieceAsWhatItIs) {
  Upload upload;
  const std::vector<std::int64_t> labels{3, 1, 2};
  const std::vector<std::uint8_t> coins{1, 0, 1, 1, 0};
  const std::vector<double> scales{0.5};
  const std::vector<std::int32_t> slots{7, 8, 9};
  const Piece of_labels = upload.add(std::span<const std::int64_t>(labels));
  const Piece of_coins = upload.add(std::span<const std::uint8_t>(coins), torch::kBool);
  const Piece of_nothing = upload.add(std::span<const double>());
  const Piece of_scales = upload.add(std::span<const double>(scales));
  const Piece of_slots = upload.add(std::span<const std::int32_t>(slots));
  upload.send(torch::kCPU);
  EXPECT_TRUE(torch::equal(upload[of_labels], torch::tensor(labels, torch::kInt64)));
  EXPECT_TRUE(torch::equal(upload[of_coins], torch::tensor({true, false, true, true, false})));
  EXPECT_EQ(upload[of_nothing].numel(), 0);
  EXPECT_TRUE(torch::equal(upload[of_scales], torch::tensor(scales, torch::kFloat64)));
  EXPECT_TRUE(torch::equal(upload[of_slots], torch::tensor(slots, torch::kInt32)));
}

TEST(Upload, OfNothingIsEmpty) {
  Upload upload;
  const Piece nothing = upload.add(std::span<const std::int64_t>());
  upload.send(torch::kCPU);
  EXPECT_EQ(upload[nothing].numel(), 0);
}

TEST(Upload, KeepsItsMemoryForThePiecesThatAreOut) {
  torch::Tensor piece;
  {
    Upload upload;
    const std::vector<double> values(1000, 2.5);
    const Piece noted = upload.add(std::span<const double>(values));
    upload.send(torch::kCPU);
    piece = upload[noted];
  }
  EXPECT_EQ(piece.sum().item<double>(), 2500);
}

}  // namespace
}  // namespace m2m::nn
