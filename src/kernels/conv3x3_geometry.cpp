// Where the products of a convolution are found.
#include "kernels/conv3x3.hpp"

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
/// (y + 1 - ky) / 2 where that is whole: for even y through ky = 1, for odd y through ky = 0 and 2.
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

}  // namespace m2m::kernels
