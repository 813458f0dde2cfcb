#pragma once
// What the convolution's loops need to know of products in float32, whatever the lanes.
#include "kernels/conv3x3_tile.hpp"

namespace m2m::kernels {
namespace {

/// Stored float.
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

/// Stored Bf16, in pairs of input channels; products and sums in float32.
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
