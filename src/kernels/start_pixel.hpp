#pragma once
// One value of the image that a translation starts from: gathered from the training images, plus noise.
//
// What a thread of a GPU computes. gather.cpp and steps.cpp compute the same for a CPU, a row at a time.
#include <cstdint>

#include "kernels/gather.hpp"
#include "kernels/philox_block.hpp"
#include "kernels/rounded_product.hpp"
#include "kernels/steps.hpp"
#include "kernels/storage.hpp"

namespace m2m::kernels {

/// The sizes of images, [channels][height][width].
struct ImageSizes {
  int channels, height, width;
};

/// A pixel of a resized window.
template <typename Real>
M2M_HOST_DEVICE Real resized_pixel(const std::uint8_t* plane, const ImageSizes& sizes, const GatherIndex& index,
                                   int y, int x) {
  const int source_x = index.flip != 0 ? sizes.width - 1 - x : x;
  const Interpolation<Real> v = interpolate_at<Real>(y, sizes.height, index.window.height);
  const Interpolation<Real> h = interpolate_at<Real>(source_x, sizes.width, index.window.width);
  const std::uint8_t* upper = plane + std::int64_t{index.window.top + v.low} * sizes.width + index.window.left;
  const std::uint8_t* lower = plane + std::int64_t{index.window.top + v.high} * sizes.width + index.window.left;
  const Real above = upper[h.low] + h.share * static_cast<Real>(upper[h.high] - upper[h.low]);
  const Real below = lower[h.low] + h.share * static_cast<Real>(lower[h.high] - lower[h.low]);
  return above + v.share * (below - above);
}

/// Value `number` of an image as gather_augment writes it. Pure.
template <typename Real>
M2M_HOST_DEVICE Real gathered_pixel(const std::uint8_t* pixels, const ImageSizes& sizes, const GatherIndex& index,
                                    int number, Real divisor) {
  const int x = number % sizes.width, y = number / sizes.width % sizes.height;
  const int channel = number / sizes.width / sizes.height;
  const std::uint8_t* plane =
      pixels + (std::int64_t{index.row} * sizes.channels + channel) * sizes.height * sizes.width;
  if (index.window.height > 0) return resized_pixel<Real>(plane, sizes, index, y, x) / divisor;
  const int line = y + index.dy, column = (index.flip != 0 ? sizes.width - 1 - x : x) + index.dx;
  const bool inside = line >= 0 && line < sizes.height && column >= 0 && column < sizes.width;
  return inside ? static_cast<Real>(plane[std::int64_t{line} * sizes.width + column]) / divisor : Real{0};
}

/// Word `number` of the stream of a slot's noise. Pure.
M2M_HOST_DEVICE inline std::uint32_t noise_word(const StartNoise& noise, std::int32_t slot, std::int64_t number) {
  constexpr int words_of_a_block = 4;
  const auto block = static_cast<std::uint32_t>(number / words_of_a_block);
  const StreamPlace place{noise.key, Purpose::noise, noise.epoch, noise.step, static_cast<std::uint32_t>(slot)};
  return stream_block(place, block)[static_cast<std::size_t>(number % words_of_a_block)];
}

/// Value `number` of image `image` as random_start writes it; plane: values of a channel. Pure.
template <typename Real>
M2M_HOST_DEVICE Real start_pixel(const StartNoise& noise, std::int64_t image, std::int64_t number,
                                 std::int64_t plane, Real seed) {
  const double scale = noise.image_scales[image] * noise.channel_scales[number / plane];
  const double uniform = noise_word(noise, noise.slots[image], number) * 0x1p-32;
  const Real moved = seed + static_cast<Real>(rounded_product(uniform - 0.5, scale));
  return moved < Real{0} ? Real{0} : (moved > Real{1} ? Real{1} : moved);
}

}  // namespace m2m::kernels
