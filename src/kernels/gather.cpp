#include "kernels/gather.hpp"

#include <algorithm>

namespace m2m::kernels {
namespace {

/// One output row from one input row; `shift` is dx.
template <typename Real>
void gather_row(const std::uint8_t* from, int width, int shift, bool flip, Real divisor, Real* to) {
  for (int x = 0; x < width; ++x) {
    const int column = (flip ? width - 1 - x : x) + shift;
    const bool inside = column >= 0 && column < width;
    to[x] = inside ? static_cast<Real>(from[column]) / divisor : Real{0};
  }
}

/// One plane of a window, resized.
template <typename Real>
void resize_plane(const std::uint8_t* plane, int height, int width, const GatherIndex& index, Real divisor,
                  Real* out) {
  const Window& window = index.window;
  for (int y = 0; y < height; ++y) {
    const Interpolation<Real> v = interpolate_at<Real>(y, height, window.height);
    const std::uint8_t* upper = plane + std::int64_t{window.top + v.low} * width + window.left;
    const std::uint8_t* lower = plane + std::int64_t{window.top + v.high} * width + window.left;
    for (int x = 0; x < width; ++x) {
      const Interpolation<Real> h = interpolate_at<Real>(index.flip != 0 ? width - 1 - x : x, width, window.width);
      const Real above = upper[h.low] + h.share * static_cast<Real>(upper[h.high] - upper[h.low]);
      const Real below = lower[h.low] + h.share * static_cast<Real>(lower[h.high] - lower[h.low]);
      *out++ = (above + v.share * (below - above)) / divisor;
    }
  }
}

}  // namespace

template <typename Real>
void gather_augment(const std::uint8_t* pixels, int channels, int height, int width, const GatherIndex* indices,
                    std::int64_t count, Real divisor, Real* out) {
  for (std::int64_t i = 0; i < count; ++i) {
    const GatherIndex index = indices[i];
    for (int c = 0; c < channels; ++c) {
      const std::uint8_t* plane = pixels + (std::int64_t{index.row} * channels + c) * height * width;
      if (index.window.height > 0) {
        resize_plane(plane, height, width, index, divisor, out);
        out += std::int64_t{height} * width;
        continue;
      }
      for (int y = 0; y < height; ++y, out += width) {
        const int line = y + index.dy;
        if (line < 0 || line >= height) {
          std::fill_n(out, width, Real{0});
        } else {
          gather_row(plane + std::int64_t{line} * width, width, index.dx, index.flip != 0, divisor, out);
        }
      }
    }
  }
}

template void gather_augment<float>(const std::uint8_t*, int, int, int, const GatherIndex*, std::int64_t, float,
                                    float*);
template void gather_augment<double>(const std::uint8_t*, int, int, int, const GatherIndex*, std::int64_t, double,
                                     double*);

}  // namespace m2m::kernels
