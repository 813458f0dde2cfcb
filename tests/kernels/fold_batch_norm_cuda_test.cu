#include <gtest/gtest.h>

#include <cstring>
#include <vector>

#include "kernels/fold_batch_norm.hpp"
#include "kernels/storage.hpp"
#include "support/fold_cases.hpp"
#include "support/on_device.hpp"

namespace m2m::kernels {
namespace {

using testing::drawn_layer;
using testing::has_device;
using testing::HostLayer;
using testing::OnDevice;

template <typename T>
bool same_bits(const std::vector<T>& a, const std::vector<T>& b) {
  return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size() * sizeof(T)) == 0;
}

template <typename Real, typename Folded>
void expect_the_cpus_layers(bool is_channels_last) {
  HostLayer<Real, Folded> layer = drawn_layer<Real, Folded>(is_channels_last);
  const OnDevice<Real> weight(layer.weight), gamma(layer.gamma), beta(layer.beta), mean(layer.mean),
      variance(layer.variance);
  const OnDevice<Folded> folded_weight(layer.folded_weight), folded_bias(layer.folded_bias),
      other_weight(layer.folded_weight), other_bias(layer.folded_bias);
  FoldLayer row = layer.row();
  fold_batch_norm<Real, Folded>(1e-5, 1, &row);
  row.weight = weight.get();
  row.gamma = gamma.get();
  row.beta = beta.get();
  row.mean = mean.get();
  row.variance = variance.get();
  row.folded_weight = folded_weight.get();
  row.folded_bias = folded_bias.get();
  FoldLayer other = row;
  other.folded_weight = other_weight.get();
  other.folded_bias = other_bias.get();
  const OnDevice<FoldLayer> rows({row, other});
  testing::run_recorded([&](void* stream) { fold_batch_norm_cuda<Real, Folded>(1e-5, 2, rows.get(), stream); });
  EXPECT_TRUE(same_bits(folded_weight.back(), layer.folded_weight));
  EXPECT_TRUE(same_bits(folded_bias.back(), layer.folded_bias));
  EXPECT_TRUE(same_bits(other_weight.back(), layer.folded_weight));
  EXPECT_TRUE(same_bits(other_bias.back(), layer.folded_bias));
}

TEST(FoldBatchNormOnTheDevice, IsTheCpusBitForBit) {
  if (!has_device()) GTEST_SKIP() << "skipped: no device";
  for (const bool is_channels_last : {false, true}) {
    expect_the_cpus_layers<float, float>(is_channels_last);
    expect_the_cpus_layers<float, Bf16>(is_channels_last);
    expect_the_cpus_layers<double, double>(is_channels_last);
  }
}

}  // namespace
}  // namespace m2m::kernels
