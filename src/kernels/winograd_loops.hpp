#pragma once
// The loops of Winograd's convolution, compiled once per instruction set (rules: conv3x3_loops.hpp).
#include "kernels/conv3x3_loops.hpp"
#include "kernels/winograd.hpp"

#ifndef M2M_LANES
#error "include a lanes_*.hpp first: the loops are compiled for these lanes"
#endif

namespace m2m::kernels {
namespace {

/// The four image rows that a row of tiles reads, each at its first pixel inside the border.
struct TileRows {
  const float* row[4];
};

/// Finds these rows; rows above and below an image without a border are `zeros`.
inline TileRows rows_of_tiles(const Winograd& conv, const float* image, int tile_row, const float* zeros) {
  const std::int64_t row = std::int64_t{row_pixels(conv)} * conv.in_channels;
  TileRows rows;
  for (int i = 0; i < 4; ++i) {
    const int y = 2 * tile_row - 1 + i;
    if (conv.bordered) {
      rows.row[i] = image + (y + 1) * row + conv.in_channels;
    } else {
      rows.row[i] = y >= 0 && y < conv.height ? image + y * row : zeros;
    }
  }
  return rows;
}

/// B^T of one column of four pixels.
struct Column {
  Lanes pixels[4];
};

[[gnu::always_inline]] inline Column transformed_column(const TileRows& rows, std::int64_t at) {
  const Lanes a = Lanes::load(rows.row[0] + at), b = Lanes::load(rows.row[1] + at),
              c = Lanes::load(rows.row[2] + at), d = Lanes::load(rows.row[3] + at);
  return {{a.minus(c), b.plus(c), c.minus(b), b.minus(d)}};
}

/// B^T of a column on the left or right border.
[[gnu::always_inline]] inline Column border_column(const Winograd& conv, const TileRows& rows, std::int64_t at) {
  const Lanes zero = Lanes::all(0);
  return conv.bordered ? transformed_column(rows, at) : Column{{zero, zero, zero, zero}};
}

/// B^T d B of one row of tiles and the 16 channels from `channel` on. out: the first tile's first position.
inline void transform_inputs(const Winograd& conv, const TileRows& rows, int channel, std::int64_t to_next_position,
                             float* out) {
  const int channels = conv.in_channels, tiles = tiles_of_a_row(conv);
  Column a = border_column(conv, rows, channel - channels), b = transformed_column(rows, channel);
  for (int tile = 0; tile < tiles; ++tile, out += channels) {
    const std::int64_t at = channel + std::int64_t{2 * tile + 1} * channels;
    const Column c = transformed_column(rows, at);
    const Column d =
        tile + 1 < tiles ? transformed_column(rows, at + channels) : border_column(conv, rows, at + channels);
#pragma GCC unroll 4
    for (int i = 0; i < 4; ++i) {
      float* position = out + 4 * i * to_next_position;
      a.pixels[i].minus(c.pixels[i]).store(position);
      b.pixels[i].plus(c.pixels[i]).store(position + to_next_position);
      c.pixels[i].minus(b.pixels[i]).store(position + 2 * to_next_position);
      b.pixels[i].minus(d.pixels[i]).store(position + 3 * to_next_position);
    }
    a = c;
    b = d;
  }
}

/// Sums over the input channels of one position: inputs [tile][in] times weights [block][in][16] ->
/// [block][tile][16].
template <int Tiles, int Blocks>
void multiply(const float* inputs, const float* weights, std::int64_t to_next_block, int in_channels, float* out,
              std::int64_t out_to_next_block) {
  Lanes sums[Tiles][Blocks];
#pragma GCC unroll 8
  for (int t = 0; t < Tiles; ++t) {
#pragma GCC unroll 2
    for (int v = 0; v < Blocks; ++v) sums[t][v] = Lanes::all(0);
  }
  for (int c = 0; c < in_channels; ++c) {
    Lanes weight[Blocks];
#pragma GCC unroll 2
    for (int v = 0; v < Blocks; ++v) weight[v] = Lanes::load(weights + v * to_next_block + c * lanes);
#pragma GCC unroll 8
    for (int t = 0; t < Tiles; ++t) {
      const Lanes input = Lanes::all(inputs[t * in_channels + c]);
#pragma GCC unroll 2
      for (int v = 0; v < Blocks; ++v) sums[t][v] = sums[t][v].plus_product(input, weight[v]);
    }
  }
#pragma GCC unroll 8
  for (int t = 0; t < Tiles; ++t) {
#pragma GCC unroll 2
    for (int v = 0; v < Blocks; ++v) sums[t][v].store(out + v * out_to_next_block + t * lanes);
  }
}

/// Computes A^T m A of one tile and stores the result: four output pixels of one block of channels.
[[gnu::always_inline]] inline void store_winograd_tile(const Winograd& conv, const ConvBuffers<float>& memory,
                                                       const float* position, std::int64_t to_next_position,
                                                       std::int64_t pixel, int block) {
  Lanes first[4], second[4];
#pragma GCC unroll 4
  for (int j = 0; j < 4; ++j) {
    const float* column = position + j * to_next_position;
    const Lanes a = Lanes::load(column), b = Lanes::load(column + 4 * to_next_position),
                c = Lanes::load(column + 8 * to_next_position), d = Lanes::load(column + 12 * to_next_position);
    first[j] = a.plus(b).plus(c);
    second[j] = b.minus(c).minus(d);
  }
  const Lanes bias = memory.bias != nullptr ? Lanes::load(memory.bias + block * lanes) : Lanes::all(0);
  const auto emit = [&](const Lanes* m, std::int64_t at) {
    store_result(conv.out_channels, memory, m[0].plus(m[1]).plus(m[2]).plus(bias), at, block);
    store_result(conv.out_channels, memory, m[1].minus(m[2]).minus(m[3]).plus(bias), at + 1, block);
  };
  emit(first, pixel);
  emit(second, pixel + row_pixels(conv));
}

/// Convolves one strip of tiles, whose inputs are transformed, for `Blocks` blocks of output channels.
template <int Tiles, int Blocks>
void convolve_strip(const Winograd& conv, const ConvBuffers<float>& memory, const float* inputs, float* sums,
                    int first_row, int rows, int block) {
  const int tiles = rows * tiles_of_a_row(conv);
  const std::int64_t in_plane = plane(conv, conv.in_channels), out_plane = Blocks * plane(conv, lanes);
  const std::int64_t position_size = std::int64_t{conv.in_channels} * lanes,
                     block_size = winograd_positions * position_size;
  for (int position = 0; position < winograd_positions; ++position) {
    const float* weights = memory.weights + block * block_size + position * position_size;
    const auto run = [&](auto multiply_of, int tile) {
      multiply_of(inputs + position * in_plane + std::int64_t{tile} * conv.in_channels, weights, block_size,
                  conv.in_channels, sums + position * out_plane + tile * lanes, plane(conv, lanes));
    };
    int tile = 0;
    for (; tile + Tiles <= tiles; tile += Tiles) run(multiply<Tiles, Blocks>, tile);
    for (; tile + 2 <= tiles; tile += 2) run(multiply<2, Blocks>, tile);
    if (tile < tiles) run(multiply<1, Blocks>, tile);
  }
  const int border = conv.bordered ? 1 : 0;
  for (int v = 0; v < Blocks; ++v) {
    for (int tile = 0; tile < tiles; ++tile) {
      const int y = 2 * (first_row + tile / tiles_of_a_row(conv)), x = 2 * (tile % tiles_of_a_row(conv));
      store_winograd_tile(conv, memory, sums + v * plane(conv, lanes) + tile * lanes, out_plane,
                          std::int64_t{y + border} * row_pixels(conv) + x + border, block + v);
    }
  }
}

/// Convolves an image. One multiplication keeps `Tiles` tiles of `Blocks` blocks in registers.
template <int Tiles, int Blocks>
void convolve_winograd(const Winograd& conv, const ConvBuffers<float>& memory, float* scratch) {
  const int tiles_down = conv.height / 2, strip_rows = rows_of_a_strip(conv), blocks = conv.out_channels / lanes;
  const std::int64_t in_plane = plane(conv, conv.in_channels);
  const std::int64_t row_inputs = std::int64_t{tiles_of_a_row(conv)} * conv.in_channels;
  float* sums = scratch + winograd_positions * in_plane;
  float* zeros = sums + winograd_positions * Blocks * plane(conv, lanes);
  for (std::int64_t i = 0; i < std::int64_t{conv.width} * conv.in_channels; ++i) zeros[i] = 0;
  for (int first = 0; first < tiles_down; first += strip_rows) {
    const int rows = tiles_down - first < strip_rows ? tiles_down - first : strip_rows;
    for (int y = 0; y < rows; ++y) {
      const TileRows four = rows_of_tiles(conv, memory.in, first + y, zeros);
      for (int c = 0; c < conv.in_channels; c += lanes)
        transform_inputs(conv, four, c, in_plane, scratch + y * row_inputs + c);
    }
    int block = 0;
    for (; block + Blocks <= blocks; block += Blocks)
      convolve_strip<Tiles, Blocks>(conv, memory, scratch, sums, first, rows, block);
    for (; block < blocks; ++block) convolve_strip<Tiles, 1>(conv, memory, scratch, sums, first, rows, block);
  }
}

}  // namespace
}  // namespace m2m::kernels
