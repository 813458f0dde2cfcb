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

}  // namespace

template <typename Real>
void gather_augment(const std::uint8_t* pixels, int channels, int height, int width, const Pick* picks,
                    std::int64_t count, Real divisor, Real* out) {
  for (std::int64_t i = 0; i < count; ++i) {
    const Pick pick = picks[i];
    for (int c = 0; c < channels; ++c) {
      const std::uint8_t* plane = pixels + (std::int64_t{pick.row} * channels + c) * height * width;
      for (int y = 0; y < height; ++y, out += width) {
        const int line = y + pick.dy;
        if (line < 0 || line >= height) {
          std::fill_n(out, width, Real{0});
        } else {
          gather_row(plane + std::int64_t{line} * width, width, pick.dx, pick.flip != 0, divisor, out);
        }
      }
    }
  }
}

template void gather_augment<float>(const std::uint8_t*, int, int, int, const Pick*, std::int64_t, float, float*);
template void gather_augment<double>(const std::uint8_t*, int, int, int, const Pick*, std::int64_t, double,
                                     double*);

}  // namespace m2m::kernels
