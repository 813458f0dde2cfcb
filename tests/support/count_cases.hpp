#pragma once
// A training step's answers and translations, drawn at random, for tests of counting.
#include <cstdint>
#include <memory>
#include <random>
#include <vector>

#include "kernels/epoch_counts.hpp"

namespace m2m::testing {

/// 300 rows: more than a block has threads. Every third row is a translation.
template <typename Real, typename Loss>
struct HostStep {
  static constexpr std::int64_t rows = 300, classes = 7, edits = 100;
  std::vector<Real> outputs = std::vector<Real>(rows * classes);
  std::vector<Loss> losses = std::vector<Loss>(rows);
  std::vector<std::int64_t> labels = std::vector<std::int64_t>(rows);
  std::vector<std::int64_t> edit_rows, seed_classes, targets;
  std::vector<std::uint8_t> accepted;
  std::vector<std::int32_t> slots;

  HostStep() {
    std::mt19937 generator(5);
    std::uniform_real_distribution<double> uniform(-2, 2);
    for (Real& value : outputs) value = static_cast<Real>(uniform(generator));
    for (Loss& value : losses) value = static_cast<Loss>(uniform(generator) + 2);
    for (std::int64_t& label : labels) label = static_cast<std::int64_t>(generator() % classes);
    for (std::int64_t i = 0; i < edits; ++i) {
      edit_rows.push_back(3 * i);
      seed_classes.push_back(static_cast<std::int64_t>(generator() % classes));
      targets.push_back(static_cast<std::int64_t>(generator() % classes));
      accepted.push_back(generator() % 2);
      slots.push_back(static_cast<std::int32_t>(rows - 1 - i));
    }
  }
  kernels::StepAnswers<Real, Loss> answers() const {
    return {rows, classes, outputs.data(), losses.data(), labels.data(), 3.0};
  }
  kernels::StepEdits step_edits() const {
    return {edits,
            edit_rows.data(),
            seed_classes.data(),
            targets.data(),
            reinterpret_cast<const bool*>(accepted.data()),
            slots.data()};
  }
};

/// An epoch's counts in host memory.
struct HostCounts {
  std::vector<double> sums = std::vector<double>(kernels::epoch_sum_count);
  std::vector<std::int64_t> bad_step = {-1}, accepted = std::vector<std::int64_t>(300);
  kernels::EpochCounts counts() { return {sums.data(), bad_step.data(), accepted.data()}; }
};

}  // namespace m2m::testing
