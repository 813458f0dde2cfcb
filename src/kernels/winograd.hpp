#pragma once
// 3x3 convolutions by Winograd's F(2x2, 3x3): four output pixels for 16 products instead of 36.
//
// Lavin, Gray, "Fast algorithms for convolutional neural networks", CVPR 2016, section 4.1. Y = A^T [(G w G^T) *
// (B^T d B)] A over tiles of 4x4 input pixels d, summed over the input channels before A. float32 only: sums and
// differences of four inputs need bits that bfloat16 does not have.
#include <cstdint>
#include <vector>

#include "kernels/conv3x3.hpp"

namespace m2m::kernels {

/// One direction of a convolution of stride 1 with padding 1.
struct Winograd {
  int height, width;              // even
  int in_channels, out_channels;  // multiples of `lanes`
  // True: images as stored (conv3x3.hpp). False: without the border, [height][width][channels], as libtorch keeps
  // an image of a channels-last batch; masks likewise.
  bool bordered = true;
};

/// True if a convolution (or its transpose) can be computed this way and becomes faster. Pure.
bool suits_winograd(const ConvSizes& sizes, int in_channels, int out_channels);

/// weight: [out][in][3][3]; scale: [out]. Fills `packed` with G w G^T: [out / 16][16 positions][in][16].
void pack_winograd_forward(const ConvSizes& sizes, const float* weight, const float* scale, Aligned<float>& packed);
/// Fills `packed` for the transpose: mirrored weights, channels exchanged, rows of missing channels 0.
void pack_winograd_backward(const ConvSizes& sizes, const float* weight, const float* scale,
                            Aligned<float>& packed);

/// Number of floats of scratch memory that a convolution needs. Pure.
std::int64_t winograd_scratch(const Winograd& conv);

/// Runs a convolution on one image; what follows the sums is as in conv3x3. Local, deterministic for one
/// instruction set, does not allocate.
using WinogradFn = void (*)(const Winograd&, const ConvBuffers<float>&, float* scratch);

// A strip: the rows of tiles whose transforms lie in scratch memory at one time. Unnamed, because each isa_*.cpp
// compiles these functions for its own processor.
namespace {

constexpr int winograd_positions = 16;   // of a transformed tile
constexpr int tiles_worth_a_strip = 16;  // few enough for the first cache, enough to use each weight often

inline int tiles_of_a_row(const Winograd& conv) { return conv.width / 2; }

/// Rows of tiles of a strip; the last strip may have fewer.
inline int rows_of_a_strip(const Winograd& conv) {
  const int rows = tiles_worth_a_strip / tiles_of_a_row(conv);
  return rows > 1 ? rows : 1;
}

/// Values of one position of all tiles of a strip, padded so that the positions do not share cache sets.
inline std::int64_t plane(const Winograd& conv, int channels) {
  return std::int64_t{rows_of_a_strip(conv)} * tiles_of_a_row(conv) * channels + lanes;
}

/// Pixels of a row in memory.
inline int row_pixels(const Winograd& conv) { return conv.bordered ? conv.width + 2 : conv.width; }

}  // namespace
}  // namespace m2m::kernels
