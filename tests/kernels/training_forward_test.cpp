#include "kernels/training_forward.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "support/training_case.hpp"

namespace m2m::kernels {
namespace {

using testing::Activations;
using testing::convolved;
using testing::EmulatedTraining;
using testing::expect_rounded_once;
using testing::Moments;
using testing::moments_of;
using testing::numbers;
using testing::TrainedLayer;
using testing::training_case;
using testing::TrainingCase;
using testing::Values;

/// What a shortcut adds to layer `layer`'s input, 0 without one: from x of the layer two below.
Values shortcut_into(const EmulatedTraining& step, int layer) {
  const TrainedLayer& below = step.layers[static_cast<std::size_t>(layer - 1)];
  Values added(below.y.size());
  if (layer % 2 == 0 || layer < 3) return added;
  const TrainedLayer& begin = step.layers[static_cast<std::size_t>(layer - 2)];
  const int stride = begin.sizes.stride, side = below.sizes.out_side, large = side * stride;
  const int channels = below.sizes.out_channels, from_channels = begin.sizes.in_channels;
  for (int i = 0; i < static_cast<int>(added.size()); ++i) {
    const int c = i % channels, x = i / channels % side, y = i / channels / side % side;
    const int image = i / channels / side / side;
    if (c < from_channels)
      added[i] = begin.x[((image * large + y * stride) * large + x * stride) * from_channels + c];
  }
  return added;
}

const Activations& input_of(const EmulatedTraining& step, int layer) {
  return layer == step.end() ? step.last_x : step.layers[static_cast<std::size_t>(layer)].x;
}

TEST(TrainingForward, FormsEachLayersInputByBatchNormShortcutAndRelu) {
  const EmulatedTraining& step = training_case().after;
  for (int layer = 1; layer <= step.end(); ++layer) {
    const TrainedLayer& below = step.layers[static_cast<std::size_t>(layer - 1)];
    const Values y = numbers(below.y), added = shortcut_into(step, layer);
    const Moments moments = moments_of(y, below.sizes.out_channels);
    Values x(y.size());
    for (std::size_t i = 0; i < y.size(); ++i) {
      const std::size_t c = i % moments.mean.size();
      const double xhat = (y[i] - moments.mean[c]) / std::sqrt(moments.variance[c] + 1e-5);
      x[i] = std::max(0.0, double{below.gamma[c]} * xhat + below.beta[c] + added[i]);
    }
    expect_rounded_once(input_of(step, layer), x, "input of layer " + std::to_string(layer));
  }
}

TEST(TrainingForward, NormalisesThePixelsForTheFirstLayer) {
  const EmulatedTraining& step = training_case().after;
  Values x(step.layers[0].x.size());
  for (int i = 0; i < static_cast<int>(step.pixels.size()); ++i) {
    const int image = i / 3072, c = i / 1024 % 3, pixel = i % 1024;
    const double value = std::clamp(step.pixels[i], 0.0F, 1.0F);
    x[(image * 1024 + pixel) * 16 + c] = (value - step.pixel_mean[c]) * step.pixel_inverse_deviation[c];
  }
  expect_rounded_once(step.layers[0].x, x, "pixels");
}

TEST(TrainingForward, ConvolvesTheInputOfEachLayer) {
  const EmulatedTraining& step = training_case().after;
  for (const TrainedLayer& layer : step.layers)
    expect_rounded_once(layer.y, convolved(layer, numbers(layer.x), false), "output");
}

TEST(TrainingForward, MovesRunningStatisticsByTheMeanAndTheUnbiasedVariance) {
  const TrainingCase& of = training_case();
  for (std::size_t layer = 0; layer < of.after.layers.size(); ++layer) {
    const TrainedLayer &before = of.before.layers[layer], &after = of.after.layers[layer];
    const Moments moments = moments_of(numbers(after.y), after.sizes.out_channels);
    for (std::size_t c = 0; c < moments.mean.size(); ++c) {
      const double unbiased = moments.variance[c] * moments.count / (moments.count - 1);
      EXPECT_NEAR(after.mean[c], moments.mean[c], 1e-5);
      EXPECT_NEAR(after.inverse_deviation[c] * std::sqrt(moments.variance[c] + 1e-5), 1, 1e-5);
      EXPECT_NEAR(after.running_mean[c], 0.9 * before.running_mean[c] + 0.1 * moments.mean[c], 1e-5);
      EXPECT_NEAR(after.running_variance[c], 0.9 * before.running_variance[c] + 0.1 * unbiased, 1e-5 * unbiased);
    }
  }
}

TEST(TrainingForward, AveragesThePixelsToFeatures) {
  const EmulatedTraining& step = training_case().after;
  for (std::size_t i = 0; i < step.features.size(); ++i) {
    double mean = 0;
    for (std::size_t pixel = 0; pixel < 64; ++pixel) mean += step.last_x[(i / 64 * 64 + pixel) * 64 + i % 64] / 64;
    EXPECT_NEAR(step.features[i], mean, 1e-5 * (1 + mean));
  }
}

}  // namespace
}  // namespace m2m::kernels
