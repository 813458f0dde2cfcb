#include "kernels/stored_image.hpp"

#include <algorithm>

#include "kernels/conv3x3.hpp"

namespace m2m::kernels {
namespace {

float as_float(float value) { return value; }
float as_float(Bf16 value) { return to_float(value); }
void assign(float& to, float value) { to = value; }
void assign(Bf16& to, float value) { to = to_bf16(value); }

/// The first value of pixel (y, x) of a stored image.
template <typename T>
T* at(T* stored, int width, int channels, int y, int x) {
  return stored + (std::int64_t{y + 1} * (width + 2) + x + 1) * channels;
}

}  // namespace

template <typename T>
void store_pixels(const float* pixels, int channels, int height, int width, const float* mean,
                  const float* inverse_deviation, T* stored) {
  const int stride = stored_channels(channels);
  for (int c = 0; c < channels; ++c) {
    for (int y = 0; y < height; ++y) {
      T* to = at(stored, width, stride, y, 0) + c;
      for (int x = 0; x < width; ++x, ++pixels, to += stride) {
        assign(*to, (std::clamp(*pixels, 0.0F, 1.0F) - mean[c]) * inverse_deviation[c]);
      }
    }
  }
}

void load_pixel_gradient(const float* raw, const float* pixels, int channels, int height, int width,
                         const float* inverse_deviation, float* out) {
  for (int c = 0; c < channels; ++c) {
    for (int y = 0; y < height; ++y) {
      const float* from = at(raw, width, lanes, y, 0) + c;
      for (int x = 0; x < width; ++x, ++pixels, ++out, from += lanes) {
        *out = *pixels >= 0 && *pixels <= 1 ? *from * inverse_deviation[c] : 0;
      }
    }
  }
}

template <typename T>
void subsample(const T* in, int height, int width, int in_channels, T* out, int out_channels) {
  const int out_width = (width + 1) / 2;
  for (int y = 0; y < height; y += 2) {
    for (int x = 0; x < width; x += 2) {
      T* to = at(out, out_width, out_channels, y / 2, x / 2);
      std::copy_n(at(in, width, in_channels, y, x), in_channels, to);
      std::fill_n(to + in_channels, out_channels - in_channels, T{});
    }
  }
}

template <typename T>
void subsample_backward(const T* gradient, int height, int width, int in_channels, T* out, int out_channels) {
  const int halved_width = (width + 1) / 2;
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      T* to = at(out, width, in_channels, y, x);
      if (y % 2 == 0 && x % 2 == 0) {
        std::copy_n(at(gradient, halved_width, out_channels, y / 2, x / 2), in_channels, to);
      } else {
        std::fill_n(to, in_channels, T{});
      }
    }
  }
}

template <typename T>
void global_average(const T* in, int height, int width, int channels, float* out) {
  std::fill_n(out, channels, 0.0F);
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      const T* from = at(in, width, channels, y, x);
      for (int c = 0; c < channels; ++c) out[c] += as_float(from[c]);
    }
  }
  for (int c = 0; c < channels; ++c) out[c] /= static_cast<float>(height * width);
}

template <typename T>
void global_average_backward(const float* gradient, const std::uint16_t* keep, int height, int width, int channels,
                             T* out) {
  const auto pixels = static_cast<float>(height * width);
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      T* to = at(out, width, channels, y, x);
      const std::uint16_t* masks = at(keep, width, channels / lanes, y, x);
      for (int c = 0; c < channels; ++c) {
        const bool kept = (masks[c / lanes] >> (c % lanes) & 1) != 0;
        assign(to[c], kept ? gradient[c] / pixels : 0);
      }
    }
  }
}

#define M2M_INSTANTIATE(T)                                                                    \
  template void store_pixels<T>(const float*, int, int, int, const float*, const float*, T*); \
  template void subsample<T>(const T*, int, int, int, T*, int);                               \
  template void subsample_backward<T>(const T*, int, int, int, T*, int);                      \
  template void global_average<T>(const T*, int, int, int, float*);                           \
  template void global_average_backward<T>(const float*, const std::uint16_t*, int, int, int, T*);
M2M_INSTANTIATE(float)
M2M_INSTANTIATE(Bf16)
#undef M2M_INSTANTIATE

}  // namespace m2m::kernels
