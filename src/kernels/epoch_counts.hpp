#pragma once
// Counts of training steps: losses, hits, and those of translated images.
#include <cstdint>

namespace m2m::kernels {

/// Sums over the steps of an epoch, in the order of a trial's saved state.
enum EpochSum {
  sum_slots,
  sum_loss,
  sum_hits,
  sum_generated,  // this and the following are over accepted translations
  sum_generated_loss,
  sum_generated_hits,
  sum_p_target,  // probability of the target
  sum_p_seed,    // probability of the seed's class
  epoch_sum_count
};

/// A step's outputs in training mode, before the update. Real, Loss: float or double; Loss is double if the loss
/// mixes labels.
template <typename Real, typename Loss>
struct StepAnswers {
  std::int64_t rows;
  std::int64_t classes;
  const Real* outputs;         // [rows][classes]; logits are outputs * logit_scale
  const Loss* losses;          // [rows]
  const std::int64_t* labels;  // [rows]
  double logit_scale;          // at least 0
};

/// The step's translations; count is 0 if there are none.
struct StepEdits {
  std::int64_t count;
  const std::int64_t *rows, *seed_classes, *targets;  // [count]
  const bool* accepted;                               // [count]
  const std::int32_t* slots;                          // [count], of the step
};

/// The memory of the counts of an epoch.
struct EpochCounts {
  double* sums;            // [epoch_sum_count]
  std::int64_t* bad_step;  // the first step whose loss was not finite; -1: no step
  std::int64_t* accepted;  // [slots of the step]: set to whether the slot's translation was accepted
};

/// Adds a step to the counts. A hit is the first of the largest outputs at the label. Sums and probabilities in
/// double. Local, deterministic.
template <typename Real, typename Loss>
void count_step(std::int64_t step, const StepAnswers<Real, Loss>& answers, const StepEdits& edits,
                const EpochCounts& counts);

/// The same on the device, its pointers too, in one launch; its sums have another fixed order. stream: a
/// cudaStream_t. Asynchronous. In CUDA builds only. Throws Error (internal) if the kernel cannot be launched.
template <typename Real, typename Loss>
void count_step_cuda(std::int64_t step, const StepAnswers<Real, Loss>& answers, const StepEdits& edits,
                     const EpochCounts& counts, void* stream);

}  // namespace m2m::kernels
