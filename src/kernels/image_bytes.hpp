#pragma once
// Bytes of an image that a team of threads works on: rounding as torchvision rounds, grey values, and operations
// that replace each value by that of a table.
//
// A Team is the threads that share an image:
//   each(count, f)            f(i) for every i below count, spread over the threads
//   pixels(height, width, f)  f(y, x) for every pixel, likewise
//   add(sum, value)           *sum += value, by several threads at a time
//   sync()                    a barrier: what threads stored before it, all may load behind it
#include <cstdint>

#include "kernels/mma_tiles.hpp"
#include "kernels/rounded_product.hpp"
#include "kernels/start_pixel.hpp"
#include "kernels/transforms.hpp"

namespace m2m::kernels {

inline constexpr int byte_values = 256;
inline constexpr int max_byte = 255;

/// Memory of a team: two copies of the image, and a table of bytes and of counts per channel.
struct ImageWorkspace {
  std::uint8_t *image, *other;  // [channels][height][width]
  std::uint8_t* lookup;         // [channels][256]
  int* counts;                  // [channels][256]
};

/// The nearest whole number, the even one on a tie; |value| below 2^22.
M2M_DEVICE int nearest_even(float value) {
  constexpr float shift = 12582912;  // 1.5 * 2^23: the sum has no bits behind the point
  return static_cast<int>((value + shift) - shift);
}

/// Cuts to 0 .. 255 and drops what is behind the point.
M2M_DEVICE std::uint8_t to_byte(float value) {
  const float cut = value < 0 ? 0.0F : (value > max_byte ? static_cast<float>(max_byte) : value);
  return static_cast<std::uint8_t>(static_cast<int>(cut));
}

/// share * a + rest * b, as a byte. torchvision's _blend.
M2M_DEVICE std::uint8_t blended(const OperationNumbers& numbers, float a, float b) {
  return to_byte(rounded_product(numbers.of[0], a) + rounded_product(numbers.of[1], b));
}

/// The grey value of a pixel. torchvision's rgb_to_grayscale; image: its first plane.
M2M_DEVICE std::uint8_t grey_value(const std::uint8_t* image, const ImageSizes& sizes, int at) {
  if (sizes.channels == 1) return image[at];
  const int plane = sizes.height * sizes.width;
  const float red = rounded_product(0.2989F, image[at]), green = rounded_product(0.587F, image[plane + at]);
  return to_byte((red + green) + rounded_product(0.114F, image[2 * plane + at]));
}

/// Counts the values of each channel.
template <class Team>
M2M_DEVICE void count_values(const Team& team, const ImageSizes& sizes, const ImageWorkspace& space) {
  const int plane = sizes.height * sizes.width;
  team.each(sizes.channels * byte_values, [&](int at) { space.counts[at] = 0; });
  team.sync();
  for (int c = 0; c < sizes.channels; ++c) {
    team.each(plane, [&](int at) { team.add(&space.counts[c * byte_values + space.image[c * plane + at]], 1); });
  }
  team.sync();
}

/// The mean grey value of the image. The sum is exact, so its order does not matter.
template <class Team>
M2M_DEVICE float mean_grey(const Team& team, const ImageSizes& sizes, const ImageWorkspace& space) {
  const int plane = sizes.height * sizes.width;
  team.each(1, [&](int) { space.counts[0] = 0; });
  team.sync();
  int sum = 0;
  team.each(plane, [&](int at) { sum += grey_value(space.image, sizes, at); });
  team.add(space.counts, sum);
  team.sync();
  return static_cast<float>(space.counts[0]) / static_cast<float>(plane);
}

/// The table that stretches the values of a channel to 0 .. 255. torchvision's autocontrast.
M2M_DEVICE void stretch(const int* counts, std::uint8_t* lookup) {
  int low = 0, high = max_byte;
  while (low < max_byte && counts[low] == 0) ++low;
  while (high > 0 && counts[high] == 0) --high;
  const float inverse = high > low ? 1.0F / static_cast<float>(high - low) : 1.0F;
  const float scale = high > low ? rounded_product(inverse, static_cast<float>(max_byte)) : 1.0F;
  const int least = high > low ? low : 0;
  for (int value = 0; value < byte_values; ++value) {
    lookup[value] = to_byte(rounded_product(static_cast<float>(value - least), scale));
  }
}

/// The table that makes the values of a channel equally frequent. torchvision's equalize.
M2M_DEVICE void equalise(const int* counts, int pixels, std::uint8_t* lookup) {
  int high = max_byte;
  while (high > 0 && counts[high] == 0) --high;
  const int step = (pixels - counts[high]) / max_byte;
  int below = 0;
  for (int value = 0; value < byte_values; ++value) {
    const int place = step > 0 ? (below + step / 2) / step : value;
    lookup[value] = static_cast<std::uint8_t>(step > 0 && value == 0 ? 0 : (place < max_byte ? place : max_byte));
    below += counts[value];
  }
}

/// Replaces each value by that of the table of its channel.
template <class Team>
M2M_DEVICE void look_up(const Team& team, const ImageSizes& sizes, const ImageWorkspace& space) {
  team.sync();
  const int plane = sizes.height * sizes.width;
  for (int c = 0; c < sizes.channels; ++c) {
    const std::uint8_t* lookup = space.lookup + c * byte_values;
    std::uint8_t* image = space.image + c * plane;
    team.each(plane, [&](int at) { image[at] = lookup[image[at]]; });
  }
  team.sync();
}

/// Replaces each pixel by f(plane, y, x), where `plane` is its channel before the change.
template <class Team, typename Function>
M2M_DEVICE void change_pixels(const Team& team, const ImageSizes& sizes, ImageWorkspace& space, Function f) {
  const int plane = sizes.height * sizes.width;
  team.pixels(sizes.height, sizes.width, [&](int y, int x) {
    for (int c = 0; c < sizes.channels; ++c) {
      space.other[c * plane + y * sizes.width + x] = f(space.image + c * plane, y, x);
    }
  });
  team.sync();
  std::uint8_t* const changed = space.other;
  space.other = space.image;
  space.image = changed;
}

/// Replaces each value by f(value).
template <class Team, typename Function>
M2M_DEVICE void map_values(const Team& team, const ImageSizes& sizes, const ImageWorkspace& space, Function f) {
  team.each(sizes.channels * byte_values,
            [&](int at) { space.lookup[at] = static_cast<std::uint8_t>(f(at % byte_values)); });
  look_up(team, sizes, space);
}

/// Changes each channel by a table that its counts of values determine.
template <class Team>
M2M_DEVICE void spread_values(const Team& team, const ImageSizes& sizes, const ImageWorkspace& space,
                              bool equalises) {
  count_values(team, sizes, space);
  team.each(sizes.channels, [&](int c) {
    const int* counts = space.counts + c * byte_values;
    std::uint8_t* lookup = space.lookup + c * byte_values;
    equalises ? equalise(counts, sizes.height * sizes.width, lookup) : stretch(counts, lookup);
  });
  look_up(team, sizes, space);
}

}  // namespace m2m::kernels
