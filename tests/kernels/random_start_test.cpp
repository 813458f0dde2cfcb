#include "kernels/random_start.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace m2m::kernels {
namespace {

constexpr Key key{3, SeedRole::plan};
constexpr int channels = 2;
constexpr std::int64_t plane = 3;

std::vector<double> started(const std::vector<double>& seeds, const std::vector<std::int32_t>& slots,
                            const std::vector<double>& image_scales, std::uint32_t step = 5) {
  const std::vector<double> channel_scales{0.5, 0.1};
  std::vector<double> out(seeds.size());
  random_start<double>({key, 4, step, slots.data(), image_scales.data(), channel_scales.data()},
                       static_cast<std::int64_t>(slots.size()), channels, plane, seeds.data(), out.data());
  return out;
}

TEST(RandomStart, AddsTheNoiseOfEachSlotScaledByImageAndChannel) {
  const std::vector<double> seeds(2 * channels * plane, 0.5);
  const std::vector<double> out = started(seeds, {9, 2}, {1, 0.25});
  const std::vector<std::int32_t> slots{9, 2};
  for (std::size_t image = 0; image < 2; ++image) {
    Stream stream(key, Purpose::noise, 4, 5, static_cast<std::uint32_t>(slots[image]));
    for (std::int64_t i = 0; i < channels * plane; ++i) {
      const double scale = (i < plane ? 0.5 : 0.1) * (image == 0 ? 1 : 0.25);
      const double drawn = stream.coarse_uniform() - 0.5;
      EXPECT_DOUBLE_EQ(out[image * channels * plane + i], 0.5 + scale * drawn) << image << " " << i;
    }
  }
}

TEST(RandomStart, StaysAmongPixels) {
  for (const double end : {0.0, 1.0}) {
    int moved = 0;
    for (const double value : started(std::vector<double>(channels * plane, end), {0}, {1})) {
      EXPECT_TRUE(value >= 0 && value <= 1) << value;
      moved += value != end ? 1 : 0;
    }
    EXPECT_GT(moved, 0);
    EXPECT_LT(moved, channels * plane);
  }
}

TEST(RandomStart, DrawsAnewInEachStepAndSlot) {
  const std::vector<double> seeds(channels * plane, 0.5);
  const auto one = started(seeds, {0}, {1});
  EXPECT_EQ(one, started(seeds, {0}, {1}));
  EXPECT_NE(one, started(seeds, {1}, {1}));
  EXPECT_NE(one, started(seeds, {0}, {1}, 6));
}

}  // namespace
}  // namespace m2m::kernels
