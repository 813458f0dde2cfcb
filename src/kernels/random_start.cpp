#include "kernels/random_start.hpp"

#include <algorithm>
#include <vector>

namespace m2m::kernels {

template <typename Real>
void random_start(const StartNoise& noise, std::int64_t images, int channels, std::int64_t plane, const Real* seeds,
                  Real* out) {
  std::vector<double> drawn(static_cast<std::size_t>(plane));
  for (std::int64_t image = 0; image < images; ++image) {
    Stream stream(noise.key, Purpose::noise, noise.epoch, noise.step,
                  static_cast<std::uint32_t>(noise.slots[image]));
    for (int channel = 0; channel < channels; ++channel) {
      const double scale = noise.image_scales[image] * noise.channel_scales[channel];
      stream.coarse_uniforms(drawn.data(), drawn.size());
      for (std::int64_t i = 0; i < plane; ++i, ++seeds, ++out) {
        const auto added = static_cast<Real>((drawn[static_cast<std::size_t>(i)] - 0.5) * scale);
        *out = std::clamp(*seeds + added, Real{0}, Real{1});
      }
    }
  }
}

template void random_start<float>(const StartNoise&, std::int64_t, int, std::int64_t, const float*, float*);
template void random_start<double>(const StartNoise&, std::int64_t, int, std::int64_t, const double*, double*);

}  // namespace m2m::kernels
