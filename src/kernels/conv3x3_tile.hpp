#pragma once
// The loops of the convolution, for the sources that compile them for one instruction set each.
//
// A source includes a lanes_*.hpp before this; Products says how values are stored and multiplied. Everything lies
// in unnamed namespaces, and nothing may call an inline function of the standard library: the linker keeps one copy
// of such a function, and it might keep one that only new processors can run.
#include "kernels/conv3x3_finish.hpp"

namespace m2m::kernels {
namespace {

/// `Pixels` neighbouring pixels of a pass, `Blocks` neighbouring blocks of output channels: all sums in registers.
template <class Products, int Pixels, int Blocks>
void tile(const Convolution& conv, const ConvPass& pass, const ConvBuffers<typename Products::Value>& memory,
          const typename Products::Value* in, std::int64_t out_pixel, int block) {
  const std::int64_t block_size = std::int64_t{9} * conv.in_channels * lanes;
  const auto* weights = memory.weights + block * block_size;
  Lanes sums[Pixels][Blocks];
  for (int v = 0; v < Blocks; ++v) {
    const auto first = memory.bias != nullptr ? Lanes::load(memory.bias + (block + v) * lanes) : Lanes::all(0);
#pragma GCC unroll 8
    for (int p = 0; p < Pixels; ++p) sums[p][v] = first;
  }
  for (int t = 0; t < pass.tap_count; ++t) {
    const auto* x = in + pass.taps[t].input;
    const auto* w = weights + pass.taps[t].weight;
    for (int c = 0; c < conv.in_channels; c += Products::group) {
      typename Products::Weight weight[Blocks];
#pragma GCC unroll 2
      for (int v = 0; v < Blocks; ++v) weight[v] = Products::weight(w + v * block_size + c * lanes);
#pragma GCC unroll 8
      for (int p = 0; p < Pixels; ++p) {
        const auto input = Products::input(x + p * pass.input_column + c);
#pragma GCC unroll 2
        for (int v = 0; v < Blocks; ++v) sums[p][v] = Products::add(sums[p][v], input, weight[v]);
      }
    }
  }
#pragma GCC unroll 8
  for (int p = 0; p < Pixels; ++p) {
#pragma GCC unroll 2
    for (int v = 0; v < Blocks; ++v)
      finish(conv.out_channels, memory, sums[p][v], out_pixel + p * pass.output_column, block + v);
  }
}

/// One row of a pass: tiles of Products::pixels pixels, then of 4, 2 and 1.
template <class Products, int Blocks>
void row(const Convolution& conv, const ConvPass& pass, const ConvBuffers<typename Products::Value>& memory, int y,
         int block) {
  const auto* in = memory.in + pass.first_input + std::int64_t{y} * pass.input_row;
  const std::int64_t out = pass.first_output + std::int64_t{y} * pass.output_row;
  const auto run = [&](auto tile_of, int x) {
    tile_of(conv, pass, memory, in + std::int64_t{x} * pass.input_column, out + x * pass.output_column, block);
  };
  int x = 0;
  for (; x + Products::pixels <= pass.columns; x += Products::pixels)
    run(tile<Products, Products::pixels, Blocks>, x);
  for (; x + 4 <= pass.columns; x += 4) run(tile<Products, 4, Blocks>, x);
  for (; x + 2 <= pass.columns; x += 2) run(tile<Products, 2, Blocks>, x);
  if (x < pass.columns) run(tile<Products, 1, Blocks>, x);
}

template <class Products>
void convolve(const Convolution& conv, const ConvBuffers<typename Products::Value>& memory) {
  const int blocks = conv.out_channels / lanes;
  for (const ConvPass& pass : conv.passes) {
    int block = 0;
    for (; block + Products::blocks <= blocks; block += Products::blocks) {
      for (int y = 0; y < pass.rows; ++y) row<Products, Products::blocks>(conv, pass, memory, y, block);
    }
    for (; block < blocks; ++block) {
      for (int y = 0; y < pass.rows; ++y) row<Products, 1>(conv, pass, memory, y, block);
    }
  }
}

}  // namespace
}  // namespace m2m::kernels
