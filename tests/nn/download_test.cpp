#include "nn/download.hpp"

#include <gtest/gtest.h>

#include "support/test_device.hpp"

namespace m2m::nn {
namespace {

TEST(DownloadOnDevice, KeepsWhatTheTensorsHeldWhenItWasQueued) {
  constexpr int many = 1'000'000;
  const torch::Device device = testing::test_device();
  torch::Tensor counts = torch::arange(many, torch::kInt64).to(device),
                loss = torch::full({}, 2.5, torch::kFloat64).to(device);
  const torch::Tensor expected = torch::arange(many, torch::kInt64);
  torch::Tensor slow = torch::rand({4096, 4096}, torch::TensorOptions(device));
  // A GPU is still busy when the host reads: without a wait it would read what was there before.
  if (device.is_cuda()) {
    for (int i = 0; i < 20; ++i) slow = torch::mm(slow, slow).clamp(0, 1);
  }
  const Download download({counts, loss});
  counts.zero_();
  loss.zero_();
  EXPECT_TRUE(torch::equal(download.wait()[0], expected));
  EXPECT_EQ(download.wait()[1].item<double>(), 2.5);
}

TEST(Download, OfNothingIsEmpty) { EXPECT_TRUE(Download({}).wait().empty()); }

}  // namespace
}  // namespace m2m::nn
