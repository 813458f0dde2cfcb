#pragma once
// The curriculum of augmentation by class: before each epoch the network is tested on augmented images of each
// class, and the class goes up or down a level of augmentation.
//
// Ahn, Ko, Yun: "CUDA: Curriculum of data augmentation for long-tailed recognition", ICLR 2023.
#include <cstdint>
#include <span>
#include <vector>

#include "data/epoch_plan.hpp"
#include "settings/augment_settings.hpp"

namespace m2m::data {

/// The level of a class, 0 .. kernels::curriculum_levels - 1.
using ClassLevels = std::vector<std::uint8_t>;

/// The images that test the classes before an epoch.
struct LevelTests {
  std::vector<Slot> slots;          // by class, then by level
  std::vector<std::int32_t> cells;  // of each slot: level_cell()
};

/// The place of a class and level among the counts of correct answers, [K, curriculum_levels]. Pure.
std::size_t level_cell(std::size_t label, int level);

/// Draws the tests: of a class at level l, for each s = 0 .. l, T (s + 1) images of the class uniformly with
/// replacement, each augmented at level s, with certainty. A class without images has none. Pure: the same on every
/// rank.
LevelTests plan_level_tests(const PlanInputs& inputs, int epoch);

/// Returns the levels after a test: a class goes up by one, to at most the highest level, if the share of correct
/// answers exceeds gamma at every s = 0 .. l, and else down by one, to at least 0.
///
/// correct: answers, [K * curriculum_levels]. Pure.
ClassLevels next_levels(const ClassLevels& levels, std::span<const std::int64_t> correct,
                        const settings::AugmentSettings& settings);

}  // namespace m2m::data
