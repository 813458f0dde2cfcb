#pragma once
// Images that torchvision_reference.py makes as well, and the names of torchvision's and Pillow's operations.
#include <algorithm>
#include <cstdint>
#include <iterator>
#include <string>
#include <vector>

#include "kernels/transforms.hpp"

namespace m2m::testing {

/// splitmix64: 64 random bits of a whole number.
inline std::uint64_t random_bits(std::uint64_t number) {
  std::uint64_t z = number * 0x9E3779B97F4A7C15U + 0x632BE59BD9B4E019U;
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9U;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBU;
  return z ^ (z >> 31);
}

/// Image `number`, [channels, height, width]: in turn noise, a slope, few values, or blocks of one value.
inline std::vector<std::uint8_t> made_image(int number, int channels, int height, int width) {
  std::vector<std::uint8_t> image;
  const auto base = static_cast<std::uint64_t>(number) * 65536;
  const std::uint64_t of_image = random_bits(static_cast<std::uint64_t>(number) + 7'000'000);
  for (std::uint64_t c = 0; c < static_cast<std::uint64_t>(channels); ++c) {
    for (std::uint64_t y = 0; y < static_cast<std::uint64_t>(height); ++y) {
      for (std::uint64_t x = 0; x < static_cast<std::uint64_t>(width); ++x) {
        const std::uint64_t noise = random_bits(base + (c * height + y) * width + x);
        const std::uint64_t slope = of_image % 100 + 40 * c + y * (of_image >> 8 & 7) + x * (of_image >> 16 & 7);
        const std::uint64_t kinds[] = {noise % 256, std::min<std::uint64_t>(slope, 255),
                                       of_image % 200 + noise % (1 + (of_image >> 8) % 56),
                                       random_bits(base + 4096 * c + y / 8 * 64 + x / 8) % 256};
        image.push_back(static_cast<std::uint8_t>(kinds[number % 4]));
      }
    }
  }
  return image;
}

/// The operation that torchvision or Pillow calls so.
inline kernels::OperationKind operation_named(const std::string& name) {
  static const char* const names[] = {
      "Identity", "ShearX",      "ShearY",    "TranslateX", "TranslateY",   "Rotate",     "Brightness", "Color",
      "Contrast", "Sharpness",   "Posterize", "Solarize",   "AutoContrast", "Equalize",   "Invert",     "Flip",
      "Mirror",   "EdgeEnhance", "Detail",    "Smooth",     "GaussianBlur", "ResizeCrop", "SolarizeAdd"};
  return static_cast<kernels::OperationKind>(std::find(std::begin(names), std::end(names), name) - names);
}

}  // namespace m2m::testing
