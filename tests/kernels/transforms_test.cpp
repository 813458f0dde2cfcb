#include "kernels/transforms.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <barrier>
#include <cstdlib>
#include <span>
#include <thread>
#include <utility>

#include "core/hash.hpp"
#include "kernels/image_operations.hpp"
#include "support/pillow_reference.hpp"
#include "support/torchvision_reference.hpp"
#include "support/transformed_images.hpp"

namespace m2m::kernels {
namespace {

using testing::made_image, testing::operation_named, testing::OperationReference;

/// The size of images.
struct Size {
  int channels, height, width;
};

constexpr Size colour{3, 32, 32}, odd{3, 33, 31}, grey{1, 28, 28}, small{3, 6, 5};

/// Rules with a table of their own.
struct Rules {
  std::vector<OperationNumbers> table;
  TransformRules rules;
  Rules(int levels, const Size& size) : Rules(levels, operation_table(levels, size.height, size.width)) {}
  Rules(int levels, std::vector<OperationNumbers> numbers) : table(std::move(numbers)) {
    rules.table = table.data();
    rules.levels = levels;
  }
};

Rules curriculum_rules(const Size& size) { return {curriculum_levels, curriculum_table(size.height, size.width)}; }

/// Gathers one image with these changes, as bytes.
std::vector<std::uint8_t> transformed(const std::vector<std::uint8_t>& image, const Size& size, const Rules& rules,
                                      const TransformedIndex& index) {
  std::vector<float> out(image.size());
  gather_transformed<float>(image.data(), size.channels, size.height, size.width, &index, 1, rules.rules, 255,
                            out.data());
  std::vector<std::uint8_t> bytes;
  for (const float value : out) {
    const auto byte = static_cast<std::uint8_t>(value * 255 + 0.5F);
    EXPECT_EQ(value, static_cast<float>(byte) / 255);
    bytes.push_back(byte);
  }
  return bytes;
}

TransformedIndex one_operation(Operation operation) {
  TransformedIndex index{{0, 0, 0, 0}, {}};
  index.transforms.operations[0] = operation;
  return index;
}

/// Image `number` after the operation, at the level and sign of the reference.
std::vector<std::uint8_t> reference_case(const OperationReference& reference, const Rules& rules, int number,
                                         const Size& size) {
  const OperationKind kind = operation_named(reference.name);
  const int level = number % reference.levels;
  const bool is_negative = is_signed(kind) && number / reference.levels % 2 == 1;
  const Operation operation{kind, static_cast<std::uint8_t>(2 * level + (is_negative ? 1 : 0))};
  return transformed(made_image(number, size.channels, size.height, size.width), size, rules,
                     one_operation(operation));
}

std::string digest(const OperationReference& reference, const Rules& rules, int count, const Size& size) {
  Sha256 hash;
  for (int number = 0; number < count; ++number) {
    const std::vector<std::uint8_t> image = reference_case(reference, rules, number, size);
    hash.add(std::as_bytes(std::span(image)));
  }
  return hash.hex();
}

std::string hex(const std::vector<std::uint8_t>& bytes) {
  std::string text;
  for (const std::uint8_t byte : bytes) {
    for (const int half : {byte >> 4, byte & 15}) text += "0123456789abcdef"[half];
  }
  return text;
}

TEST(Operations, HaveTheBytesOfTorchvisions) {
  for (const OperationReference& reference : testing::operation_references) {
    SCOPED_TRACE(reference.name + std::string(", levels ") + std::to_string(reference.levels));
    EXPECT_EQ(hex(reference_case(reference, Rules(reference.levels, small), 8, small)), reference.small);
    EXPECT_EQ(digest(reference, Rules(reference.levels, colour), 1000, colour), reference.colour);
    EXPECT_EQ(digest(reference, Rules(reference.levels, odd), 100, odd), reference.odd);
    EXPECT_EQ(digest(reference, Rules(reference.levels, grey), 100, grey), reference.grey);
  }
}

/// An operation of the curriculum as a reference, without bytes.
OperationReference of_curriculum(const char* name) { return {name, curriculum_levels, "", "", "", ""}; }

TEST(Operations, OfTheCurriculumHaveTheBytesOfPillows) {
  for (const testing::PillowDigests& reference : testing::pillow_digests) {
    SCOPED_TRACE(reference.name);
    const OperationReference operation = of_curriculum(reference.name);
    EXPECT_EQ(digest(operation, curriculum_rules(colour), 1000, colour), reference.colour);
    EXPECT_EQ(digest(operation, curriculum_rules(odd), 100, odd), reference.odd);
    EXPECT_EQ(digest(operation, curriculum_rules(grey), 100, grey), reference.grey);
  }
}

TEST(Operations, OfTheCurriculumThatAreTorchvisionsDifferLittleFromPillows) {
  for (const testing::PillowImages& reference : testing::pillow_images) {
    std::string bytes;
    for (int number = 0; number < 2 * curriculum_levels; ++number)
      bytes += hex(reference_case(of_curriculum(reference.name), curriculum_rules(small), number, small));
    const std::string expected = reference.images;
    ASSERT_EQ(bytes.size(), expected.size());
    int far = 0;  // pixels that are moved from half-way between two others
    for (std::size_t at = 0; at < bytes.size(); at += 2) {
      const int found = std::stoi(bytes.substr(at, 2), nullptr, 16);
      far += std::abs(found - std::stoi(expected.substr(at, 2), nullptr, 16)) > 2 ? 1 : 0;
    }
    EXPECT_LE(far, 10) << reference.name;  // of 1980
  }
}

TEST(Operations, LeaveAnImageOfOneValueAsItIsIfTheySpreadValues) {
  const std::vector<std::uint8_t> flat(3 * 32 * 32, 77);
  const Rules rules(10, colour);
  for (const OperationKind kind : {OperationKind::autocontrast, OperationKind::equalize}) {
    EXPECT_EQ(transformed(flat, colour, rules, one_operation({kind, 0})), flat);
  }
}

TEST(Operations, ShiftByWholePixelsAndFillWithZeros) {
  const std::vector<std::uint8_t> image = made_image(0, 3, 32, 32);
  const Rules rules(10, colour);
  // level 2 of 0 .. 9: 2/9 of 150/331 of 32 pixels, cut to 3
  const auto right = transformed(image, colour, rules, one_operation({OperationKind::translate_x, 4}));
  const auto up = transformed(image, colour, rules, one_operation({OperationKind::translate_y, 5}));
  for (int y = 0; y < 32; ++y) {
    for (int x = 0; x < 32; ++x) {
      EXPECT_EQ(right[y * 32 + x], x < 3 ? 0 : image[y * 32 + x - 3]);
      EXPECT_EQ(up[y * 32 + x], y >= 29 ? 0 : image[(y + 3) * 32 + x]);
    }
  }
}

TEST(Operations, DoNotSharpenImagesWithoutAnInside) {
  const Size flat{3, 2, 9};
  const std::vector<std::uint8_t> image = made_image(0, 3, 2, 9);
  EXPECT_EQ(transformed(image, flat, Rules(10, flat), one_operation({OperationKind::sharpness, 18})), image);
}

/// A thread of several that share an image, as the threads of a block do.
struct SharingThread {
  int rank, threads;
  std::barrier<>* barrier;
  template <typename Function>
  void each(int count, Function f) const {
    for (int i = rank; i < count; i += threads) f(i);
  }
  template <typename Function>
  void pixels(int height, int width, Function f) const {
    each(height * width, [&](int at) { f(at / width, at % width); });
  }
  void add(int* sum, int value) const { std::atomic_ref<int>(*sum).fetch_add(value); }
  void sync() const { barrier->arrive_and_wait(); }
};

/// Runs operate() in several threads, from memory without meaning.
std::vector<float> operated_together(const std::vector<std::uint8_t>& image, const Size& size, const Rules& rules,
                                     const TransformedIndex& index) {
  constexpr int threads = 7;
  std::vector<std::uint8_t> copies(2 * image.size(), 201), lookup(3 * byte_values, 202);
  std::vector<int> counts(3 * byte_values, 203);
  std::vector<float> out(image.size(), -1);
  std::barrier<> barrier(threads);
  std::vector<std::thread> running;
  for (int rank = 0; rank < threads; ++rank) {
    running.emplace_back([&, rank] {
      const ImageWorkspace space{copies.data(), copies.data() + image.size(), lookup.data(), counts.data()};
      operate(SharingThread{rank, threads, &barrier}, image.data(), {size.channels, size.height, size.width}, index,
              rules.rules, space, out.data());
    });
  }
  for (std::thread& thread : running) thread.join();
  return out;
}

TEST(Operations, HaveTheSameBytesIfThreadsShareAnImage) {
  const std::vector<std::uint8_t> image = made_image(4, 3, 32, 32);
  for (const auto& [rules, kinds] :
       {std::pair{Rules(10, colour), torchvision_kinds}, std::pair{curriculum_rules(colour), operation_kinds}}) {
    for (int kind = 0; kind < kinds; ++kind) {
      TransformedIndex index{{0, 1, -2, 1}, {}};
      index.transforms.operations[0] = {static_cast<OperationKind>(kind), 14};
      index.transforms.operations[1] = {static_cast<OperationKind>((kind + 4) % kinds), 9};
      index.transforms.operations[max_operations - 1] = {static_cast<OperationKind>((kind * 7) % kinds), 5};
      std::vector<float> alone(image.size());
      gather_transformed<float>(image.data(), 3, 32, 32, &index, 1, rules.rules, 255, alone.data());
      EXPECT_EQ(operated_together(image, colour, rules, index), alone) << kind;
    }
  }
}

TEST(Transforms, FollowCropAndFlipInTheirOrder) {
  const std::vector<std::uint8_t> image = made_image(4, 3, 32, 32);
  const Rules rules(10, colour);
  const Operation shift{OperationKind::translate_x, 4}, invert{OperationKind::invert, 0};
  TransformedIndex cropped{{0, 2, -1, 1}, {}};
  const std::vector<std::uint8_t> by_hand =
      transformed(transformed(transformed(image, colour, rules, cropped), colour, rules, one_operation(shift)),
                  colour, rules, one_operation(invert));
  TransformedIndex all = cropped;
  all.transforms.operations[0] = shift;
  all.transforms.operations[1] = invert;
  EXPECT_EQ(transformed(image, colour, rules, all), by_hand);
  std::swap(all.transforms.operations[0], all.transforms.operations[1]);
  EXPECT_NE(transformed(image, colour, rules, all), by_hand);  // the shift's zeros would not be inverted
}

template <typename Real>
std::vector<Real> gathered(const std::vector<std::uint8_t>& image, const Size& size, const TransformRules& rules,
                           const TransformedIndex& index, Real divisor) {
  std::vector<Real> out(image.size());
  gather_transformed<Real>(image.data(), size.channels, size.height, size.width, &index, 1, rules, divisor,
                           out.data());
  return out;
}

template <typename Real>
std::vector<Real> plain(const std::vector<std::uint8_t>& image, const Size& size, const GatherIndex& index,
                        Real divisor) {
  std::vector<Real> out(image.size());
  gather_augment<Real>(image.data(), size.channels, size.height, size.width, &index, 1, divisor, out.data());
  return out;
}

TEST(Transforms, OfNothingHaveTheBitsOfThePlainGather) {
  const std::vector<std::uint8_t> image = made_image(4, 3, 32, 32);
  const Rules rules(31, colour);
  for (const GatherIndex& index : {GatherIndex{0, 0, 0, 0}, GatherIndex{0, 3, -4, 1}}) {
    EXPECT_EQ(gathered<float>(image, colour, {}, {index, {}}, 255), plain<float>(image, colour, index, 255));
    EXPECT_EQ(gathered<double>(image, colour, rules.rules, {index, {}}, 255),
              plain<double>(image, colour, index, 255));
  }
  const GatherIndex window{0, 0, 0, 1, {3, 2, 20, 27}};
  EXPECT_EQ(gathered<float>(image, colour, {}, {window, {}}, 255), plain<float>(image, colour, window, 255));
  const auto rounded = gathered<float>(image, colour, rules.rules, {window, {}}, 255);
  const auto exact = plain<float>(image, colour, window, 255);
  for (std::size_t i = 0; i < exact.size(); ++i) EXPECT_NEAR(rounded[i], exact[i], 0.502F / 255);
}

TEST(Transforms, SeePixelsOfAnyRangeAsBytes) {
  std::vector<std::uint8_t> image;
  for (int i = 0; i < 64; ++i) image.push_back(static_cast<std::uint8_t>(i % 17));
  const Size size{1, 8, 8};
  Rules rules(10, size);
  rules.rules.max_pixel = 16;
  const auto inverted = gathered<double>(image, size, rules.rules, one_operation({OperationKind::invert, 0}), 16);
  // 255 - round(255 v / 16): of 1 (15.94) and 8 (127.5, up) 239 and 127
  EXPECT_EQ(inverted[0], 1.0);
  EXPECT_EQ(inverted[1], 239 / 255.0);
  EXPECT_EQ(inverted[8], 127 / 255.0);
  EXPECT_EQ(inverted[16], 0.0);
}

TEST(Transforms, FillTheirBoxesLast) {
  const std::vector<std::uint8_t> image = made_image(4, 3, 32, 32);
  Rules with_operations(10, colour);
  TransformRules without;
  for (TransformRules* rules : {&with_operations.rules, &without}) {
    for (int c = 0; c < 3; ++c) rules->fill[c] = 0.25F * static_cast<float>(c + 1);
    TransformedIndex index = one_operation({OperationKind::invert, 0});
    const auto open = gathered<float>(image, colour, *rules, index, 255);
    index.transforms.cutout = {0, 28, 5, 4};
    index.transforms.erased = {3, 30, 9, 2};
    const auto filled = gathered<float>(image, colour, *rules, index, 255);
    for (int i = 0; i < 3 * 32 * 32; ++i) {
      const int c = i / 1024, y = i / 32 % 32, x = i % 32;
      const bool is_inside = (y < 5 && x >= 28) || (y >= 3 && y < 12 && x >= 30);
      ASSERT_EQ(filled[i], is_inside ? rules->fill[c] : open[i]) << i;
    }
  }
}

TEST(Transforms, OfABatchAreThoseOfEachImage) {
  const Rules rules(31, colour);
  std::vector<std::uint8_t> images;
  for (int i = 0; i < 5; ++i) {
    const auto image = made_image(i, 3, 32, 32);
    images.insert(images.end(), image.begin(), image.end());
  }
  std::vector<TransformedIndex> indices;
  for (int i = 0; i < 40; ++i) {
    TransformedIndex index{{(i * 3) % 5, static_cast<std::int8_t>(i % 5 - 2), 1, static_cast<std::uint8_t>(i % 2)},
                           {}};
    index.transforms.operations[0] = {static_cast<OperationKind>(i % torchvision_kinds), 20};
    index.transforms.operations[1] = {static_cast<OperationKind>(i * 7 % torchvision_kinds), 30};
    indices.push_back(index);
  }
  std::vector<float> together(indices.size() * 3 * 32 * 32), alone(3 * 32 * 32);
  gather_transformed<float>(images.data(), 3, 32, 32, indices.data(), 40, rules.rules, 255, together.data());
  for (std::size_t i = 0; i < indices.size(); ++i) {
    gather_transformed<float>(images.data(), 3, 32, 32, &indices[i], 1, rules.rules, 255, alone.data());
    EXPECT_TRUE(
        std::equal(alone.begin(), alone.end(), together.begin() + static_cast<std::ptrdiff_t>(i * alone.size())));
  }
}

}  // namespace
}  // namespace m2m::kernels
