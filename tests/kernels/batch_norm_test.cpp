#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <vector>

#include "kernels/kernel_set.hpp"

namespace m2m::kernels {
namespace {

constexpr int channels = 32;
constexpr std::int64_t rows = 203;  // more than three partial sums, the last one short

float value_of(float value) { return value; }
float value_of(Bf16 value) { return to_float(value); }
void assign(float& to, float value) { to = value; }
void assign(Bf16& to, float value) { to = to_bf16(value); }

template <typename T>
std::vector<T> drawn(unsigned seed, float mean = 0) {
  std::mt19937 engine(seed);
  std::normal_distribution<float> normal(mean, 1);
  std::vector<T> values(static_cast<std::size_t>(rows * channels));
  for (T& value : values) assign(value, normal(engine));
  return values;
}

std::vector<float> per_channel(float first, float step) {
  std::vector<float> values(channels);
  for (int c = 0; c < channels; ++c) values[c] = first + step * static_cast<float>(c);
  return values;
}

/// Of what is stored: float32 rounds at 2^-24, bfloat16 at 2^-9.
template <typename T>
constexpr double step = sizeof(T) == sizeof(float) ? 1e-6 : 1.0 / 256;

template <typename T>
void expect_sums(InstructionSet set) {
  const std::vector<T> x = drawn<T>(1, 100);  // the mean is far above the deviation
  const std::vector<float> pivot = per_channel(100, 0.01F);
  std::vector<double> sum(channels, 5), squares(channels, 7);
  kernel_set(set).typed<T>().batch_norm->channel_sums(x.data(), rows, channels, pivot.data(), sum.data(),
                                                      squares.data());
  for (int c = 0; c < channels; ++c) {
    double expected = 5, expected_squares = 7;
    for (std::int64_t row = 0; row < rows; ++row) {
      const double off = double{value_of(x[row * channels + c])} - pivot[c];
      expected += off;
      expected_squares += off * off;
    }
    EXPECT_NEAR(sum[c], expected, 1e-4);
    EXPECT_NEAR(squares[c], expected_squares, 1e-5 * expected_squares);
  }
}

template <typename T>
void expect_forward(InstructionSet set, bool with_shortcut) {
  const std::vector<T> x = drawn<T>(1), added = drawn<T>(2);
  const std::vector<float> scale = per_channel(-1, 0.1F), shift = per_channel(0.5F, -0.05F);
  std::vector<T> y(x.size());
  kernel_set(set).typed<T>().batch_norm->normalise(x.data(), with_shortcut ? added.data() : nullptr, rows, channels,
                                                   scale.data(), shift.data(), y.data());
  for (std::size_t i = 0; i < x.size(); ++i) {
    const int c = static_cast<int>(i % channels);
    const double sum = double{value_of(x[i])} * scale[c] + shift[c] + (with_shortcut ? value_of(added[i]) : 0);
    ASSERT_NEAR(value_of(y[i]), std::max(sum, 0.0), step<T> * (1 + std::abs(sum)));
  }
}

template <typename T>
void expect_backward(InstructionSet set) {
  const std::vector<T> x = drawn<T>(1), y = drawn<T>(2), y_gradient = drawn<T>(3);
  const std::vector<float> mean = per_channel(0, 0.01F);
  std::vector<T> g(x.size()), x_gradient(x.size());
  std::vector<double> sum(channels, 0), products(channels, 0), expected_sum(channels, 0), expected(channels, 0);
  const BatchNormFns<T>& kernels = *kernel_set(set).typed<T>().batch_norm;
  kernels.gradient_sums(y_gradient.data(), y.data(), x.data(), rows, channels, mean.data(), g.data(), sum.data(),
                        products.data());
  for (std::size_t i = 0; i < x.size(); ++i) {
    const std::size_t c = i % channels;
    const float kept = value_of(y[i]) > 0 ? value_of(y_gradient[i]) : 0;
    ASSERT_EQ(value_of(g[i]), kept);
    expected_sum[c] += kept;
    expected[c] += double{kept} * (double{value_of(x[i])} - mean[c]);
  }
  for (int c = 0; c < channels; ++c) {
    EXPECT_NEAR(sum[c], expected_sum[c], 1e-4);
    EXPECT_NEAR(products[c], expected[c], 1e-4);
  }
  const std::vector<float> by_g = per_channel(1, 0.1F), by_x = per_channel(-0.2F, 0.01F),
                           constant = per_channel(3, -0.2F);
  kernels.input_gradient(g.data(), x.data(), rows, channels, by_g.data(), by_x.data(), constant.data(),
                         x_gradient.data());
  for (std::size_t i = 0; i < x.size(); ++i) {
    const std::size_t c = i % channels;
    const double wanted = double{by_g[c]} * value_of(g[i]) + double{by_x[c]} * value_of(x[i]) + constant[c];
    ASSERT_NEAR(value_of(x_gradient[i]), wanted, 4 * step<T> * (1 + std::abs(wanted)));
  }
}

template <typename T>
void expect_all(InstructionSet set) {
  SCOPED_TRACE(to_text(set));
  expect_sums<T>(set);
  expect_forward<T>(set, false);
  expect_forward<T>(set, true);
  expect_backward<T>(set);
}

TEST(BatchNormKernels, AreTheirDefinitionsInFloat32WithEveryInstructionSet) {
  for (InstructionSet set : supported_instruction_sets()) expect_all<float>(set);
}

TEST(BatchNormKernels, AreTheirDefinitionsInBfloat16WithEveryInstructionSet) {
  for (InstructionSet set : supported_instruction_sets()) expect_all<Bf16>(set);
}

}  // namespace
}  // namespace m2m::kernels
