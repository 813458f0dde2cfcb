#include "kernels/gather.hpp"

#include <gtest/gtest.h>

#include <numeric>
#include <vector>

namespace m2m::kernels {
namespace {

/// Pads by `pad` zeros, crops at (pad + dy, pad + dx), mirrors: as the method is told, step by step.
std::vector<double> padded_cropped_mirrored(const std::vector<std::uint8_t>& image, int channels, int height,
                                            int width, GatherIndex index, int pad) {
  std::vector<double> out;
  const int padded_width = width + 2 * pad, padded_height = height + 2 * pad;
  for (int c = 0; c < channels; ++c) {
    std::vector<double> padded(static_cast<std::size_t>(padded_width * padded_height), 0);
    for (int y = 0; y < height; ++y) {
      for (int x = 0; x < width; ++x)
        padded[(y + pad) * padded_width + x + pad] = image[(c * height + y) * width + x];
    }
    for (int y = 0; y < height; ++y) {
      for (int x = 0; x < width; ++x) {
        const int column = index.flip ? width - 1 - x : x;
        out.push_back(padded[(y + pad + index.dy) * padded_width + column + pad + index.dx] / 255);
      }
    }
  }
  return out;
}

std::vector<std::uint8_t> some_pixels(std::size_t count) {
  std::vector<std::uint8_t> pixels(count);
  for (std::size_t i = 0; i < count; ++i) pixels[i] = static_cast<std::uint8_t>(1 + i * 37 % 251);
  return pixels;
}

TEST(Gather, CopiesAndScalesWithoutAugmentation) {
  const std::vector<std::uint8_t> pixels{0, 255, 51, 102, 16, 8, 4, 2};
  std::vector<double> out(4);
  const GatherIndex index{1, 0, 0, 0};
  gather_augment<double>(pixels.data(), 1, 2, 2, &index, 1, 16, out.data());
  EXPECT_EQ(out, (std::vector<double>{1, .5, .25, .125}));
}

TEST(Gather, MirrorsTheCropLast) {
  const std::vector<std::uint8_t> pixels{1, 2, 3};
  std::vector<double> out(3);
  const GatherIndex index{0, 0, 1, 1};  // shifted: 2 3 0
  gather_augment<double>(pixels.data(), 1, 1, 3, &index, 1, 1, out.data());
  EXPECT_EQ(out, (std::vector<double>{0, 3, 2}));
}

TEST(Gather, ResizesAWindowThatIsTheWholeToItself) {
  constexpr int size = 3 * 6 * 5;
  const auto pixels = some_pixels(size);
  const GatherIndex whole{0, 0, 0, 0, {0, 0, 6, 5}}, plain{0, 0, 0, 0};
  std::vector<double> resized(size), copied(size);
  gather_augment<double>(pixels.data(), 3, 6, 5, &whole, 1, 255, resized.data());
  gather_augment<double>(pixels.data(), 3, 6, 5, &plain, 1, 255, copied.data());
  EXPECT_EQ(resized, copied);
}

TEST(Gather, ResizesAWindowByInterpolatingBetweenPixelCentres) {
  // The window is the two pixels 10 and 30: their centres land at 1/2 and 5/2 of four, the border counts on.
  const std::vector<std::uint8_t> pixels{99, 10, 30, 99};
  std::vector<double> out(4);
  GatherIndex index{0, 0, 0, 0, {0, 1, 1, 2}};
  gather_augment<double>(pixels.data(), 1, 1, 4, &index, 1, 1, out.data());
  EXPECT_EQ(out, (std::vector<double>{10, 15, 25, 30}));
  index.flip = 1;
  gather_augment<double>(pixels.data(), 1, 1, 4, &index, 1, 1, out.data());
  EXPECT_EQ(out, (std::vector<double>{30, 25, 15, 10}));
}

TEST(Gather, IsPaddingCroppingAndMirroring) {
  constexpr int channels = 3, height = 6, width = 5, pad = 4;
  constexpr int size = channels * height * width;
  const auto pixels = some_pixels(2 * size);
  const std::vector<std::uint8_t> second(pixels.begin() + size, pixels.end());
  for (int dy = -pad; dy <= pad; ++dy) {
    for (int dx = -pad; dx <= pad; ++dx) {
      for (int flip = 0; flip < 2; ++flip) {
        const GatherIndex index{1, static_cast<std::int8_t>(dy), static_cast<std::int8_t>(dx),
                                static_cast<std::uint8_t>(flip)};
        std::vector<double> out(size, -1);
        gather_augment<double>(pixels.data(), channels, height, width, &index, 1, 255, out.data());
        ASSERT_EQ(out, padded_cropped_mirrored(second, channels, height, width, index, pad)) << dy << dx << flip;
      }
    }
  }
}

TEST(Gather, GivesNothingButZerosWhereTheCropMissesTheImage) {
  const auto pixels = some_pixels(16);
  for (const GatherIndex index :
       {GatherIndex{0, 4, 0, 0}, GatherIndex{0, 0, -4, 1}, GatherIndex{0, 127, -128, 0}}) {
    std::vector<float> out(16, -1);
    gather_augment<float>(pixels.data(), 1, 4, 4, &index, 1, 255, out.data());
    EXPECT_EQ(out, std::vector<float>(16, 0));
  }
}

TEST(Gather, WritesTheBatchInOrder) {
  const auto pixels = some_pixels(5 * 12);
  const std::vector<GatherIndex> indices{{3, 0, 0, 0}, {0, 1, -1, 1}, {3, 0, 0, 0}};
  std::vector<float> batch(3 * 12), one(12);
  gather_augment<float>(pixels.data(), 3, 2, 2, indices.data(), 3, 255, batch.data());
  for (int i = 0; i < 3; ++i) {
    gather_augment<float>(pixels.data(), 3, 2, 2, &indices[i], 1, 255, one.data());
    EXPECT_TRUE(std::equal(one.begin(), one.end(), batch.begin() + i * 12)) << i;
  }
  gather_augment<float>(pixels.data(), 3, 2, 2, indices.data(), 0, 255, nullptr);
}

TEST(Gather, DividesEveryByteExactly) {
  std::vector<std::uint8_t> pixels(256);
  std::iota(pixels.begin(), pixels.end(), 0);
  std::vector<float> out(256);
  const GatherIndex index{0, 0, 0, 0};
  gather_augment<float>(pixels.data(), 1, 16, 16, &index, 1, 255, out.data());
  for (int value = 0; value < 256; ++value) EXPECT_EQ(out[value], static_cast<float>(value) / 255.0F);
}

}  // namespace
}  // namespace m2m::kernels
