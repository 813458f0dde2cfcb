#pragma once
// Convolutions by their definition, and sizes to try the kernels with.
#include <gtest/gtest.h>

#include <cmath>
#include <random>
#include <string>
#include <vector>

#include "kernels/conv3x3.hpp"

namespace m2m::testing {

inline float value_of(float value) { return value; }
inline float value_of(kernels::Bf16 value) { return kernels::to_float(value); }
inline void assign(float& to, float value) { to = value; }
inline void assign(kernels::Bf16& to, float value) { to = kernels::to_bf16(value); }

/// Values that both float and kernels::Bf16 hold exactly, so that only sums can differ.
inline std::vector<float> drawn(std::size_t count, unsigned seed) {
  std::mt19937 engine(seed);
  std::vector<float> values(count);
  for (float& value : values) value = static_cast<float>(static_cast<int>(engine() % 65) - 32) / 64;
  return values;
}

/// [channels][height][width] -> stored, with `stored_channels` channels.
template <typename T>
std::vector<T> stored(const std::vector<float>& image, int channels, int height, int width, int stored_channels) {
  std::vector<T> out(static_cast<std::size_t>(kernels::stored_pixels(height, width) * stored_channels), T{});
  for (int c = 0; c < channels; ++c) {
    for (int y = 0; y < height; ++y) {
      for (int x = 0; x < width; ++x)
        assign(out[((y + 1) * (width + 2) + x + 1) * stored_channels + c], image[(c * height + y) * width + x]);
    }
  }
  return out;
}

/// Calls each(index into the output, into the input, scaled weight) for every product of the definition:
/// out[o][y][x] = sum over i, ky, kx of scale[o] w[o][i][ky][kx] in[i][s y + ky - 1][s x + kx - 1].
template <typename Each>
void for_products(const kernels::ConvSizes& s, const std::vector<float>& weight, const std::vector<float>& scale,
                  Each each) {
  const int outputs = s.out_channels * s.out_height() * s.out_width();
  for (int out = 0; out < outputs; ++out) {
    const int x = out % s.out_width(), y = out / s.out_width() % s.out_height();
    const int o = out / s.out_width() / s.out_height();
    for (int i = 0; i < s.in_channels; ++i) {
      for (int tap = 0; tap < 9; ++tap) {
        const int row = s.stride * y + tap / 3 - 1, column = s.stride * x + tap % 3 - 1;
        if (row < 0 || row >= s.height || column < 0 || column >= s.width) continue;
        each(out, (i * s.height + row) * s.width + column,
             double{scale[o]} * weight[(o * s.in_channels + i) * 9 + tap]);
      }
    }
  }
}

/// The convolution.
inline std::vector<double> by_definition(const kernels::ConvSizes& s, const std::vector<float>& in,
                                         const std::vector<float>& weight, const std::vector<float>& scale) {
  std::vector<double> result(static_cast<std::size_t>(s.out_channels * s.out_height() * s.out_width()));
  for_products(s, weight, scale, [&](int out, int from, double w) { result[out] += w * in[from]; });
  return result;
}

/// Its transpose.
inline std::vector<double> transposed_by_definition(const kernels::ConvSizes& s, const std::vector<float>& gradient,
                                                    const std::vector<float>& weight,
                                                    const std::vector<float>& scale) {
  std::vector<double> result(static_cast<std::size_t>(s.in_channels * s.height * s.width));
  for_products(s, weight, scale, [&](int out, int to, double w) { result[to] += w * gradient[out]; });
  return result;
}

struct ConvCase {
  kernels::ConvSizes sizes;
  std::vector<float> weight = drawn(static_cast<std::size_t>(sizes.out_channels) * sizes.in_channels * 9, 1);
  std::vector<float> scale = std::vector<float>(static_cast<std::size_t>(sizes.out_channels), 0.5F);
  std::vector<float> in = drawn(static_cast<std::size_t>(sizes.in_channels) * sizes.height * sizes.width, 2);
  std::vector<float> gradient =
      drawn(static_cast<std::size_t>(sizes.out_channels) * sizes.out_height() * sizes.out_width(), 3);
};

/// Sizes of the networks, and widths that leave every remainder of a tile.
inline std::vector<ConvCase> conv_cases() {
  std::vector<ConvCase> all;
  for (const kernels::ConvSizes& sizes : std::vector<kernels::ConvSizes>{{32, 32, 3, 16, 1},
                                                                         {32, 32, 16, 16, 1},
                                                                         {32, 32, 16, 32, 2},
                                                                         {8, 8, 64, 64, 1},
                                                                         {8, 8, 1, 16, 1},
                                                                         {7, 15, 16, 32, 2},
                                                                         {5, 13, 32, 48, 1},
                                                                         {1, 1, 16, 16, 1},
                                                                         {2, 3, 16, 16, 2}})
    all.push_back({sizes});
  return all;
}

template <typename T>
void expect_image(const std::vector<T>& got, int stored_channels, const std::vector<double>& expected, int channels,
                  int height, int width, double tolerance, const std::string& what) {
  for (int c = 0; c < channels; ++c) {
    for (int y = 0; y < height; ++y) {
      for (int x = 0; x < width; ++x) {
        const double value = value_of(got[((y + 1) * (width + 2) + x + 1) * stored_channels + c]);
        const double wanted = expected[(c * height + y) * width + x];
        ASSERT_NEAR(value, wanted, tolerance * (1 + std::abs(wanted)))
            << what << " at " << c << " " << y << " " << x;
      }
    }
  }
}

}  // namespace m2m::testing
