#include <algorithm>
#include <cstdlib>

#include "data/picture.hpp"

namespace m2m::data {
namespace {

constexpr int precision = 22;  // bits of a weight; 8 of a pixel and the sign fit beside them

/// One pixel of the result: which pixels it is made of, and their shares, which add up to about 2^precision.
struct Mixture {
  int first = 0;
  std::vector<std::int32_t> weights;
};

/// The triangle around a pixel's centre. Doubled, and in units of 1/out, all distances are whole numbers.
Mixture mixture(std::int64_t in, std::int64_t out, std::int64_t pixel) {
  const std::int64_t centre = (2 * pixel + 1) * in, reach = 2 * std::max(in, out);
  const auto height = [&](std::int64_t at) { return reach - std::abs((2 * at + 1) * out - centre); };
  std::int64_t first = std::max<std::int64_t>(0, (centre - reach) / (2 * out));
  while (height(first) <= 0) ++first;
  std::int64_t sum = 0, end = first;
  for (; end < in && height(end) > 0; ++end) sum += height(end);
  Mixture mixed{static_cast<int>(first), {}};
  for (std::int64_t at = first; at < end; ++at)
    mixed.weights.push_back(static_cast<std::int32_t>(((height(at) << (precision + 1)) + sum) / (2 * sum)));
  return mixed;
}

/// Of the `out` pixels that `in` become, the middle `count`.
std::vector<Mixture> middle_mixtures(int in, int out, int count) {
  std::vector<Mixture> mixtures;
  const int first = (out - count) / 2;
  for (int i = 0; i < count; ++i) mixtures.push_back(mixture(in, out, first + i));
  return mixtures;
}

/// pixels: of one channel, `stride` apart, from the mixture's first on.
std::uint8_t mix(const Mixture& mixed, const std::uint8_t* pixels, std::size_t stride) {
  std::int32_t sum = 1 << (precision - 1);
  for (std::size_t i = 0; i < mixed.weights.size(); ++i) sum += mixed.weights[i] * pixels[i * stride];
  return static_cast<std::uint8_t>(std::clamp(sum >> precision, 0, 255));
}

/// [height, width, 3] -> [height, columns.size(), 3]
Picture mix_columns(const Picture& picture, const std::vector<Mixture>& columns) {
  Picture mixed{picture.height, static_cast<int>(columns.size()), {}};
  mixed.rgb.reserve(columns.size() * static_cast<std::size_t>(picture.height) * 3);
  for (int y = 0; y < picture.height; ++y) {
    const std::uint8_t* row = picture.rgb.data() + std::size_t{3} * y * picture.width;
    for (const Mixture& column : columns) {
      for (int channel = 0; channel < 3; ++channel)
        mixed.rgb.push_back(mix(column, row + std::ptrdiff_t{3} * column.first + channel, 3));
    }
  }
  return mixed;
}

/// [height, width, 3] -> [rows.size(), width, 3]
Picture mix_rows(const Picture& picture, const std::vector<Mixture>& rows) {
  Picture mixed{static_cast<int>(rows.size()), picture.width, {}};
  const std::size_t stride = std::size_t{3} * picture.width;
  mixed.rgb.reserve(rows.size() * stride);
  for (const Mixture& row : rows) {
    const std::uint8_t* first = picture.rgb.data() + stride * row.first;
    for (std::size_t at = 0; at < stride; ++at) mixed.rgb.push_back(mix(row, first + at, stride));
  }
  return mixed;
}

}  // namespace

Picture resize_square(const Picture& picture, int size) {
  const std::int64_t shorter = std::min(picture.height, picture.width);
  const auto resized = [&](int side) { return static_cast<int>(std::int64_t{side} * size / shorter); };
  const Picture narrow = mix_columns(picture, middle_mixtures(picture.width, resized(picture.width), size));
  return mix_rows(narrow, middle_mixtures(picture.height, resized(picture.height), size));
}

}  // namespace m2m::data
