#pragma once
// Gathering a batch: image rows -> shifted, flipped, scaled floats, in one pass.
#include <cstdint>

namespace m2m::kernels {

/// One image of a batch: which row, and how it is shifted (dy, dx) and mirrored.
struct Pick {
  std::int32_t row;
  std::int8_t dy, dx;
  std::uint8_t flip;
};

/// out[i, c, y, x] = pixels[row_i, c, y + dy_i, x' + dx_i] / divisor, 0 outside the image; x' = w-1-x where
/// flipped.
///
/// pixels: uint8 [*, channels, height, width] contiguous; picks: [count]; out: [count, channels, height, width].
/// A shift by (dy, dx) is the crop at (dy + pad, dx + pad) of the image zero-padded by pad; the crop is mirrored
/// last. A true division, as the frameworks' own image readers do it (255 for bytes). Local, deterministic, does
/// not allocate.
template <typename Real>
void gather_augment(const std::uint8_t* pixels, int channels, int height, int width, const Pick* picks,
                    std::int64_t count, Real divisor, Real* out);

/// gather_augment on the device, for float and double: pixels, picks and out are device memory, stream a
/// cudaStream_t (as void*, so that this header needs no CUDA). Asynchronous; bit-identical to the CPU's. In CUDA
/// builds only. Throws Error (internal) where the kernel cannot be launched.
template <typename Real>
void gather_augment_cuda(const std::uint8_t* pixels, int channels, int height, int width, const Pick* picks,
                         std::int64_t count, Real divisor, Real* out, void* stream);

}  // namespace m2m::kernels
