#include <gtest/gtest.h>

#include <vector>

#include "kernels/gather.hpp"
#include "support/on_device.hpp"

namespace m2m::kernels {
namespace {

using testing::has_device;
using testing::OnDevice;

template <typename Real>
void expect_the_cpus_batch() {
  constexpr int channels = 3, height = 32, width = 32, rows = 7;
  std::vector<std::uint8_t> pixels(rows * channels * height * width);
  for (std::size_t i = 0; i < pixels.size(); ++i) pixels[i] = static_cast<std::uint8_t>(i * 37);
  std::vector<GatherIndex> indices;
  for (int i = 0; i < 300; ++i) {
    indices.push_back({i % rows, static_cast<std::int8_t>(i % 9 - 4), static_cast<std::int8_t>(i / 9 % 9 - 4),
                       static_cast<std::uint8_t>(i % 2)});
  }
  std::vector<Real> expected(indices.size() * channels * height * width, Real{-1});
  const OnDevice<std::uint8_t> device_pixels(pixels);
  const OnDevice<GatherIndex> device_picks(indices);
  const OnDevice<Real> out(expected);
  const auto count = static_cast<std::int64_t>(indices.size());
  gather_augment<Real>(pixels.data(), channels, height, width, indices.data(), count, 255, expected.data());
  testing::run_recorded([&](void* stream) {
    gather_augment_cuda<Real>(device_pixels.get(), channels, height, width, device_picks.get(), count, 255,
                              out.get(), stream);
  });
  EXPECT_TRUE(out.back() == expected);
}

TEST(GatherOnTheDevice, ResizesWindowsAsTheCpuDoesToRounding) {
  if (!has_device()) GTEST_SKIP() << "skipped: no device";
  constexpr int side = 32, size = 3 * side * side;
  std::vector<std::uint8_t> pixels(2 * size);
  for (std::size_t i = 0; i < pixels.size(); ++i) pixels[i] = static_cast<std::uint8_t>(i * 37);
  const std::vector<GatherIndex> indices = {
      {0, 0, 0, 0, {1, 2, 29, 27}}, {1, 0, 0, 1, {0, 0, 32, 32}}, {1, 0, 0, 1, {3, 0, 20, 32}}};
  std::vector<float> expected(indices.size() * size, -1);
  const OnDevice<std::uint8_t> device_pixels(pixels);
  const OnDevice<GatherIndex> device_picks(indices);
  const OnDevice<float> out(expected);
  gather_augment<float>(pixels.data(), 3, side, side, indices.data(), 3, 255, expected.data());
  testing::run_recorded([&](void* stream) {
    gather_augment_cuda<float>(device_pixels.get(), 3, side, side, device_picks.get(), 3, 255, out.get(), stream);
  });
  const std::vector<float> got = out.back();
  for (std::size_t i = 0; i < expected.size(); ++i) ASSERT_NEAR(got[i], expected[i], 1e-6) << i;
}

TEST(GatherOnTheDevice, EqualsTheCpus) {
  if (!has_device()) GTEST_SKIP() << "skipped: no device";
  expect_the_cpus_batch<float>();
  expect_the_cpus_batch<double>();
}

}  // namespace
}  // namespace m2m::kernels
