#pragma once
// A training step in emulated blocks, and what each of its kernels should have stored, in float64.
//
// The reference of a kernel begins with the numbers that the step itself stored before it, so only one rounding to
// Bf16 and the order of sums can differ.
#include <gtest/gtest.h>

#include <functional>
#include <string>

#include "support/emulated_training.hpp"
#include "support/normals.hpp"

namespace m2m::testing {

/// A step in the middle of training: no parameter or statistic has its initial value.
inline EmulatedTraining training_step(int blocks, int images) {
  EmulatedTraining step(blocks, images);
  unsigned seed = 1;
  for (TrainedLayer& layer : step.layers) {
    const auto channels = static_cast<std::size_t>(layer.sizes.out_channels);
    const int inputs = seed == 1 ? 3 : layer.sizes.in_channels;
    const float deviation = std::sqrt(2.0F / static_cast<float>(9 * inputs));
    layer.pack(normals(channels * 9 * static_cast<std::size_t>(inputs), 0, deviation, seed), inputs);
    layer.gamma = normals(channels, 1, 0.2F, ++seed);
    layer.beta = normals(channels, 0.1F, 0.2F, ++seed);
    layer.running_mean = normals(channels, 0, 0.3F, ++seed);
    layer.running_variance = normals(channels, 1, 0.1F, ++seed);
  }
  step.pixels = normals(step.pixels.size(), 0.5F, 0.3F, 101);
  step.feature_gradient = normals(step.feature_gradient.size(), 0, 0.1F, 102);
  return step;
}

/// The step that the tests look at, before and after: with every kind of layer and of shortcut.
struct TrainingCase {
  EmulatedTraining before = training_step(2, 3), after = before;
  TrainingCase() {
    after.run_forward();
    after.run_backward();
  }
};
inline const TrainingCase& training_case() {
  static const TrainingCase made;
  return made;
}

using Values = std::vector<double>;

inline Values numbers(const Activations& activations) {
  Values values(activations.size());
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = activations[i];
  return values;
}

/// Expects the values of `expected`, rounded to Bf16 once: none is off by more than the last bit and what float32
/// sums lose, and almost all are the same, but for sums on the other side of a tie.
inline void expect_rounded_once(const Activations& got, const Values& expected, const std::string& what) {
  constexpr double last_bit = 1.0 / 256, sums = 1e-5;
  ASSERT_EQ(got.size(), expected.size()) << what;
  double squares = 0, errors = 0;
  for (std::size_t i = 0; i < expected.size(); ++i) {
    ASSERT_NEAR(got[i], expected[i], std::abs(expected[i]) * last_bit + sums) << what << " at " << i;
    const double error = got[i] - kernels::to_float(kernels::to_bf16(static_cast<float>(expected[i])));
    errors += error * error;
    squares += expected[i] * expected[i];
  }
  ASSERT_GT(squares, 0) << what;
  EXPECT_LT(std::sqrt(errors / squares), 1e-4) << what;
}

/// The weight of output `o`, tap `tap`, input `i`, as it is packed: rounded, and 0 for padded channels.
inline double weight_of(const TrainedLayer& layer, int o, int tap, int i) {
  const auto inputs = static_cast<int>(layer.weight.size()) / (9 * layer.sizes.out_channels);
  if (i >= inputs) return 0;
  const std::ptrdiff_t filter = std::ptrdiff_t{o} * 9 + tap;
  return kernels::to_float(kernels::to_bf16(layer.weight[static_cast<std::size_t>(filter * inputs + i)]));
}

/// Calls each(output pixel, input pixel, tap) of an image for every product of pixels.
inline void for_taps(const TrainedSizes& s, const std::function<void(int, int, int)>& each) {
  for (int out = 0; out < s.out_side * s.out_side; ++out) {
    for (int tap = 0; tap < 9; ++tap) {
      const int row = out / s.out_side * s.stride + tap / 3 - 1, column = out % s.out_side * s.stride + tap % 3 - 1;
      if (row < 0 || row >= s.in_side() || column < 0 || column >= s.in_side()) continue;
      each(out, row * s.in_side() + column, tap);
    }
  }
}

/// The convolution of a batch [n][pixels][channels], or its transpose.
inline Values convolved(const TrainedLayer& layer, const Values& from, bool transposed) {
  const TrainedSizes& s = layer.sizes;
  const std::size_t in = s.in_values(), out = s.out_values();
  const std::size_t images = from.size() / (transposed ? out : in);
  Values result(images * (transposed ? in : out));
  std::vector<double> weights;  // [tap][out][in]
  for (int tap = 0; tap < 9; ++tap) {
    for (int o = 0; o < s.out_channels; ++o) {
      for (int i = 0; i < s.in_channels; ++i) weights.push_back(weight_of(layer, o, tap, i));
    }
  }
  for (std::size_t image = 0; image < images; ++image) {
    const double* source = from.data() + image * (transposed ? out : in);
    double* to = result.data() + image * (transposed ? in : out);
    for_taps(s, [&](int of_out, int of_in, int tap) {
      const double* w = weights.data() + static_cast<std::size_t>(tap) * s.out_channels * s.in_channels;
      for (int o = 0; o < s.out_channels; ++o) {
        for (int i = 0; i < s.in_channels; ++i, ++w) {
          const int at_out = of_out * s.out_channels + o, at_in = of_in * s.in_channels + i;
          if (transposed) {
            to[at_in] += *w * source[at_out];
          } else {
            to[at_out] += *w * source[at_in];
          }
        }
      }
    });
  }
  return result;
}

/// Sums over a batch [n][pixels][channels], of each channel: term(index, channel).
template <typename Term>
Values channel_sums(std::size_t values, int channels, Term term) {
  Values sums(static_cast<std::size_t>(channels));
  for (std::size_t i = 0; i < values; ++i) sums[i % sums.size()] += term(i, i % sums.size());
  return sums;
}

/// Mean and variance of a batch, of each channel.
struct Moments {
  Values mean, variance;
  double count;
};
inline Moments moments_of(const Values& y, int channels) {
  const double count = static_cast<double>(y.size()) / channels;
  Moments of{channel_sums(y.size(), channels, [&](std::size_t i, std::size_t) { return y[i] / count; }), {}, count};
  of.variance = channel_sums(y.size(), channels, [&](std::size_t i, std::size_t c) {
    return (y[i] - of.mean[c]) * (y[i] - of.mean[c]) / count;
  });
  return of;
}

}  // namespace m2m::testing
