#pragma once
// OPeN, over-sampling with pure noise: which batch slots show images of noise, and the tensors that follow.
//
// Zada, Benou, Irani, "Pure noise to the rescue of insufficient data: improving imbalanced classification by
// training on random noise images", ICML 2022. Its authors published no program; the rules are those of the
// listings in its appendix, and the cut to [0, 1] is that of every network here.
#include <torch/types.h>

#include <cstdint>
#include <span>
#include <vector>

#include "core/class_counts.hpp"
#include "core/philox.hpp"
#include "data/epoch_plan.hpp"
#include "methods/batch.hpp"

namespace m2m::methods {

/// Returns the probability that a slot of class `label` shows noise: delta * (1 - N_label / N_1). Pure.
double noise_probability(const ClassCounts& counts, int label, double delta);

/// Draws the slots of a step that show noise, ascending. Pure; bit-identical everywhere.
///
/// slots: of the plan made from `inputs`; a slot keeps its label. Two slots keep their images, the first ones
/// if all are drawn, because batch norm needs two; a step of one slot keeps its.
std::vector<std::int32_t> plan_noise(const data::PlanInputs& inputs, std::span<const data::Slot> slots, int epoch,
                                     std::int64_t step, double delta);

/// Moves the slots that show noise behind the others of a rank and returns how many others there are.
///
/// slots_of_rank: changed; both parts keep their order. noise_slots: of the step, ascending. Pure.
std::int64_t move_noise_last(std::vector<std::int32_t>& slots_of_rank, std::span<const std::int32_t> noise_slots);

/// The noise images of a rank in one step, on the device. All tensors are undefined if no rank has one.
struct NoiseWork {
  torch::Tensor slots;              // int32 [m], of the step; they are the last rows of the rank's batch
  torch::Tensor means, deviations;  // float64 [c], of the training pixels
};

/// Replaces the last m images of a batch by noise and sets batch.first_noise. Local; draws by counter only.
void fill_with_noise(const NoiseWork& work, Key plan, int epoch, std::int64_t step, Batch& batch);

}  // namespace m2m::methods
