#include <gtest/gtest.h>

#include <cstring>
#include <memory>
#include <vector>

#include "kernels/fused_weights.hpp"
#include "support/on_device.hpp"

namespace m2m::kernels {
namespace {

using testing::OnDevice;

TEST(FusedWeightsOnTheDevice, AreTheCpusBitForBit) {
  if (!testing::has_device()) GTEST_SKIP() << "skipped: no device";
  const std::vector<std::vector<std::int32_t>> shapes = {
      {3, 16, 1}, {16, 16, 1}, {16, 32, 2}, {32, 64, 2}, {64, 64, 1}};
  std::vector<std::vector<float>> weights;
  std::vector<PackLayer> layers;
  std::int64_t count = 0;
  for (const auto& shape : shapes) {
    std::vector<float> weight;
    for (int i = 0; i < 9 * shape[0] * shape[1]; ++i) weight.push_back(static_cast<float>(i % 97) / 61 - 0.8F);
    weights.push_back(weight);
    layers.push_back({weights.back().data(), shape[0], shape[1], shape[2], layers.size() % 2 == 1});
    count += packed_count(layers.back());
  }
  std::vector<Words4> forward(static_cast<std::size_t>(count)), backward(forward.size());
  const OnDevice<Words4> device_forward(forward), device_backward(backward);
  pack_weights(layers.data(), static_cast<int>(layers.size()), forward.data(), backward.data());
  std::vector<std::unique_ptr<OnDevice<float>>> device_weights;
  for (std::size_t i = 0; i < layers.size(); ++i) {
    device_weights.push_back(std::make_unique<OnDevice<float>>(weights[i]));
    layers[i].weight = device_weights.back()->get();
  }
  const OnDevice<PackLayer> device_layers(layers);
  pack_weights_cuda(device_layers.get(), static_cast<int>(layers.size()), device_forward.get(),
                    device_backward.get(), nullptr);
  EXPECT_EQ(std::memcmp(device_forward.back().data(), forward.data(), forward.size() * sizeof(Words4)), 0);
  EXPECT_EQ(std::memcmp(device_backward.back().data(), backward.data(), backward.size() * sizeof(Words4)), 0);
}

}  // namespace
}  // namespace m2m::kernels
