#pragma once
// Gathering a batch: image rows -> shifted, flipped, scaled floats, in one pass.
#include <cstdint>

namespace m2m::kernels {

/// A rectangle of an image; height 0: none.
struct Window {
  std::int16_t top = 0, left = 0, height = 0, width = 0;
  bool operator==(const Window& other) const {  // not defaulted: CUDA sources are C++17
    return top == other.top && left == other.left && height == other.height && width == other.width;
  }
};

/// One image of a batch: its row, and how it is shifted (dy, dx) or resized, and mirrored.
struct GatherIndex {
  std::int32_t row;
  std::int8_t dy, dx;
  std::uint8_t flip;
  Window window = {};  // resized to the size of the image
};

/// The source of output pixel `at` of `size` in a window of `length` pixels: between the pixels `low` and `high`,
/// at `share` of the way. Pixel centres map to pixel centres; outside of them the border pixel is used.
template <typename Real>
struct Interpolation {
  int low, high;
  Real share;
};
template <typename Real>
#ifdef __CUDACC__
__host__ __device__
#endif
    inline Interpolation<Real>
    interpolate_at(int at, int size, int length) {
  const Real place =
      (static_cast<Real>(at) + Real{0.5}) * static_cast<Real>(length) / static_cast<Real>(size) - Real{0.5};
  const Real inside = place < 0 ? Real{0} : place;
  const int low = static_cast<int>(inside);
  if (low >= length - 1) return {length - 1, length - 1, Real{0}};
  return {low, low + 1, inside - static_cast<Real>(low)};
}

/// out[i, c, y, x] = pixels[row_i, c, y + dy_i, x' + dx_i] / divisor, 0 outside the image; x' = w-1-x if
/// flipped.
///
/// pixels: uint8 [*, channels, height, width] contiguous; indices: [count]; out: [count, channels, height, width].
/// A window is instead resized to the whole image by bilinear interpolation between its pixels, and mirrored last.
/// A shift by (dy, dx) is the crop at (dy + pad, dx + pad) of the image zero-padded by pad; the crop is mirrored
/// last. A true division, as in the image readers of the frameworks (255 for bytes). Local, deterministic, does
/// not allocate.
template <typename Real>
void gather_augment(const std::uint8_t* pixels, int channels, int height, int width, const GatherIndex* indices,
                    std::int64_t count, Real divisor, Real* out);

/// gather_augment on the device, for float and double: pixels, indices and out are device memory, stream a
/// cudaStream_t (as void*, so that this header needs no CUDA). Asynchronous; bit-identical to the CPU's, windows to
/// rounding. In CUDA builds only. Throws Error (internal) if the kernel cannot be launched.
template <typename Real>
void gather_augment_cuda(const std::uint8_t* pixels, int channels, int height, int width,
                         const GatherIndex* indices, std::int64_t count, Real divisor, Real* out, void* stream);

}  // namespace m2m::kernels
