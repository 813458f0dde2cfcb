#pragma once
// 3x3 convolutions of one image, for networks whose weights are frozen: forward, and backward to the input.
//
// An image is stored channels last with a border of zeros: [height + 2][width + 2][channels]. It stays in the cache
// from layer to layer, and bias, addition, ReLU and mask are applied before the sums of a convolution leave the
// registers. Sums are float32; stored values are float or Bf16.
#include <array>
#include <cstdint>
#include <vector>

#include "kernels/storage.hpp"

namespace m2m::kernels {

/// Output channels are computed in blocks of this size; masks have one bit per channel.
inline constexpr int lanes = 16;

/// A 3x3 convolution of a network, with zero padding of 1 pixel.
struct ConvSizes {
  int height, width;  // of the input
  int in_channels, out_channels;
  int stride;  // 1 or 2
  int out_height() const { return (height + stride - 1) / stride; }
  int out_width() const { return (width + stride - 1) / stride; }
};

/// The places of one of the nine weights and of its input, in values: from the first input value of an output
/// pixel, and from the beginning of a block of weights.
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

/// The products of one convolution of one image.
struct Convolution {
  int in_channels, out_channels;  // as stored: in_channels even, out_channels a multiple of `lanes`
  std::vector<ConvPass> passes;
};

/// The forward convolution: stored input -> stored output.
Convolution forward_convolution(const ConvSizes& sizes);
/// The transposed convolution: gradient of the output -> gradient of the input, both stored.
Convolution backward_convolution(const ConvSizes& sizes);

/// Channels of a stored image that is the input of a convolution.
int stored_channels(int channels);
/// Channels of a stored image that is the output: a multiple of `lanes`.
int padded_to_lanes(int channels);
/// Pixels of a stored image, border included.
std::int64_t stored_pixels(int height, int width);

/// Fills `packed` with the weights of forward_convolution: [out / 16][9][in / g][16][g], g = 1 for float and 2 for
/// Bf16.
///
/// weight: [out][in][3][3]; scale: [out], what batch norm multiplies each output channel by. T: float or Bf16.
/// Allocates only if `packed` is too small.
template <typename T>
void pack_forward(const ConvSizes& sizes, const float* weight, const float* scale, Aligned<T>& packed);
/// Fills `packed` with the weights of backward_convolution: [in / 16][9][out / g][16][g], rows of missing channels
/// 0.
template <typename T>
void pack_backward(const ConvSizes& sizes, const float* weight, const float* scale, Aligned<T>& packed);

/// The memory of one convolution of one image. A null pointer leaves its step out; the order is: sum of products,
/// + bias, + added, 0 unless `keep` has its bit, ReLU, `positive`, store.
template <typename T>
struct ConvBuffers {
  const T* in;
  const T* weights;
  const float* bias = nullptr;          // [out_channels]
  const T* added = nullptr;             // laid out as out
  const std::uint16_t* keep = nullptr;  // [stored pixels][out_channels / 16] bits: results that are kept
  bool relu = false;                    // NaN stays NaN
  std::uint16_t* positive = nullptr;    // laid out as keep: results above 0
  T* out = nullptr;                     // its border is not written
  float* raw = nullptr;                 // instead of out, laid out alike
};

/// Runs a convolution on one image. Local, deterministic for one instruction set, does not allocate.
template <typename T>
using ConvFn = void (*)(const Convolution&, const ConvBuffers<T>&);

}  // namespace m2m::kernels
