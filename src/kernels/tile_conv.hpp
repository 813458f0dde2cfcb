#pragma once
// The convolutions of conv3x3.hpp on processors that multiply whole tiles of bfloat16 (AMX). One instruction
// multiplies sixteen pixels by sixteen output channels, with 32 products to a sum.
//
// The weights of a row that lie next to each other find their inputs next to each other as well, pixel after pixel:
// one run of values. A run is cut into slices of 32; the last slice is padded with weights of zero.
#include <cstdint>
#include <vector>

#include "kernels/conv3x3.hpp"

namespace m2m::kernels {

inline constexpr int tile_rows = 16;     // pixels of a tile
inline constexpr int slice_values = 32;  // input values of a slice

/// An image is read up to this many values behind its end. They are multiplied by zero and must be finite.
inline constexpr int tile_overrun = slice_values;

/// Taps of a pass whose inputs follow each other.
struct TileRun {
  std::int32_t input;                 // of the first tap, in values
  std::vector<std::int32_t> weights;  // offset of each tap in a block of weights of conv3x3.hpp
  int slices;
};

/// A pass, its output pixels in tiles. Positions count input columns, on from row to row: a row has `pitch`, of
/// which the first `pass.columns` are output pixels.
struct TilePass {
  ConvPass pass;
  std::vector<TileRun> runs;
  int pitch;
  int tiles;
  bool by_row;  // true: rows are whole tiles; false: tiles go on over the border, and the last two may overlap
};

struct TileConvolution {
  int in_channels, out_channels;
  std::vector<TilePass> passes;
  int slices;  // of all passes
};

/// True if each pass has enough pixels for a tile. Pure.
bool suits_tiles(const Convolution& conv);
/// The same convolution in tiles. Requires suits_tiles(conv).
TileConvolution tile_convolution(const Convolution& conv);

/// Weights as pack_forward or pack_backward pack them -> [out / 16][slices][16][16][2], pairs of input channels as
/// the rows of a tile.
void pack_tiles(const TileConvolution& conv, const Aligned<Bf16>& weights, Aligned<Bf16>& packed);

/// Runs a convolution on one image, as ConvFn does. `in` is read up to tile_overrun values behind its end; `out`
/// and `raw` are not `added`. Local, deterministic for one instruction set, does not allocate.
using TileConvFn = void (*)(const TileConvolution&, const ConvBuffers<Bf16>&);

}  // namespace m2m::kernels
