#pragma once
// One layer on tensor core tiles, in an emulated block, beside the same layer of the CPU's bfloat16 kernels.
#include <vector>

#include "kernels/conv3x3.hpp"
#include "kernels/fused_conv.hpp"
#include "kernels/fused_weights.hpp"
#include "kernels/kernel_set.hpp"
#include "support/conv_cases.hpp"
#include "support/emulated_block.hpp"

namespace m2m::testing {

/// An image of Bf16 as the CPU's kernels store it, [side + 2][side + 2][channels], with a border of zeros.
using StoredImage = std::vector<kernels::Bf16>;

/// Copies a stored image, its border too, into shared memory.
template <typename Image>
void put(const StoredImage& image, std::uint32_t at, SharedMemory& shared) {
  const auto* pixels = image.data();
  for (std::uint32_t line = 0; line < Image::width; ++line) {
    for (std::uint32_t column = 0; column < Image::width; ++column) {
      for (std::uint32_t c = 0; c < Image::chunks * 8; c += 2, pixels += 2) {
        const std::uint32_t address = at + Image::chunk(line, column, c / 8) + c % 8 * 2;
        shared.store(address, std::uint32_t{pixels[0].bits} | std::uint32_t{pixels[1].bits} << 16, 0);
      }
    }
  }
  shared.next_interval();
}

/// The image at an address of shared memory.
template <typename Image>
StoredImage image_at(std::uint32_t at, SharedMemory& shared) {
  shared.next_interval();
  StoredImage image;
  for (std::uint32_t line = 0; line < Image::width; ++line) {
    for (std::uint32_t column = 0; column < Image::width; ++column) {
      for (std::uint32_t c = 0; c < Image::chunks * 8; c += 2) {
        const std::uint32_t word = shared.load(at + Image::chunk(line, column, c / 8) + c % 8 * 2, 0);
        image.push_back({static_cast<std::uint16_t>(word & 0xffffU)});
        image.push_back({static_cast<std::uint16_t>(word >> 16)});
      }
    }
  }
  return image;
}

/// The signs of a layer on tiles as the CPU's kernels store them: [stored pixels][channels / 16] bits.
template <typename Shape>
std::vector<std::uint16_t> stored_signs(const std::vector<std::uint32_t>& signs) {
  std::vector<std::uint16_t> bits(Shape::Out::width * Shape::Out::width * Shape::groups);
  for (int unit = 0; unit < Shape::units; ++unit) {
    const int group = unit % Shape::groups, column = unit / Shape::groups;
    for (int tile = 0; tile < Shape::rows; ++tile) {
      for (std::uint32_t lane = 0; lane < 32; ++lane) {
        const std::uint32_t word = signs.at((unit * Shape::unit_words + tile / 4) * 32 + lane);
        for (int i = 0; i < 8; ++i) {  // word q = i / 2 of the tile, its lower or upper half
          const std::uint32_t row = lane / 4 + i / 2 % 2 * 8, channel = i / 4 * 8 + lane % 4 * 2 + i % 2;
          const std::uint32_t y = Shape::Tiles::y(column, row) + tile, x = Shape::Tiles::x(column, row);
          if ((word >> (tile % 4 * 4 + i / 2 + i % 2 * 16) & 1U) != 0)
            bits[((y + 1) * Shape::Out::width + x + 1) * Shape::groups + group] |= 1U << channel;
        }
      }
    }
  }
  return bits;
}

/// The weights of a layer in both directions. weight: [out][in][3][3]; scale: [out].
struct PackedLayer {
  PackedLayer(const kernels::ConvSizes& sizes, const std::vector<float>& weight, const std::vector<float>& scale) {
    std::vector<float> folded;  // [out][9][in]
    for (int out = 0; out < sizes.out_channels; ++out) {
      for (int tap = 0; tap < 9; ++tap) {
        for (int in = 0; in < sizes.in_channels; ++in)
          folded.push_back(weight[(out * sizes.in_channels + in) * 9 + tap] * scale[out]);
      }
    }
    const kernels::PackLayer layer{folded.data(), sizes.in_channels, sizes.out_channels, sizes.stride};
    forward.resize(static_cast<std::size_t>(kernels::packed_count(layer)));
    backward.resize(forward.size());
    kernels::pack_weights(&layer, 1, forward.data(), backward.data());
  }

  std::vector<kernels::Words4> forward, backward;
};

inline std::vector<std::uint16_t> bits_of(const StoredImage& image) {
  std::vector<std::uint16_t> bits;
  for (const kernels::Bf16& value : image) bits.push_back(value.bits);
  return bits;
}

}  // namespace m2m::testing
