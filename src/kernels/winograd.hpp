#pragma once
// 3x3 convolutions by Winograd's F(2x2, 3x3): four output pixels for 16 products instead of 36.
//
// Lavin, Gray, "Fast algorithms for convolutional neural networks", CVPR 2016, section 4.1. Y = A^T [(G w G^T) *
// (B^T d B)] A over tiles of 4x4 input pixels d, summed over the input channels before A. float32 only: sums and
// differences of four inputs would cost bfloat16 bits that it has not.
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

/// Whether a convolution (or its transpose) can be had this way and gains by it.
bool suits_winograd(const ConvSizes& sizes, int in_channels, int out_channels);

/// weight: [out][in][3][3]; scale: [out]. Fills `packed` with G w G^T: [out / 16][16 places][in][16].
void pack_winograd_forward(const ConvSizes& sizes, const float* weight, const float* scale, Aligned<float>& packed);
/// The same of the transpose: mirrored weights, channels exchanged, rows of missing channels 0.
void pack_winograd_backward(const ConvSizes& sizes, const float* weight, const float* scale,
                            Aligned<float>& packed);

/// Values of scratch memory that a convolution works in.
std::int64_t winograd_scratch(const Winograd& conv);

/// Runs a convolution on one image; what follows the sums is as in conv3x3. Local, deterministic for one
/// instruction set, does not allocate.
using WinogradFn = void (*)(const Winograd&, const ConvBuffers<float>&, float* scratch);

/// The variant compiled for that instruction set.
WinogradFn winograd(InstructionSet set);

}  // namespace m2m::kernels
