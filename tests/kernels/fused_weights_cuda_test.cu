#include <gtest/gtest.h>

#include <cstring>
#include <deque>
#include <vector>

#include "kernels/fused_weights.hpp"
#include "support/on_device.hpp"

namespace m2m::kernels {
namespace {

using testing::OnDevice;

std::vector<float> made(std::size_t count, std::size_t period, float first) {
  std::vector<float> values;
  for (std::size_t i = 0; i < count; ++i) values.push_back(static_cast<float>(i % period) / 61 + first);
  return values;
}

/// A layer of which every number lies in the memory of the host and of the device.
struct Layer {
  Layer(const PackLayer& given, bool folds_norm) : sizes(given), folds(folds_norm) {}

  PackLayer sizes;
  bool folds;
  std::size_t out = static_cast<std::size_t>(sizes.out_channels);
  std::vector<float> weight = made(9 * out * static_cast<std::size_t>(sizes.in_channels), 97, -0.8F);
  std::vector<float> gamma_beta_mean = made(3 * out, 31, -0.2F), variance = made(out, 29, 0.01F),
                     bias = std::vector<float>(out);
  OnDevice<float> device_weight{weight}, device_gamma_beta_mean{gamma_beta_mean}, device_variance{variance},
      device_bias{bias};

  PackLayer row(const float* weights, const float* of_norm, const float* of_variance, float* folded_bias) const {
    PackLayer row = sizes;
    row.weight = weights;
    if (folds) row.norm = {of_norm, of_norm + out, of_norm + 2 * out, of_variance, 1e-5F, folded_bias};
    return row;
  }
  PackLayer on_host() { return row(weight.data(), gamma_beta_mean.data(), variance.data(), bias.data()); }
  PackLayer on_device() const {
    return row(device_weight.get(), device_gamma_beta_mean.get(), device_variance.get(), device_bias.get());
  }
};

bool same_bits(const std::vector<Words4>& a, const std::vector<Words4>& b) {
  return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size() * sizeof(Words4)) == 0;
}

TEST(FusedWeightsOnTheDevice, AreTheCpusBitForBitWithBatchNormsFoldedInAndWithout) {
  if (!testing::has_device()) GTEST_SKIP() << "skipped: no device";
  std::deque<Layer> layers;
  std::vector<PackLayer> host_rows, device_rows;
  std::int64_t count = 0;
  for (const PackLayer& sizes : std::vector<PackLayer>{{nullptr, 3, 16, 1, true},
                                                       {nullptr, 16, 16, 1, false},
                                                       {nullptr, 16, 32, 2, true},
                                                       {nullptr, 32, 64, 2, false},
                                                       {nullptr, 64, 64, 1, true}}) {
    layers.emplace_back(sizes, layers.size() != 1);
    host_rows.push_back(layers.back().on_host());
    device_rows.push_back(layers.back().on_device());
    count += packed_count(sizes);
  }
  std::vector<Words4> forward(static_cast<std::size_t>(count)), backward(forward.size());
  const OnDevice<Words4> device_forward(forward), device_backward(backward);
  const OnDevice<PackLayer> rows(device_rows);
  pack_weights(host_rows.data(), static_cast<int>(host_rows.size()), forward.data(), backward.data());
  testing::run_recorded([&](void* stream) {
    pack_weights_cuda(rows.get(), static_cast<int>(host_rows.size()), device_forward.get(), device_backward.get(),
                      stream);
  });
  EXPECT_TRUE(same_bits(device_forward.back(), forward));
  EXPECT_TRUE(same_bits(device_backward.back(), backward));
  for (const Layer& layer : layers) EXPECT_EQ(layer.device_bias.back(), layer.bias);
}

}  // namespace
}  // namespace m2m::kernels
