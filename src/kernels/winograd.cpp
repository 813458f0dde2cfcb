#include "kernels/winograd.hpp"

namespace m2m::kernels {
namespace {

/// Computes G w G^T: sixteen values from nine weights.
void transform_weights(const float* w, double scale, float* out) {
  double rows[4][3];
  for (int x = 0; x < 3; ++x) {
    const double a = w[x], b = w[3 + x], c = w[6 + x];
    rows[0][x] = a;
    rows[1][x] = (a + b + c) / 2;
    rows[2][x] = (a - b + c) / 2;
    rows[3][x] = c;
  }
  for (int y = 0; y < 4; ++y, out += 4) {
    const double a = scale * rows[y][0], b = scale * rows[y][1], c = scale * rows[y][2];
    out[0] = static_cast<float>(a);
    out[1] = static_cast<float>((a + b + c) / 2);
    out[2] = static_cast<float>((a - b + c) / 2);
    out[3] = static_cast<float>(c);
  }
}

/// Stores the sixteen weights from channel i to channel o in the order that the kernels read.
void place_weights(const float* transformed, int o, int i, int in_channels, Aligned<float>& packed) {
  float* to =
      packed.data() + std::int64_t{o / lanes} * winograd_positions * in_channels * lanes + i * lanes + o % lanes;
  for (int position = 0; position < winograd_positions; ++position)
    to[std::int64_t{position} * in_channels * lanes] = transformed[position];
}

void clear_weights(int in_channels, int out_channels, Aligned<float>& packed) {
  packed.assign(static_cast<std::size_t>(winograd_positions) * in_channels * out_channels, 0.0F);
}

}  // namespace

bool suits_winograd(const ConvSizes& sizes, int in_channels, int out_channels) {
  constexpr int min_tiles = 8;  // with fewer, most registers of a multiplication would be idle
  return sizes.stride == 1 && sizes.height % 2 == 0 && sizes.width % 2 == 0 && in_channels % lanes == 0 &&
         out_channels % lanes == 0 && sizes.height * sizes.width / 4 >= min_tiles;
}

void pack_winograd_forward(const ConvSizes& sizes, const float* weight, const float* scale,
                           Aligned<float>& packed) {
  clear_weights(sizes.in_channels, sizes.out_channels, packed);
  float transformed[winograd_positions];
  for (int o = 0; o < sizes.out_channels; ++o) {
    for (int i = 0; i < sizes.in_channels; ++i, weight += 9) {
      transform_weights(weight, scale[o], transformed);
      place_weights(transformed, o, i, sizes.in_channels, packed);
    }
  }
}

void pack_winograd_backward(const ConvSizes& sizes, const float* weight, const float* scale,
                            Aligned<float>& packed) {
  clear_weights(sizes.out_channels, padded_to_lanes(sizes.in_channels), packed);
  float mirrored[9], transformed[winograd_positions];
  for (int o = 0; o < sizes.out_channels; ++o) {
    for (int i = 0; i < sizes.in_channels; ++i, weight += 9) {
      for (int tap = 0; tap < 9; ++tap) mirrored[tap] = weight[8 - tap];
      transform_weights(mirrored, scale[o], transformed);
      place_weights(transformed, i, o, sizes.out_channels, packed);
    }
  }
}

std::int64_t winograd_scratch(const Winograd& conv) {
  constexpr int max_blocks = 2;
  return winograd_positions * (plane(conv, conv.in_channels) + max_blocks * plane(conv, lanes)) +
         std::int64_t{conv.width} * conv.in_channels;  // and a row of zeros
}

}  // namespace m2m::kernels
