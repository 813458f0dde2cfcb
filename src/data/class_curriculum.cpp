#include "data/class_curriculum.hpp"

#include "kernels/transforms.hpp"

namespace m2m::data {
namespace {

std::int64_t count_draws(int level, const settings::AugmentSettings& settings) {
  return std::int64_t{settings.curriculum_draws} * (level + 1);
}

/// Image `draw` of the tests of a class at the level that `inputs` has for it.
Slot draw_test(const PlanInputs& inputs, int epoch, std::size_t label, std::int64_t draw) {
  const auto& images = inputs.positions_by_class[label];
  const auto stream = [&](Purpose purpose) {
    const auto place = static_cast<std::uint32_t>(draw * kernels::curriculum_levels + inputs.levels[label]);
    return Stream(inputs.plan, purpose, static_cast<std::uint32_t>(epoch), static_cast<std::uint32_t>(label),
                  place);
  };
  const std::int32_t image = images[stream(Purpose::level_image).below(static_cast<std::int64_t>(images.size()))];
  return augment_slot(inputs, image, {stream(Purpose::level_crop), stream(Purpose::level_transforms)});
}

}  // namespace

std::size_t level_cell(std::size_t label, int level) { return label * kernels::curriculum_levels + level; }

LevelTests plan_level_tests(const PlanInputs& inputs, int epoch) {
  PlanInputs tested = inputs;
  tested.augmentation.settings.curriculum_probability = 1;
  LevelTests tests;
  for (std::size_t label = 0; label < inputs.levels.size(); ++label) {
    if (inputs.positions_by_class[label].empty()) continue;
    for (int level = 0; level <= inputs.levels[label]; ++level) {
      tested.levels[label] = static_cast<std::uint8_t>(level);
      for (std::int64_t draw = 0; draw < count_draws(level, inputs.augmentation.settings); ++draw) {
        tests.slots.push_back(draw_test(tested, epoch, label, draw));
        tests.cells.push_back(static_cast<std::int32_t>(level_cell(label, level)));
      }
    }
  }
  return tests;
}

ClassLevels next_levels(const ClassLevels& levels, std::span<const std::int64_t> correct,
                        const settings::AugmentSettings& settings) {
  ClassLevels next = levels;
  for (std::size_t label = 0; label < levels.size(); ++label) {
    bool passes = true;
    for (int level = 0; level <= levels[label]; ++level) {
      const auto draws = static_cast<double>(count_draws(level, settings));
      passes =
          passes && static_cast<double>(correct[level_cell(label, level)]) / draws > settings.curriculum_accuracy;
    }
    if (passes && levels[label] < kernels::curriculum_levels - 1) ++next[label];
    if (!passes && levels[label] > 0) --next[label];
  }
  return next;
}

}  // namespace m2m::data
