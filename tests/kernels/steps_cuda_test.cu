#include <gtest/gtest.h>

#include <vector>

#include "kernels/steps.hpp"
#include "support/on_device.hpp"

namespace m2m::kernels {
namespace {

using testing::has_device;
using testing::OnDevice;

template <typename Real>
std::vector<Real> drawn(std::size_t count, unsigned seed) {
  std::vector<Real> values(count);
  for (Real& value : values) {
    seed = seed * 1664525U + 1013904223U;
    value = static_cast<Real>(seed >> 8) / static_cast<Real>(1 << 24);
  }
  return values;
}

template <typename Real>
void expect_near(const std::vector<Real>& got, const std::vector<Real>& expected, double tolerance) {
  for (std::size_t i = 0; i < got.size(); ++i) ASSERT_NEAR(got[i], expected[i], tolerance);
}

template <typename Real>
void expect_the_cpus_update(bool nesterov, double tolerance) {
  constexpr std::int64_t count = 100'003;
  const SgdStep step{0.1, 0.9, 2e-4, nesterov};
  std::vector<Real> weight = drawn<Real>(count, 1), velocity = drawn<Real>(count, 2),
                    gradient = drawn<Real>(count, 3);
  const OnDevice<Real> w(weight), v(velocity), g(gradient);
  sgd_step<Real>(step, count, weight.data(), velocity.data(), gradient.data());
  testing::run_recorded([&](void* stream) { sgd_step_cuda<Real>(step, count, w.get(), v.get(), g.get(), stream); });
  expect_near(w.back(), weight, tolerance);
  expect_near(v.back(), velocity, tolerance);
  EXPECT_TRUE(g.back() == gradient);
}

template <typename Real>
void expect_the_cpus_pixels(double tolerance) {
  constexpr std::int64_t images = 7, values = 3072;
  std::vector<Real> x = drawn<Real>(images * values, 1), gradient = drawn<Real>(images * values, 2);
  for (Real& value : gradient) value -= Real{0.5};
  const OnDevice<Real> on_device(x), device_gradient(gradient);
  pixel_step<Real>(2, images, values, gradient.data(), x.data());
  testing::run_recorded([&](void* stream) {
    pixel_step_cuda<Real>(2, images, values, device_gradient.get(), on_device.get(), stream);
  });
  expect_near(on_device.back(), x, tolerance);
}

template <typename Real>
void expect_the_cpus_start() {
  constexpr std::int64_t images = 5, plane = 11 * 13;
  constexpr int channels = 3;
  const std::vector<Real> seeds = drawn<Real>(images * channels * plane, 1);
  const std::vector<std::int32_t> slots{0, 7, 3, 126, 127};
  const std::vector<double> image_scales{1, 0.5, 1, 2, 0.25}, channel_scales{0.3, 1, 0.01};
  std::vector<Real> expected(seeds.size());
  const Key key{3, SeedRole::plan};
  random_start<Real>({key, 160, 12, slots.data(), image_scales.data(), channel_scales.data()}, images, channels,
                     plane, seeds.data(), expected.data());
  const OnDevice<Real> from(seeds), to(expected);
  const OnDevice<std::int32_t> of_slots(slots);
  const OnDevice<double> of_images(image_scales), of_channels(channel_scales);
  EXPECT_EQ(cudaMemset(to.get(), 0, expected.size() * sizeof(Real)), cudaSuccess);
  testing::run_recorded([&](void* stream) {
    random_start_cuda<Real>({key, 160, 12, of_slots.get(), of_images.get(), of_channels.get()}, images, channels,
                            plane, from.get(), to.get(), stream);
  });
  EXPECT_TRUE(to.back() == expected);
}

TEST(StepsOnTheDevice, AreTheCpus) {
  if (!has_device()) GTEST_SKIP() << "skipped: no device";
  for (const bool nesterov : {false, true}) {
    expect_the_cpus_update<float>(nesterov, 1e-6);
    expect_the_cpus_update<double>(nesterov, 1e-14);
  }
  expect_the_cpus_pixels<float>(1e-6);
  expect_the_cpus_pixels<double>(1e-14);
  expect_the_cpus_start<float>();
  expect_the_cpus_start<double>();
}

}  // namespace
}  // namespace m2m::kernels
