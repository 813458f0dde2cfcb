#include "kernels/noise_images.hpp"

#include <algorithm>

namespace m2m::kernels {

template <typename Real>
void draw_noise_images(const ImageNoise& noise, std::int64_t images, int channels, std::int64_t plane, Real* out) {
  for (std::int64_t image = 0; image < images; ++image) {
    Stream stream(noise.key, Purpose::noise_pixels, noise.epoch, noise.step,
                  static_cast<std::uint32_t>(noise.slots[image]));
    for (int channel = 0; channel < channels; ++channel) {
      for (std::int64_t i = 0; i < plane; ++i, ++out) {
        const double drawn = noise.means[channel] + noise.deviations[channel] * stream.normal();
        *out = static_cast<Real>(std::clamp(drawn, 0.0, 1.0));
      }
    }
  }
}

template void draw_noise_images<float>(const ImageNoise&, std::int64_t, int, std::int64_t, float*);
template void draw_noise_images<double>(const ImageNoise&, std::int64_t, int, std::int64_t, double*);

}  // namespace m2m::kernels
