#include "kernels/fold_batch_norm.hpp"

#include <gtest/gtest.h>

#include "kernels/storage.hpp"
#include "support/fold_cases.hpp"

namespace m2m::kernels {
namespace {

using testing::drawn_layer;
using testing::HostLayer;

template <typename Real, typename Folded>
HostLayer<Real, Folded> folded(bool is_channels_last) {
  auto layer = drawn_layer<Real, Folded>(is_channels_last);
  const FoldLayer row = layer.row();
  fold_batch_norm<Real, Folded>(1e-5, 1, &row);
  return layer;
}

TEST(FoldBatchNorm, IsScaleAndShiftOfEachOutputChannel) {
  const auto layer = folded<double, double>(false);
  for (int out = 0; out < layer.out_channels; ++out) {
    const double scale = layer.gamma[out] / std::sqrt(layer.variance[out] + 1e-5);
    EXPECT_DOUBLE_EQ(layer.folded_bias[out], layer.beta[out] - scale * layer.mean[out]);
    for (int in = 0; in < layer.in_channels; ++in) {
      for (int tap = 0; tap < layer.taps; ++tap) {
        EXPECT_DOUBLE_EQ(layer.folded_weight[(out * layer.taps + tap) * layer.in_channels + in],
                         scale * layer.weight[(out * layer.in_channels + in) * layer.taps + tap]);
      }
    }
  }
}

TEST(FoldBatchNorm, OfWeightsKeptChannelsLastIsTheSame) {
  EXPECT_EQ((folded<float, float>(true).folded_weight), (folded<float, float>(false).folded_weight));
  EXPECT_EQ((folded<double, double>(true).folded_weight), (folded<double, double>(false).folded_weight));
}

TEST(FoldBatchNorm, RoundsToBfloat16OnceAtTheEnd) {
  const auto exact = folded<float, float>(true);
  const auto rounded = folded<float, Bf16>(true);
  for (std::size_t i = 0; i < exact.folded_weight.size(); ++i) {
    EXPECT_EQ(rounded.folded_weight[i].bits, to_bf16(exact.folded_weight[i]).bits);
  }
  for (std::size_t i = 0; i < exact.folded_bias.size(); ++i) {
    EXPECT_EQ(rounded.folded_bias[i].bits, to_bf16(exact.folded_bias[i]).bits);
  }
}

}  // namespace
}  // namespace m2m::kernels
