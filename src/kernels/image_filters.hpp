#pragma once
// Operations of Pillow in which a pixel depends on those around it, with Pillow's bytes, and those that turn the
// image over.
#include <cstdint>

#include "kernels/image_bytes.hpp"

namespace m2m::kernels {

/// Turns the image upside down, or left to right.
template <class Team>
M2M_DEVICE void turn_over(const Team& team, const ImageSizes& sizes, bool upside_down, ImageWorkspace& space) {
  change_pixels(team, sizes, space, [&](const std::uint8_t* plane, int y, int x) {
    return upside_down ? plane[(sizes.height - 1 - y) * sizes.width + x]
                       : plane[y * sizes.width + sizes.width - 1 - x];
  });
}

/// Weighs 3x3 pixels; at the border the pixel. Pillow's ImageFilter.Kernel.
///
/// numbers: weights of a corner, of a pixel beside the middle one, and of the middle one.
template <class Team>
M2M_DEVICE void filter_pixels(const Team& team, const ImageSizes& sizes, const OperationNumbers& numbers,
                              ImageWorkspace& space) {
  const float corner = numbers.of[0], beside = numbers.of[1], middle = numbers.of[2];
  const auto line = [](const std::uint8_t* at, float outer, float inner) {
    return (rounded_product(at[-1], outer) + rounded_product(at[0], inner)) + rounded_product(at[1], outer);
  };
  change_pixels(team, sizes, space, [&](const std::uint8_t* plane, int y, int x) {
    const std::uint8_t* at = plane + y * sizes.width + x;
    if (y == 0 || x == 0 || y == sizes.height - 1 || x == sizes.width - 1) return *at;
    const float below = 0.5F + line(at + sizes.width, corner, beside);
    return to_byte((below + line(at, beside, middle)) + line(at - sizes.width, corner, beside));
  });
}

/// Blurs by three means of three pixels along each line, then along each column; outside of the image is its
/// border. Pillow's ImageFilter.GaussianBlur of a radius below 1.
///
/// numbers: weights of the middle pixel and of one beside it, in units of 2^-24.
template <class Team>
M2M_DEVICE void blur(const Team& team, const ImageSizes& sizes, const OperationNumbers& numbers,
                     ImageWorkspace& space) {
  const auto middle = static_cast<std::uint32_t>(numbers.of[0]), beside = static_cast<std::uint32_t>(numbers.of[1]);
  constexpr int times = 3, bits = 24;
  const auto mean = [=](const std::uint8_t* line, int stride, int length, int at) {
    const std::uint32_t before = line[(at > 0 ? at - 1 : 0) * stride];
    const std::uint32_t after = line[(at < length - 1 ? at + 1 : at) * stride];
    const std::uint32_t sum = line[at * stride] * middle + (before + after) * beside;
    return static_cast<std::uint8_t>((sum + (1U << (bits - 1))) >> bits);
  };
  for (int i = 0; i < times; ++i) {
    change_pixels(team, sizes, space, [&](const std::uint8_t* plane, int y, int x) {
      return mean(plane + y * sizes.width, 1, sizes.width, x);
    });
  }
  for (int i = 0; i < times; ++i) {
    change_pixels(team, sizes, space, [&](const std::uint8_t* plane, int y, int x) {
      return mean(plane + x, sizes.width, sizes.height, y);
    });
  }
}

inline constexpr int resize_bits = 22;  // weights are whole numbers of 2^-22

/// The first of the six pixels that pixel `at` of an enlarged line is made of; it may lie outside of the line.
M2M_DEVICE int first_weighed(int at, int length, int enlarged) {
  constexpr int reach = 3;
  return ((2 * at + 1) * length + enlarged) / (2 * enlarged) - reach;
}

/// Pixel `at` of a line that is enlarged; weights: of that pixel.
M2M_DEVICE std::uint8_t enlarged_pixel(const std::uint8_t* line, int stride, int length, int first,
                                       const OperationNumbers& weights) {
  int sum = 1 << (resize_bits - 1);
  for (int i = 0; i < 6; ++i) {
    const int place = first + i;
    if (place >= 0 && place < length) sum += line[place * stride] * static_cast<int>(weights.of[i]);
  }
  const int value = sum < 0 ? 0 : sum >> resize_bits;
  return static_cast<std::uint8_t>(value < max_byte ? value : max_byte);
}

/// Enlarges the image by Lanczos' kernel of three lobes, the lines first, and cuts its middle out. Pillow's
/// Image.resize and crop.
///
/// numbers: height and width of the enlarged image, and the rows of the table, counted from this one, where the
/// weights of each line and of each column begin. Row i: the weights of enlarged pixel i.
template <class Team>
M2M_DEVICE void resize_and_crop(const Team& team, const ImageSizes& sizes, const OperationNumbers& numbers,
                                ImageWorkspace& space) {
  const int height = static_cast<int>(numbers.of[0]), width = static_cast<int>(numbers.of[1]);
  const OperationNumbers* of_lines = &numbers + static_cast<int>(numbers.of[2]);
  const OperationNumbers* of_columns = &numbers + static_cast<int>(numbers.of[3]);
  const int top = height / 2 - sizes.height / 2, left = width / 2 - sizes.width / 2;
  change_pixels(team, sizes, space, [&](const std::uint8_t* plane, int y, int x) {
    const int at = left + x;
    return enlarged_pixel(plane + y * sizes.width, 1, sizes.width, first_weighed(at, sizes.width, width),
                          of_columns[at]);
  });
  change_pixels(team, sizes, space, [&](const std::uint8_t* plane, int y, int x) {
    const int at = top + y;
    return enlarged_pixel(plane + x, sizes.width, sizes.height, first_weighed(at, sizes.height, height),
                          of_lines[at]);
  });
}

}  // namespace m2m::kernels
