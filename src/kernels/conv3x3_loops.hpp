#pragma once
// The loops of the direct convolution, compiled once per instruction set.
//
// An isa_*.cpp includes its lanes_*.hpp first. Everything lies in unnamed namespaces, and nothing may call an
// inline function of the standard library: the linker keeps one copy of such a function, and that copy may be one
// that only newer processors can run.
#include "kernels/conv3x3.hpp"

#ifndef M2M_LANES
#error "include a lanes_*.hpp first: the loops are compiled for these lanes"
#endif

namespace m2m::kernels {
namespace {

/// Applies what follows the sum of a pixel and a block of output channels while it is in registers, and stores it.
template <typename T>
[[gnu::always_inline]] inline void store_result(int out_channels, const ConvBuffers<T>& memory, Lanes sum,
                                                std::int64_t pixel, int block) {
  const std::int64_t value = pixel * out_channels + block * lanes;
  const std::int64_t mask = pixel * (out_channels / lanes) + block;
  if (memory.added != nullptr) sum = sum.plus(Lanes::load(memory.added + value));
  if (memory.keep != nullptr) sum = sum.masked(memory.keep[mask]);
  if (memory.relu) sum = sum.relu();
  if (memory.positive != nullptr) memory.positive[mask] = sum.positive_mask();
  if (memory.raw != nullptr) {
    sum.store(memory.raw + value);
  } else {
    sum.store(memory.out + value);
  }
}

/// Convolves `Pixels` neighbouring pixels of a pass for `Blocks` neighbouring blocks of output channels, with all
/// sums in registers. Products: how values are stored and multiplied.
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
      store_result(conv.out_channels, memory, sums[p][v], out_pixel + p * pass.output_column, block + v);
  }
}

/// Convolves one row of a pass: tiles of Products::pixels pixels, then of 4, 2 and 1.
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
void convolve_direct(const Convolution& conv, const ConvBuffers<typename Products::Value>& memory) {
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

/// Products of stored floats.
template <int Pixels, int Blocks>
struct Float32Products {
  using Value = float;
  using Weight = Lanes;
  using Input = Lanes;
  static constexpr int group = 1, pixels = Pixels, blocks = Blocks;

  static Weight weight(const float* from) { return Lanes::load(from); }
  static Input input(const float* from) { return Lanes::all(*from); }
  static Lanes add(Lanes sum, const Input& input, const Weight& weight) { return sum.plus_product(input, weight); }
};

/// Products of stored Bf16, in pairs of input channels; products and sums in float32.
template <int Pixels, int Blocks>
struct WidenedProducts {
  using Value = Bf16;
  struct Weight {
    Lanes even, odd;
  };
  struct Input {
    Lanes even, odd;
  };
  static constexpr int group = 2, pixels = Pixels, blocks = Blocks;

  static Weight weight(const Bf16* from) {
    float even[Lanes::count], odd[Lanes::count];
    for (int i = 0; i < Lanes::count; ++i) {
      even[i] = to_float(from[2 * i]);
      odd[i] = to_float(from[2 * i + 1]);
    }
    return {Lanes::load(even), Lanes::load(odd)};
  }
  static Input input(const Bf16* from) { return {Lanes::all(to_float(from[0])), Lanes::all(to_float(from[1]))}; }
  static Lanes add(Lanes sum, const Input& input, const Weight& weight) {
    return sum.plus_product(input.odd, weight.odd).plus_product(input.even, weight.even);
  }
};

}  // namespace
}  // namespace m2m::kernels
