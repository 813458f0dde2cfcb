#include <gtest/gtest.h>

#include <vector>

#include "kernels/transforms.hpp"
#include "support/on_device.hpp"
#include "support/transformed_images.hpp"

namespace m2m::kernels {
namespace {

using testing::has_device;
using testing::OnDevice;

struct Shape {
  int channels, height, width;
  int size() const { return channels * height * width; }
};

std::vector<std::uint8_t> images_of(const Shape& shape, int count) {
  std::vector<std::uint8_t> pixels;
  for (int i = 0; i < count; ++i) {
    const auto image = testing::made_image(i, shape.channels, shape.height, shape.width);
    pixels.insert(pixels.end(), image.begin(), image.end());
  }
  return pixels;
}

/// A table of the first kinds of operations at so many levels.
struct Operations {
  int kinds, levels;
  std::vector<OperationNumbers> table;
};

Operations of_torchvision(const Shape& shape, int levels) {
  return {torchvision_kinds, levels, operation_table(levels, shape.height, shape.width)};
}

Operations of_curriculum(const Shape& shape) {
  return {operation_kinds, curriculum_levels, curriculum_table(shape.height, shape.width)};
}

/// Images with every operation at every level and sign, alone and behind another one, and with boxes.
std::vector<TransformedIndex> all_operations(const Shape& shape, const Operations& operations, int images) {
  std::vector<TransformedIndex> indices;
  for (int kind = 0; kind < operations.kinds; ++kind) {
    for (int magnitude = 0; magnitude < 2 * operations.levels; ++magnitude) {
      const int i = static_cast<int>(indices.size());
      TransformedIndex index{{i % images, static_cast<std::int8_t>(i % 9 - 4),
                              static_cast<std::int8_t>(i / 9 % 9 - 4), static_cast<std::uint8_t>(i % 2)},
                             {}};
      if (i % 7 == 0) index.index.window = {1, 2, static_cast<std::int16_t>(shape.height - 3), 5};
      index.transforms.operations[0] = {static_cast<OperationKind>(kind), static_cast<std::uint8_t>(magnitude)};
      if (i % 3 == 0) index.transforms.operations[1] = {static_cast<OperationKind>(i % operations.kinds), 3};
      if (i % 5 == 0) index.transforms.cutout = {0, 1, 4, 3};
      if (i % 10 == 0) index.transforms.erased = {2, 2, 3, 4};
      indices.push_back(index);
    }
  }
  return indices;
}

template <typename Real>
void expect_the_cpus_batch(const Shape& shape, const Operations& operations) {
  constexpr int images = 8;
  const int channels = shape.channels, height = shape.height, width = shape.width;
  const std::vector<std::uint8_t> pixels = images_of(shape, images);
  const std::vector<TransformedIndex> indices = all_operations(shape, operations, images);
  const auto count = static_cast<std::int64_t>(indices.size());
  TransformRules rules{operations.table.data(), operations.levels, 255, {0.25F, 0.5F, 0.75F}};
  std::vector<Real> expected(indices.size() * shape.size(), Real{-1});
  const OnDevice<std::uint8_t> device_pixels(pixels);
  const OnDevice<TransformedIndex> device_indices(indices);
  const OnDevice<OperationNumbers> device_table(operations.table);
  const OnDevice<Real> out(expected);
  const std::int64_t bytes = transform_scratch_bytes(channels, height, width, count);
  const OnDevice<std::uint8_t> scratch(std::vector<std::uint8_t>(static_cast<std::size_t>(bytes) + 1));
  gather_transformed<Real>(pixels.data(), channels, height, width, indices.data(), count, rules, 255,
                           expected.data());
  rules.table = device_table.get();
  testing::run_recorded([&](void* stream) {
    gather_transformed_cuda<Real>(device_pixels.get(), channels, height, width, device_indices.get(), count, rules,
                                  bytes > 0 ? scratch.get() : nullptr, 255, out.get(), stream);
  });
  EXPECT_TRUE(out.back() == expected);
}

TEST(TransformsOnTheDevice, EqualTheCpus) {
  if (!has_device()) GTEST_SKIP() << "skipped: no device";
  for (const Shape& shape : {Shape{3, 32, 32}, Shape{1, 28, 28}, Shape{3, 33, 31}}) {
    for (const int levels : {10, 31}) {
      expect_the_cpus_batch<float>(shape, of_torchvision(shape, levels));
      expect_the_cpus_batch<double>(shape, of_torchvision(shape, levels));
    }
    expect_the_cpus_batch<float>(shape, of_curriculum(shape));
    expect_the_cpus_batch<double>(shape, of_curriculum(shape));
  }
}

TEST(TransformsOnTheDevice, OfLargeImagesEqualTheCpus) {
  if (!has_device()) GTEST_SKIP() << "skipped: no device";
  constexpr Shape large{3, 120, 96};
  EXPECT_EQ(transform_scratch_bytes(3, 32, 32, 10), 0);
  EXPECT_EQ(transform_scratch_bytes(3, 120, 96, 10), 10 * 2 * large.size());
  expect_the_cpus_batch<float>(large, of_torchvision(large, 10));
  expect_the_cpus_batch<float>(large, of_curriculum(large));
}

TEST(TransformsOnTheDevice, OfNothingEqualTheCpus) {
  if (!has_device()) GTEST_SKIP() << "skipped: no device";
  constexpr Shape shape{3, 32, 32};
  const std::vector<std::uint8_t> pixels = images_of(shape, 1);
  const std::vector<TransformedIndex> indices = {{{0, 3, -2, 1}, {{}, {4, 5, 6, 7}, {}}}, {{0, 0, 0, 0}, {}}};
  std::vector<float> expected(indices.size() * shape.size(), -1);
  const OnDevice<std::uint8_t> device_pixels(pixels);
  const OnDevice<TransformedIndex> device_indices(indices);
  const OnDevice<float> out(expected);
  const TransformRules rules{nullptr, 0, 255, {0.25F, 0.5F, 0.75F}};
  gather_transformed<float>(pixels.data(), 3, 32, 32, indices.data(), 2, rules, 255, expected.data());
  testing::run_recorded([&](void* stream) {
    gather_transformed_cuda<float>(device_pixels.get(), 3, 32, 32, device_indices.get(), 2, rules, nullptr, 255,
                                   out.get(), stream);
  });
  EXPECT_TRUE(out.back() == expected);
}

}  // namespace
}  // namespace m2m::kernels
