#include <gtest/gtest.h>

#include <vector>

#include "kernels/noise_images.hpp"
#include "support/on_device.hpp"

namespace m2m::kernels {
namespace {

using testing::has_device;
using testing::OnDevice;

/// plane: odd ones split a pair of normals between channels, or leave one unused.
template <typename Real>
void expect_the_cpus_images(std::int64_t plane, double tolerance) {
  const Key key{3, SeedRole::plan};
  const std::vector<std::int32_t> slots{0, 7, 3, 126, 127};
  const std::vector<double> means{0.49, 0.48, 0.45}, deviations{0.2, 0.5, 0.01};
  std::vector<Real> expected(slots.size() * means.size() * plane);
  draw_noise_images<Real>({key, 160, 12, slots.data(), means.data(), deviations.data()}, 5, 3, plane,
                          expected.data());
  const OnDevice<Real> out(std::vector<Real>(expected.size(), Real{-1}));
  const OnDevice<std::int32_t> of_slots(slots);
  const OnDevice<double> of_means(means), of_deviations(deviations);
  testing::run_recorded([&](void* stream) {
    draw_noise_images_cuda<Real>({key, 160, 12, of_slots.get(), of_means.get(), of_deviations.get()}, 5, 3, plane,
                                 out.get(), stream);
  });
  const std::vector<Real> got = out.back();
  for (std::size_t i = 0; i < got.size(); ++i) ASSERT_NEAR(got[i], expected[i], tolerance) << i;
}

TEST(NoiseImagesOnTheDevice, AreTheCpus) {
  if (!has_device()) GTEST_SKIP() << "skipped: no device";
  for (const std::int64_t plane : {32 * 32, 11 * 13}) {
    expect_the_cpus_images<float>(plane, 1e-6);
    expect_the_cpus_images<double>(plane, 1e-13);
  }
}

}  // namespace
}  // namespace m2m::kernels
