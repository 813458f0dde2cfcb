#pragma once
// 3x3 convolutions of one image, for networks whose weights are frozen: forward, and backward to the input.
//
// An image is stored channels last with a border of zeros: [height + 2][width + 2][channels]. It stays in the cache
// from layer to layer, and what follows a convolution (bias, addition, ReLU, mask) is done before its sums leave
// the registers. Sums are float32; what is stored is float or Bf16.
#include <array>
#include <cstdint>
#include <vector>

#include "kernels/storage.hpp"

namespace m2m::kernels {

/// Output channels are worked on in blocks of this many; masks have one bit for each.
inline constexpr int lanes = 16;

/// A convolution with zero padding of 1 pixel, as a network has it.
struct ConvSizes {
  int height, width;  // of the input
  int in_channels, out_channels;
  int stride;  // 1 or 2
  int out_height() const { return (height + stride - 1) / stride; }
  int out_width() const { return (width + stride - 1) / stride; }
};

/// Where one of the nine weights finds its input; both count values, from an output pixel's first input value and
/// from the beginning of a block of weights.
struct Tap {
  std::int32_t input, weight;
};

/// Output pixels that have the same taps: all of them, or every second one each way.
struct ConvPass {
  std::array<Tap, 9> taps;
  int tap_count;
  int rows, columns;                                     // of the pass
  std::int32_t first_input, input_row, input_column;     // in values
  std::int32_t first_output, output_row, output_column;  // in pixels of the stored output, border included
};

/// What to add up, for one image.
struct Convolution {
  int in_channels, out_channels;  // as stored: in_channels even, out_channels a multiple of `lanes`
  std::vector<ConvPass> passes;
};

/// The convolution itself: stored input -> stored output.
Convolution forward_convolution(const ConvSizes& sizes);
/// Its transpose: gradient of the output -> gradient of the input, both stored.
Convolution backward_convolution(const ConvSizes& sizes);

/// Channels of an image as stored, where it is the input of a convolution.
int stored_channels(int channels);
/// The same where it is the output: a multiple of `lanes`.
int padded_to_lanes(int channels);
/// Pixels of an image as stored, border included.
std::int64_t stored_pixels(int height, int width);

/// Fills `packed` with the weights of forward_convolution: [out / 16][9][in / g][16][g], g = 1 for float and 2 for
/// Bf16.
///
/// weight: [out][in][3][3]; scale: [out], what batch norm multiplies each output channel by. T: float or Bf16.
/// Allocates only where `packed` is too small.
template <typename T>
void pack_forward(const ConvSizes& sizes, const float* weight, const float* scale, Aligned<T>& packed);
/// Those of backward_convolution: [in / 16][9][out / g][16][g], rows of missing channels 0.
template <typename T>
void pack_backward(const ConvSizes& sizes, const float* weight, const float* scale, Aligned<T>& packed);

/// The memory of one convolution of one image. Pointers that are null are left out; the order is: sum of products,
/// + bias, + added, 0 where `keep` says so, ReLU, `positive`, store.
template <typename T>
struct ConvBuffers {
  const T* in;
  const T* weights;
  const float* bias = nullptr;          // [out_channels]
  const T* added = nullptr;             // laid out as out
  const std::uint16_t* keep = nullptr;  // [stored pixels][out_channels / 16] bits: where the result is kept
  bool relu = false;                    // NaN stays NaN
  std::uint16_t* positive = nullptr;    // laid out as keep: where the result is above 0
  T* out = nullptr;                     // its border is not written
  float* raw = nullptr;                 // instead of out, laid out alike
};

/// Runs a convolution on one image. Local, deterministic for one instruction set, does not allocate.
template <typename T>
using ConvFn = void (*)(const Convolution&, const ConvBuffers<T>&);

}  // namespace m2m::kernels
