#include "kernels/training_backward.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <utility>

#include "support/relative_error.hpp"
#include "support/training_case.hpp"

namespace m2m::kernels {
namespace {

using testing::channel_sums;
using testing::convolved;
using testing::EmulatedTraining;
using testing::expect_rounded_once;
using testing::Moments;
using testing::moments_of;
using testing::numbers;
using testing::relative_error;
using testing::TrainedLayer;
using testing::training_case;
using testing::Values;

/// Batch norm's gradients in float64, from g and the output y that the step stored.
struct NormGradient {
  Values dy, beta, gamma;
  Values sizes;  // of the sums for gamma
};
NormGradient norm_gradient(const TrainedLayer& layer, const Values& g) {
  const Values y = numbers(layer.y);
  const int channels = layer.sizes.out_channels;
  const Moments moments = moments_of(y, channels);
  const auto xhat = [&](std::size_t i, std::size_t c) {
    return (y[i] - moments.mean[c]) / std::sqrt(moments.variance[c] + 1e-5);
  };
  const auto sums = [&](auto term) { return channel_sums(g.size(), channels, term); };
  NormGradient gradient{g, sums([&](std::size_t i, std::size_t) { return g[i]; }),
                        sums([&](std::size_t i, std::size_t c) { return g[i] * xhat(i, c); }),
                        sums([&](std::size_t i, std::size_t c) { return std::abs(g[i] * xhat(i, c)); })};
  for (std::size_t i = 0; i < g.size(); ++i) {
    const std::size_t c = i % moments.mean.size();
    gradient.dy[i] = layer.gamma[c] / std::sqrt(moments.variance[c] + 1e-5) *
                     (g[i] - gradient.beta[c] / moments.count - xhat(i, c) * gradient.gamma[c] / moments.count);
  }
  return gradient;
}

/// The gradient of layer `layer`'s input that its shortcut brings, 0 without one. from: g of the layer above.
Values shortcut_gradient(const EmulatedTraining& step, int layer, const Values& from) {
  const TrainedLayer& begin = step.layers[static_cast<std::size_t>(layer)];
  Values gradient(begin.x.size());
  if (layer % 2 == 0) return gradient;
  const int stride = begin.sizes.stride, large = begin.sizes.in_side(), side = large / stride;
  const int channels = begin.sizes.in_channels, from_channels = channels * stride;
  for (int i = 0; i < static_cast<int>(gradient.size()); ++i) {
    const int c = i % channels, x = i / channels % large, y = i / channels / large % large;
    const int image = i / channels / large / large;
    if (x % stride == 0 && y % stride == 0)
      gradient[i] = from[((image * side + y / stride) * side + x / stride) * from_channels + c];
  }
  return gradient;
}

/// g of the layer below, from dy of a layer and g of the layer above; ReLUs decide as in the step.
Values gradient_below(const EmulatedTraining& step, int layer, const Values& dy, const Values& above) {
  const TrainedLayer& of = step.layers[static_cast<std::size_t>(layer)];
  Values g = convolved(of, dy, true);
  const Values added = shortcut_gradient(step, layer, above);
  for (std::size_t i = 0; i < g.size(); ++i) g[i] = of.x[i] > 0 ? g[i] + added[i] : 0;
  return g;
}

/// g of the last layer.
Values spread_gradient(const EmulatedTraining& step) {
  Values g(step.last_x.size());
  for (std::size_t i = 0; i < g.size(); ++i)
    g[i] = step.last_x[i] > 0 ? step.feature_gradient[i / 4096 * 64 + i % 64] / 64 : 0;
  return g;
}

TEST(TrainingBackward, TakesBatchNormsGradientOfEachLayer) {
  for (const TrainedLayer& layer : training_case().after.layers) {
    const NormGradient expected = norm_gradient(layer, numbers(layer.g));
    expect_rounded_once(layer.dy, expected.dy, "dy");
    for (std::size_t c = 0; c < expected.beta.size(); ++c) {
      EXPECT_NEAR(layer.beta_gradient[c], expected.beta[c], 1e-5 * expected.sizes[c]);
      EXPECT_NEAR(layer.gamma_gradient[c], expected.gamma[c], 1e-5 * expected.sizes[c]);
    }
  }
}

TEST(TrainingBackward, TakesTheGradientThroughConvolutionShortcutAndMask) {
  const EmulatedTraining& step = training_case().after;
  for (int layer = 1; layer < step.end(); ++layer) {
    const auto at = static_cast<std::size_t>(layer);
    const Values above = layer % 2 == 1 ? numbers(step.layers[at + 1].g) : Values();
    expect_rounded_once(step.layers[at - 1].g, gradient_below(step, layer, numbers(step.layers[at].dy), above),
                        "g below " + std::to_string(layer));
  }
}

TEST(TrainingBackward, SpreadsTheGradientOfTheFeatures) {
  const EmulatedTraining& step = training_case().after;
  expect_rounded_once(step.layers.back().g, spread_gradient(step), "g of the last layer");
}

/// Gradients are rounded twice a layer, each time by 2^-9 / sqrt(3) of a value in the mean: .6 % after the 26
/// roundings of this network. The sums for gamma and beta cancel in part, so they are off by more.
TEST(TrainingBackward, GivesTheGradientsOfAllLayersInFloat64ByItsOwnForwardPass) {
  const EmulatedTraining& step = training_case().after;
  Values g = spread_gradient(step), above;
  for (int layer = step.end() - 1; layer >= 0; --layer) {
    const TrainedLayer& of = step.layers[static_cast<std::size_t>(layer)];
    const NormGradient expected = norm_gradient(of, g);
    EXPECT_LT(relative_error(of.gamma_gradient, expected.gamma), 0.015) << layer;
    EXPECT_LT(relative_error(of.beta_gradient, expected.beta), 0.015) << layer;
    if (layer == 0) break;
    above = std::exchange(g, gradient_below(step, layer, expected.dy, above));
  }
}

}  // namespace
}  // namespace m2m::kernels
