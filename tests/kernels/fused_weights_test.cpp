#include "kernels/fused_weights.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <vector>

#include "kernels/fold_batch_norm.hpp"
#include "support/conv_cases.hpp"

namespace m2m::kernels {
namespace {

/// Words of packings, forward and backward.
struct Packed {
  explicit Packed(const std::vector<PackLayer>& layers) {
    std::int64_t count = 0;
    for (const PackLayer& layer : layers) count += packed_count(layer);
    forward.resize(static_cast<std::size_t>(count));
    backward.resize(forward.size());
    pack_weights(layers.data(), static_cast<int>(layers.size()), forward.data(), backward.data());
  }
  std::vector<Words4> forward, backward;
};

/// The Bf16 of half `half` of word `word`, as float.
float value_in(const Words4& words, int word, int half) {
  return to_float({static_cast<std::uint16_t>(words.of[word] >> (16 * half))});
}

bool same(const std::vector<Words4>& a, const std::vector<Words4>& b) {
  return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size() * sizeof(Words4)) == 0;
}

/// The filters of a parameter [out][in][9] as [out][9][in].
std::vector<float> channels_last(const std::vector<float>& weight, int in_channels) {
  std::vector<float> last(weight.size());
  for (std::size_t i = 0; i < weight.size(); ++i) {
    const std::size_t tap = i % 9, in = i / 9 % in_channels, out = i / 9 / in_channels;
    last[(out * 9 + tap) * in_channels + in] = weight[i];
  }
  return last;
}

TEST(FusedWeights, AreTheSameFromParametersOfEitherMemoryFormat) {
  std::vector<std::vector<float>> weights;
  std::vector<PackLayer> first, last;
  for (const PackLayer& shape : std::vector<PackLayer>{
           {nullptr, 3, 16, 1}, {nullptr, 16, 16, 1}, {nullptr, 16, 32, 2}, {nullptr, 64, 64, 1}}) {
    const std::size_t count = std::size_t{9} * shape.in_channels * shape.out_channels;
    weights.push_back(testing::drawn(count, static_cast<unsigned>(count)));
    first.push_back({weights.back().data(), shape.in_channels, shape.out_channels, shape.stride, true});
    weights.push_back(channels_last(weights.back(), shape.in_channels));
    last.push_back({weights.back().data(), shape.in_channels, shape.out_channels, shape.stride, false});
  }
  const Packed of_first(first), of_last(last);
  EXPECT_TRUE(same(of_first.forward, of_last.forward));
  EXPECT_TRUE(same(of_first.backward, of_last.backward));
}

TEST(FusedWeights, LieWhereTheLanesOfAProductNeedThem) {
  std::vector<float> weight(16 * 16 * 9);
  for (std::size_t i = 0; i < weight.size(); ++i) weight[i] = to_float(to_bf16(static_cast<float>(i)));
  const Packed packed({{weight.data(), 16, 16, 1, true}});
  const auto at = [&](int out, int in, int tap) { return weight[(out * 16 + in) * 9 + tap]; };
  const int lane = 13, step = 1 * 3 + 2;  // column 3 of 8, row pair 1; dx = 1, dy = 2
  const Words4 forward = packed.forward[step * warp_lanes + lane],
               backward = packed.backward[step * warp_lanes + lane];
  for (int word = 0; word < 4; ++word) {
    for (int half = 0; half < 2; ++half) {
      const int row = word % 2 * 8 + 2 + half, column = word / 2 * 8 + 3;
      EXPECT_EQ(value_in(forward, word, half), at(column, row, 2 * 3 + 1));
      EXPECT_EQ(value_in(backward, word, half), at(row, column, 8 - (2 * 3 + 1)));
    }
  }
}

TEST(FusedWeights, OfTheWayBackBeginWithTheLastLayer) {
  const std::vector<float> a = testing::drawn(16 * 16 * 9, 1), b = testing::drawn(16 * 32 * 9, 2);
  const PackLayer first{a.data(), 16, 16, 1}, second{b.data(), 16, 32, 2};
  const Packed both({first, second}), alone({second});
  const auto count = static_cast<std::ptrdiff_t>(alone.backward.size());
  EXPECT_TRUE(same({both.backward.begin(), both.backward.begin() + count}, alone.backward));
  EXPECT_TRUE(same({both.forward.end() - count, both.forward.end()}, alone.forward));
}

TEST(FusedWeights, HaveTheBatchNormFoldedInAsFoldBatchNormDoes) {
  constexpr int in = 16, out = 32;
  for (const bool is_channels_last : {false, true}) {
    const std::vector<float> weight = testing::drawn(9 * in * out, 1), gamma = testing::drawn(out, 2),
                             beta = testing::drawn(out, 3), mean = testing::drawn(out, 4);
    std::vector<float> variance = testing::drawn(out, 5), folded(weight.size()), bias(out), other_bias(out);
    for (float& value : variance) value = std::abs(value) + 0.01F;
    const FoldLayer fold{weight.data(), gamma.data(), beta.data(), mean.data(), variance.data(), folded.data(),
                         bias.data(),   out,          in,          9,           is_channels_last};
    fold_batch_norm<float, float>(1e-5, 1, &fold);
    const NormToFold norm{gamma.data(), beta.data(), mean.data(), variance.data(), 1e-5F, other_bias.data()};
    const Packed two_steps({{folded.data(), in, out, 2}});
    const Packed one_step({{weight.data(), in, out, 2, !is_channels_last, norm}});
    EXPECT_TRUE(same(one_step.forward, two_steps.forward));
    EXPECT_TRUE(same(one_step.backward, two_steps.backward));
    EXPECT_EQ(other_bias, bias);
  }
}

}  // namespace
}  // namespace m2m::kernels
