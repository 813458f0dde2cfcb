#include "kernels/stored_image.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "support/conv_cases.hpp"

namespace m2m::kernels {
namespace {

constexpr int height = 5, width = 7;  // odd: the last row and column are kept when halved

std::size_t stored_size(int rows, int columns, int channels) {
  return static_cast<std::size_t>(stored_pixels(rows, columns) * channels);
}

template <typename T>
class StoredImage : public ::testing::Test {};
using Stored = ::testing::Types<float, Bf16>;
TYPED_TEST_SUITE(StoredImage, Stored);

TYPED_TEST(StoredImage, HoldsClampedAndNormalisedPixelsInsideAZeroBorder) {
  std::vector<float> pixels = testing::drawn(3 * height * width, 1);
  pixels[4] = 1.5F;
  const std::vector<float> mean{0.5F, 0.25F, 0}, inverse_deviation{4, 2, 1};
  std::vector<TypeParam> got(stored_size(height, width, 4), TypeParam{});
  store_pixels(pixels.data(), 3, height, width, mean.data(), inverse_deviation.data(), got.data());
  std::vector<float> expected = pixels;
  for (std::size_t i = 0; i < expected.size(); ++i) {
    const std::size_t c = i / (height * width);
    expected[i] = (std::clamp(pixels[i], 0.0F, 1.0F) - mean[c]) * inverse_deviation[c];
  }
  const std::vector<TypeParam> wanted = testing::stored<TypeParam>(expected, 3, height, width, 4);
  for (std::size_t i = 0; i < got.size(); ++i)
    ASSERT_EQ(testing::value_of(got[i]), testing::value_of(wanted[i])) << i;
}

TYPED_TEST(StoredImage, IsHalvedByTakingEverySecondPixelAndAppendingZeros) {
  const std::vector<float> image = testing::drawn(16 * height * width, 2);
  const auto whole = testing::stored<TypeParam>(image, 16, height, width, 16);
  std::vector<TypeParam> got(stored_size(3, 4, 32), TypeParam{});
  subsample(whole.data(), height, width, 16, got.data(), 32);
  std::vector<float> expected(32 * 3 * 4, 0.0F);
  for (int c = 0; c < 16; ++c) {
    for (int y = 0; y < 3; ++y) {
      for (int x = 0; x < 4; ++x) expected[(c * 3 + y) * 4 + x] = image[(c * height + 2 * y) * width + 2 * x];
    }
  }
  const auto wanted = testing::stored<TypeParam>(expected, 32, 3, 4, 32);
  for (std::size_t i = 0; i < got.size(); ++i)
    ASSERT_EQ(testing::value_of(got[i]), testing::value_of(wanted[i])) << i;
}

/// <subsample(x), y> = <x, subsample_backward(y)> for all x and y is what makes it the transpose.
TYPED_TEST(StoredImage, IsUnhalvedByTheTransposeOfHalving) {
  const auto x = testing::stored<TypeParam>(testing::drawn(16 * height * width, 3), 16, height, width, 16);
  const auto y = testing::stored<TypeParam>(testing::drawn(32 * 3 * 4, 4), 32, 3, 4, 32);
  std::vector<TypeParam> halved(y.size(), TypeParam{}), unhalved(x.size(), TypeParam{});
  subsample(x.data(), height, width, 16, halved.data(), 32);
  subsample_backward(y.data(), height, width, 16, unhalved.data(), 32);
  double left = 0, right = 0;
  for (std::size_t i = 0; i < y.size(); ++i) left += double{testing::value_of(halved[i])} * testing::value_of(y[i]);
  for (std::size_t i = 0; i < x.size(); ++i)
    right += double{testing::value_of(x[i])} * testing::value_of(unhalved[i]);
  EXPECT_NEAR(left, right, 1e-9);
  EXPECT_NE(left, 0);
}

TYPED_TEST(StoredImage, IsAveragedOverItsPixelsAndSpreadBackWhereItWasPositive) {
  const std::vector<float> image = testing::drawn(16 * height * width, 5);
  const auto whole = testing::stored<TypeParam>(image, 16, height, width, 16);
  std::vector<float> means(16);
  global_average(whole.data(), height, width, 16, means.data());
  double expected = 0;
  for (int i = 0; i < height * width; ++i) expected += image[3 * height * width + i];
  EXPECT_NEAR(means[3], expected / (height * width), 1e-6);

  std::vector<std::uint16_t> keep(static_cast<std::size_t>(stored_pixels(height, width)), 0x0002);
  const std::vector<float> gradient(16, 35);
  std::vector<TypeParam> got(whole.size(), TypeParam{});
  global_average_backward(gradient.data(), keep.data(), height, width, 16, got.data());
  const std::size_t first = (width + 2 + 1) * 16;
  EXPECT_EQ(testing::value_of(got[first + 1]), 1);
  EXPECT_EQ(testing::value_of(got[first]), 0);
  EXPECT_EQ(testing::value_of(got[1]), 0) << "the border was written";
}

TEST(UnstoreGradient, UndoesTheNormalisationAndStopsAtClampedPixels) {
  std::vector<float> pixels(2 * height * width, 0.5F);
  pixels[1] = 1.5F;
  pixels[2] = -0.5F;
  pixels[3] = 1;
  std::vector<float> raw(stored_size(height, width, lanes), 3.0F), got(pixels.size());
  const std::vector<float> inverse_deviation{4, 2};
  load_pixel_gradient(raw.data(), pixels.data(), 2, height, width, inverse_deviation.data(), got.data());
  EXPECT_EQ(got[0], 12);
  EXPECT_EQ(got[1], 0);
  EXPECT_EQ(got[2], 0);
  EXPECT_EQ(got[3], 12);
  EXPECT_EQ(got[height * width], 6);
}

}  // namespace
}  // namespace m2m::kernels
