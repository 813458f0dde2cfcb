#include "data/augmentation.hpp"

#include <algorithm>
#include <cmath>

namespace m2m::data {
namespace {

using kernels::Operation, kernels::OperationKind, kernels::Window;
using settings::AugmentPolicy, settings::AugmentSettings;

constexpr int erasing_tries = 100;
constexpr int randaugment_kinds = 14;  // the first ones: all except invert
static_assert(static_cast<int>(OperationKind::invert) == randaugment_kinds);
constexpr int curriculum_kinds = kernels::operation_kinds - 1;  // all except identity, which is the first
static_assert(kernels::curriculum_levels - 1 <= kernels::max_operations);

/// An operation at a level; the sign is always drawn, so that each operation takes as many random numbers.
Operation signed_operation(OperationKind kind, int level, Stream& stream) {
  const bool is_negative = stream.below(2) == 0;
  return {kind, static_cast<std::uint8_t>(2 * level + (kernels::is_signed(kind) && is_negative ? 1 : 0))};
}

void draw_sub_policy(Stream& stream, Operation* operations) {
  const auto policy = autoaugment_policy();
  for (const PolicyStep& step : policy[stream.below(static_cast<std::int64_t>(policy.size()))]) {
    const bool is_applied = stream.uniform() < step.probability;
    const Operation operation = signed_operation(step.kind, step.level, stream);
    if (is_applied) *operations++ = operation;
  }
}

void draw_randaugment(Stream& stream, const AugmentSettings& settings, Operation* operations) {
  for (int i = 0; i < settings.randaugment_count; ++i) {
    const auto kind = static_cast<OperationKind>(stream.below(randaugment_kinds));
    operations[i] = signed_operation(kind, settings.randaugment_magnitude, stream);
  }
}

/// As many operations as the level, all at that level.
void draw_curriculum(Stream& stream, double probability, int level, Operation* operations) {
  if (stream.uniform() >= probability) return;
  for (int i = 0; i < level; ++i) {
    const auto kind = static_cast<OperationKind>(1 + stream.below(curriculum_kinds));
    operations[i] = signed_operation(kind, level, stream);
  }
}

/// A square of that side around a pixel, cut at the border.
Window square_around(std::int64_t y, std::int64_t x, int side, ImageShape shape) {
  const auto extent = [side](std::int64_t centre, int size) {
    const std::int64_t first = centre - side / 2;
    return std::pair{std::max<std::int64_t>(first, 0), std::min<std::int64_t>(first + side, size)};
  };
  const auto [top, bottom] = extent(y, shape.height);
  const auto [left, right] = extent(x, shape.width);
  return {static_cast<std::int16_t>(top), static_cast<std::int16_t>(left), static_cast<std::int16_t>(bottom - top),
          static_cast<std::int16_t>(right - left)};
}

Window draw_erased(Stream& stream, const AugmentSettings& settings, ImageShape shape) {
  const auto between = [&stream](double low, double high) { return low + (high - low) * stream.uniform(); };
  for (int tries = 0; tries < erasing_tries; ++tries) {
    const double area = between(settings.erasing_min_area, settings.erasing_max_area) * shape.height * shape.width;
    const double ratio = between(settings.erasing_min_ratio, 1 / settings.erasing_min_ratio);
    const auto height = std::lround(std::sqrt(area * ratio)), width = std::lround(std::sqrt(area / ratio));
    if (height < 1 || width < 1 || height > shape.height || width > shape.width) continue;
    const auto top = stream.below(shape.height - height + 1), left = stream.below(shape.width - width + 1);
    return {static_cast<std::int16_t>(top), static_cast<std::int16_t>(left), static_cast<std::int16_t>(height),
            static_cast<std::int16_t>(width)};
  }
  return {};
}

}  // namespace

std::span<const SubPolicy> autoaugment_policy() {
  using enum OperationKind;
  static constexpr SubPolicy all[] = {
      {{{invert, 0.1, 0}, {contrast, 0.2, 6}}},         {{{rotate, 0.7, 2}, {translate_x, 0.3, 9}}},
      {{{sharpness, 0.8, 1}, {sharpness, 0.9, 3}}},     {{{shear_y, 0.5, 8}, {translate_y, 0.7, 9}}},
      {{{autocontrast, 0.5, 0}, {equalize, 0.9, 0}}},   {{{shear_y, 0.2, 7}, {posterize, 0.3, 7}}},
      {{{color, 0.4, 3}, {brightness, 0.6, 7}}},        {{{sharpness, 0.3, 9}, {brightness, 0.7, 9}}},
      {{{equalize, 0.6, 0}, {equalize, 0.5, 0}}},       {{{contrast, 0.6, 7}, {sharpness, 0.6, 5}}},
      {{{color, 0.7, 7}, {translate_x, 0.5, 8}}},       {{{equalize, 0.3, 0}, {autocontrast, 0.4, 0}}},
      {{{translate_y, 0.4, 3}, {sharpness, 0.2, 6}}},   {{{brightness, 0.9, 6}, {color, 0.2, 8}}},
      {{{solarize, 0.5, 2}, {invert, 0.0, 0}}},         {{{equalize, 0.2, 0}, {autocontrast, 0.6, 0}}},
      {{{equalize, 0.2, 0}, {equalize, 0.6, 0}}},       {{{color, 0.9, 9}, {equalize, 0.6, 0}}},
      {{{autocontrast, 0.8, 0}, {solarize, 0.2, 8}}},   {{{brightness, 0.1, 3}, {color, 0.7, 0}}},
      {{{solarize, 0.4, 5}, {autocontrast, 0.9, 0}}},   {{{translate_y, 0.9, 9}, {translate_y, 0.7, 9}}},
      {{{autocontrast, 0.9, 0}, {solarize, 0.8, 3}}},   {{{equalize, 0.8, 0}, {invert, 0.1, 0}}},
      {{{translate_y, 0.7, 9}, {autocontrast, 0.9, 0}}}};
  return all;
}

PolicyTable policy_table(AugmentPolicy policy, int height, int width) {
  if (policy == AugmentPolicy::plain) return {};
  if (policy == AugmentPolicy::curriculum)
    return {kernels::curriculum_levels, kernels::curriculum_table(height, width)};
  const int levels = policy == AugmentPolicy::autoaugment ? 10 : 31;
  return {levels, kernels::operation_table(levels, height, width)};
}

kernels::Transforms draw_transforms(Stream stream, const AugmentSettings& settings, ImageShape shape, int level) {
  kernels::Transforms drawn;
  const std::int64_t y = stream.below(shape.height), x = stream.below(shape.width);
  if (settings.cutout > 0) drawn.cutout = square_around(y, x, settings.cutout, shape);
  if (settings.policy == AugmentPolicy::autoaugment) draw_sub_policy(stream, drawn.operations);
  if (settings.policy == AugmentPolicy::randaugment) draw_randaugment(stream, settings, drawn.operations);
  if (settings.has_curriculum()) draw_curriculum(stream, settings.curriculum_probability, level, drawn.operations);
  if (stream.uniform() < settings.erasing) drawn.erased = draw_erased(stream, settings, shape);
  return drawn;
}

}  // namespace m2m::data
