#pragma once
// What follows the sums of a convolution, while they are in registers; a source includes a lanes_*.hpp before this.
#include "kernels/conv3x3.hpp"

namespace m2m::kernels {
namespace {

/// What follows the sum of one pixel's block of output channels.
template <typename T>
[[gnu::always_inline]] inline void finish(int out_channels, const ConvBuffers<T>& memory, Lanes sum,
                                          std::int64_t pixel, int block) {
  const std::int64_t value = pixel * out_channels + block * lanes;
  const std::int64_t mask = pixel * (out_channels / lanes) + block;
  if (memory.added != nullptr) sum = sum.plus(Lanes::load(memory.added + value));
  if (memory.keep != nullptr) sum = sum.kept(memory.keep[mask]);
  if (memory.relu) sum = sum.relu();
  if (memory.positive != nullptr) memory.positive[mask] = sum.positive();
  if (memory.raw != nullptr) {
    sum.store(memory.raw + value);
  } else {
    sum.store(memory.out + value);
  }
}

}  // namespace
}  // namespace m2m::kernels
