// The levels of a trial whose augmentation follows the curriculum by class.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <chrono>

#include "core/error.hpp"
#include "core/log.hpp"
#include "core/metrics.hpp"
#include "data/class_curriculum.hpp"
#include "train/trial.hpp"

namespace m2m::train {
namespace {

/// Counts the right answers to the tests before an epoch, over all ranks, [K * curriculum_levels]. Collective.
std::vector<std::int64_t> count_right(const Outputs& outputs, const EpochInputs& inputs, int epoch,
                                      comm::Communicator& ranks) {
  const TrialSettings& settings = inputs.plan.settings;
  const int classes = inputs.data->set.classes;
  const data::LevelTests tests = data::plan_level_tests(inputs.plan_inputs, epoch);
  torch::Tensor right = torch::zeros({classes * kernels::curriculum_levels}, torch::kInt64);
  const auto [first, last] =
      data::shard_range(static_cast<std::int64_t>(tests.slots.size()), ranks.rank(), ranks.size());
  for (std::int64_t at = first; at < last; at += settings.evaluation_batch) {
    const auto slots = std::span(tests.slots).subspan(at, std::min(settings.evaluation_batch, last - at));
    const torch::Tensor logits = outputs(gather_slots(*inputs.data, slots, settings.precision))
                                     .to(torch::kCPU, torch::kFloat32)
                                     .contiguous();
    const std::span values(logits.const_data_ptr<float>(), static_cast<std::size_t>(logits.numel()));
    const std::vector<std::int32_t> predictions = predictions_from_logits(values, classes);
    for (std::size_t i = 0; i < slots.size(); ++i) {
      const bool is_right = predictions[i] == inputs.plan_inputs.labels[slots[i].image];
      right.data_ptr<std::int64_t>()[tests.cells[at + i]] += is_right ? 1 : 0;
    }
  }
  right = right.to(settings.device);
  ranks.all_reduce_sum(right);
  right = right.cpu();
  return {right.const_data_ptr<std::int64_t>(), right.const_data_ptr<std::int64_t>() + right.numel()};
}

}  // namespace

void Trial::move_levels() {
  if (!has_curriculum()) return;
  const auto start = std::chrono::steady_clock::now();
  const PhaseTimer timer(parts_.profile, ProfilePhase::evaluate);
  const EpochInputs& inputs = planner_->inputs();
  const Outputs outputs = [&frozen = frozen_network()](const torch::Tensor& pixels) {
    return frozen.outputs(pixels);
  };
  const auto right = count_right(outputs, inputs, epoch_, *parts_.ranks);
  data::ClassLevels levels =
      data::next_levels(inputs.plan_inputs.levels, right, inputs.plan_inputs.augmentation.settings);
  if (parts_.ranks->rank() == 0)
    log_debug(fmt::format("epoch {}: levels of augmentation by class {}", epoch_, fmt::join(levels, " ")));
  planner_->set_levels(std::move(levels));
  level_seconds_ = seconds_since(start);
}

void Trial::restore_levels(const std::vector<int>& levels) {
  const bool is_range = std::all_of(levels.begin(), levels.end(),
                                    [](int level) { return level >= 0 && level < kernels::curriculum_levels; });
  if (!is_range || levels.size() != planner_->inputs().plan_inputs.levels.size())
    throw data_error("the state of the trial: not the levels of augmentation of its classes");
  planner_->set_levels({levels.begin(), levels.end()});
}

}  // namespace m2m::train
