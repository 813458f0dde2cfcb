#include "kernels/noise_images.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

namespace m2m::kernels {
namespace {

constexpr Key key{3, SeedRole::plan};

template <typename Real>
std::vector<Real> drawn(const std::vector<std::int32_t>& slots, const std::vector<double>& means,
                        const std::vector<double>& deviations, std::int64_t plane, std::uint32_t step = 5) {
  const int channels = static_cast<int>(means.size());
  std::vector<Real> out(slots.size() * means.size() * static_cast<std::size_t>(plane), Real{-1});
  draw_noise_images<Real>({key, 4, step, slots.data(), means.data(), deviations.data()},
                          static_cast<std::int64_t>(slots.size()), channels, plane, out.data());
  return out;
}

TEST(NoiseImages, AreTheNormalsOfEachSlotAtMeanAndDeviationOfTheChannel) {
  const std::vector<std::int32_t> slots{9, 2};
  const std::vector<double> out = drawn<double>(slots, {0.5, 0.4}, {0.01, 0.05}, 3);
  for (std::size_t image = 0; image < 2; ++image) {
    Stream stream(key, Purpose::noise_pixels, 4, 5, static_cast<std::uint32_t>(slots[image]));
    for (std::size_t i = 0; i < 6; ++i) {
      const double expected = i < 3 ? 0.5 + 0.01 * stream.normal() : 0.4 + 0.05 * stream.normal();
      EXPECT_DOUBLE_EQ(out[image * 6 + i], expected) << image << " " << i;
    }
  }
}

TEST(NoiseImages, HaveTheMomentsOfTheirChannels) {
  constexpr std::int64_t plane = 32 * 32;
  const std::vector<double> means{0.5, 0.45}, deviations{0.02, 0.1};
  const std::vector<float> out = drawn<float>({0, 1, 2, 3}, means, deviations, plane);
  for (std::size_t channel = 0; channel < 2; ++channel) {
    double sum = 0, squares = 0;
    for (std::size_t image = 0; image < 4; ++image) {
      for (std::size_t i = 0; i < plane; ++i) {
        const double off = out[(image * 2 + channel) * plane + i] - means[channel];
        sum += off;
        squares += off * off;
      }
    }
    EXPECT_NEAR(sum / (4 * plane), 0, 4 * deviations[channel] / std::sqrt(4.0 * plane));
    EXPECT_NEAR(std::sqrt(squares / (4 * plane)) / deviations[channel], 1, 0.05);
  }
}

TEST(NoiseImages, StayAmongPixels) {
  const std::vector<float> out = drawn<float>({0}, {0.5}, {1}, 1000);
  EXPECT_EQ(*std::min_element(out.begin(), out.end()), 0);
  EXPECT_EQ(*std::max_element(out.begin(), out.end()), 1);
  const auto inside = std::count_if(out.begin(), out.end(), [](float value) { return value > 0 && value < 1; });
  EXPECT_NEAR(static_cast<double>(inside) / 1000, std::erf(0.5 / std::sqrt(2.0)), 0.06);
}

TEST(NoiseImages, AreOthersInEachStepAndSlot) {
  const auto one = drawn<double>({0}, {0.5}, {0.1}, 9);
  EXPECT_EQ(one, drawn<double>({0}, {0.5}, {0.1}, 9));
  EXPECT_NE(one, drawn<double>({1}, {0.5}, {0.1}, 9));
  EXPECT_NE(one, drawn<double>({0}, {0.5}, {0.1}, 9, 6));
}

}  // namespace
}  // namespace m2m::kernels
