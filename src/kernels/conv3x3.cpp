#include "kernels/conv3x3.hpp"

#include <type_traits>

namespace m2m::kernels {
namespace {

struct Layout {
  int row, column;  // values of a stored row and pixel
};

Layout layout(int width, int channels) { return {(width + 2) * channels, channels}; }

std::int32_t weight_offset(int ky, int kx, int in_channels) { return (3 * ky + kx) * in_channels * lanes; }

/// All output pixels, nine taps each. `mirrored`: the weights are read backwards, as a transpose needs them.
ConvPass whole(int rows, int columns, int stride, Layout in, int in_channels, bool mirrored) {
  ConvPass pass{};
  pass.tap_count = 9;
  for (int ky = 0; ky < 3; ++ky) {
    for (int kx = 0; kx < 3; ++kx) {
      const int from_y = mirrored ? 2 - ky : ky;
      const int from_x = mirrored ? 2 - kx : kx;
      pass.taps[3 * ky + kx] = {from_y * in.row + from_x * in.column, weight_offset(ky, kx, in_channels)};
    }
  }
  pass.rows = rows;
  pass.columns = columns;
  pass.input_row = stride * in.row;
  pass.input_column = stride * in.column;
  pass.first_output = columns + 2 + 1;
  pass.output_row = columns + 2;
  pass.output_column = 1;
  return pass;
}

/// The pixels (2 r + a, 2 q + b) of a stride-2 convolution's input. Input pixel y takes part in output row
/// (y + 1 - ky) / 2 if that is an integer: for even y through ky = 1, for odd y through ky = 0 and 2.
ConvPass quarter(const ConvSizes& sizes, int a, int b, Layout in, int in_channels) {
  ConvPass pass{};
  for (int ky = 0; ky < 3; ++ky) {
    for (int kx = 0; kx < 3; ++kx) {
      if ((a + 1 - ky) % 2 != 0 || (b + 1 - kx) % 2 != 0) continue;
      const int dy = (a + 1 - ky) / 2;
      const int dx = (b + 1 - kx) / 2;
      pass.taps[pass.tap_count++] = {dy * in.row + dx * in.column, weight_offset(ky, kx, in_channels)};
    }
  }
  pass.rows = (sizes.height + 1 - a) / 2;
  pass.columns = (sizes.width + 1 - b) / 2;
  pass.first_input = in.row + in.column;  // past the border
  pass.input_row = in.row;
  pass.input_column = in.column;
  pass.first_output = (1 + a) * (sizes.width + 2) + 1 + b;
  pass.output_row = 2 * (sizes.width + 2);
  pass.output_column = 2;
  return pass;
}

template <typename T>
T stored(float value) {
  if constexpr (std::is_same_v<T, Bf16>) {
    return to_bf16(value);
  } else {
    return value;
  }
}

/// Packs the weights in the order in which the kernels read them. at(o, i, tap): the weight from channel i to
/// channel o; o and i count channels that exist.
template <typename T, typename At>
void pack(int out_channels, int outs, int in_channels, int ins, Aligned<T>& packed, At at) {
  constexpr int group = std::is_same_v<T, Bf16> ? 2 : 1;
  packed.assign(static_cast<std::size_t>(out_channels) * in_channels * 9, T{});
  for (int o = 0; o < outs; ++o) {
    T* block = packed.data() + std::int64_t{o / lanes} * lanes * 9 * in_channels + o % lanes * group;
    for (int tap = 0; tap < 9; ++tap, block += in_channels * lanes) {
      for (int i = 0; i < ins; ++i) {
        block[i / group * group * lanes + i % group] = stored<T>(at(o, i, tap));
      }
    }
  }
}

}  // namespace

int stored_channels(int channels) { return (channels + 1) / 2 * 2; }
int padded_to_lanes(int channels) { return (channels + lanes - 1) / lanes * lanes; }
std::int64_t stored_pixels(int height, int width) { return std::int64_t{height + 2} * (width + 2); }

Convolution forward_convolution(const ConvSizes& sizes) {
  const int channels = stored_channels(sizes.in_channels);
  const Layout in = layout(sizes.width, channels);
  return {channels,
          sizes.out_channels,
          {whole(sizes.out_height(), sizes.out_width(), sizes.stride, in, channels, false)}};
}

Convolution backward_convolution(const ConvSizes& sizes) {
  const int channels = sizes.out_channels;
  const Layout in = layout(sizes.out_width(), channels);
  Convolution result{channels, padded_to_lanes(sizes.in_channels), {}};
  if (sizes.stride == 1) {
    result.passes.push_back(whole(sizes.height, sizes.width, 1, in, channels, true));
  } else {
    for (int a : {0, 1}) {
      for (int b : {0, 1}) result.passes.push_back(quarter(sizes, a, b, in, channels));
    }
  }
  return result;
}

template <typename T>
void pack_forward(const ConvSizes& sizes, const float* weight, const float* scale, Aligned<T>& packed) {
  pack(sizes.out_channels, sizes.out_channels, stored_channels(sizes.in_channels), sizes.in_channels, packed,
       [&](int o, int i, int tap) { return scale[o] * weight[(o * sizes.in_channels + i) * 9 + tap]; });
}

template <typename T>
void pack_backward(const ConvSizes& sizes, const float* weight, const float* scale, Aligned<T>& packed) {
  pack(padded_to_lanes(sizes.in_channels), sizes.in_channels, sizes.out_channels, sizes.out_channels, packed,
       [&](int i, int o, int tap) { return scale[o] * weight[(o * sizes.in_channels + i) * 9 + tap]; });
}

template void pack_forward<float>(const ConvSizes&, const float*, const float*, Aligned<float>&);
template void pack_forward<Bf16>(const ConvSizes&, const float*, const float*, Aligned<Bf16>&);
template void pack_backward<float>(const ConvSizes&, const float*, const float*, Aligned<float>&);
template void pack_backward<Bf16>(const ConvSizes&, const float*, const float*, Aligned<Bf16>&);

}  // namespace m2m::kernels
