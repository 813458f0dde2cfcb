#pragma once
// The loops of a convolution in tiles, compiled once per kind of tiles (rules: conv3x3_loops.hpp). An isa_*.cpp
// includes its lanes_*.hpp and tiles_*.hpp first.
#include <utility>

#include "kernels/conv3x3_loops.hpp"
#include "kernels/tile_conv.hpp"

#if !defined(M2M_LANES) || !defined(M2M_TILES)
#error "include a lanes_*.hpp and a tiles_*.hpp first: the loops are compiled for these"
#endif

namespace m2m::kernels {
namespace {

/// Tiles of output pixels that are summed up together share each tile of weights, and keep the multiplier busy
/// while the sums before are under way. Their sums are in the registers 0 to 4.
constexpr int max_sums = 5;
constexpr int weight_tile = 5, first_input_tile = 6;  // two of inputs, in turn

template <int value>
struct Index {
  static constexpr int at = value;
};

/// each(Index<0>{}), each(Index<1>{}), ...
template <int count, class Each>
[[gnu::always_inline]] inline void for_indices(Each each) {
  [&]<int... i>(std::integer_sequence<int, i...>) __attribute__((always_inline)) { (each(Index<i>{}), ...); }
  (std::make_integer_sequence<int, count>{});
}

/// The first position of a tile.
int tile_start(const TilePass& pass, int tile) {
  if (pass.by_row) {
    const int tiles_of_row = pass.pass.columns / tile_rows;
    return tile / tiles_of_row * pass.pitch + tile % tiles_of_row * tile_rows;
  }
  const int last = (pass.pass.rows - 1) * pass.pitch + pass.pass.columns - tile_rows;
  return tile * tile_rows < last ? tile * tile_rows : last;
}

/// Stores the sums of a tile, [16][16], and skips positions on the border.
void store_tile(const TileConvolution& conv, const TilePass& tiles, const ConvBuffers<Bf16>& memory,
                const float* sums, int start, int block) {
  const ConvPass& pass = tiles.pass;
  int y = start / tiles.pitch, x = start % tiles.pitch;
  for (int row = 0; row < tile_rows; ++row, ++x) {
    if (x == tiles.pitch) {
      x = 0;
      ++y;
    }
    if (x >= pass.columns) continue;
    store_result(conv.out_channels, memory, Lanes::load(sums + row * lanes),
                 pass.first_output + y * pass.output_row + x * pass.output_column, block);
  }
}

/// Convolves `sums` tiles of a pass, from `first` on, for one block of output channels. weights: of the pass and
/// block.
template <int sums>
void tile_group(Tiles& tiles, const TileConvolution& conv, const TilePass& pass, const ConvBuffers<Bf16>& memory,
                const Bf16* weights, int first, int block) {
  const std::int64_t stride = pass.pass.input_column * std::int64_t{sizeof(Bf16)};
  const Bf16* in[sums];
  for (int i = 0; i < sums; ++i) {
    const std::int64_t position = tile_start(pass, first + i);
    in[i] = memory.in + pass.pass.first_input + position * pass.pass.input_column;
  }
  for_indices<sums>([&](auto i) {
    memory.bias != nullptr ? tiles.load<i.at>(memory.bias + block * lanes, 0) : tiles.clear<i.at>();
  });
  for (const TileRun& run : pass.runs) {
    for (int slice = 0; slice < run.slices; ++slice, weights += slice_values * lanes) {
      tiles.load<weight_tile>(weights, slice_values * sizeof(Bf16));
      const std::int64_t offset = run.input + std::int64_t{slice} * slice_values;
      for_indices<sums>([&](auto i) {
        constexpr int input_tile = first_input_tile + i.at % 2;
        tiles.load<input_tile>(in[i.at] + offset, stride);
        tiles.add_products<i.at, input_tile, weight_tile>();
      });
    }
  }
  alignas(64) float summed[tile_rows * lanes];
  for_indices<sums>([&](auto i) {
    tiles.store<i.at>(summed);
    store_tile(conv, pass, memory, summed, tile_start(pass, first + i.at), block);
  });
}

/// Convolves a pass for one block, its tiles in groups of nearly the same size.
void convolve_pass(Tiles& tiles, const TileConvolution& conv, const TilePass& pass, const ConvBuffers<Bf16>& memory,
                   const Bf16* weights, int block) {
  constexpr decltype(&tile_group<1>) groups[] = {tile_group<1>, tile_group<2>, tile_group<3>, tile_group<4>,
                                                 tile_group<max_sums>};
  int left = (pass.tiles + max_sums - 1) / max_sums;
  for (int first = 0; left > 0; --left) {
    const int size = (pass.tiles - first + left - 1) / left;
    groups[size - 1](tiles, conv, pass, memory, weights, first, block);
    first += size;
  }
}

void convolve_tiles(const TileConvolution& conv, const ConvBuffers<Bf16>& memory) {
  Tiles tiles;
  const Bf16* weights = memory.weights;
  for (int block = 0; block < conv.out_channels / lanes; ++block) {
    for (const TilePass& pass : conv.passes) {
      convolve_pass(tiles, conv, pass, memory, weights, block);
      for (const TileRun& run : pass.runs) weights += run.slices * slice_values * lanes;
    }
  }
}

}  // namespace
}  // namespace m2m::kernels
