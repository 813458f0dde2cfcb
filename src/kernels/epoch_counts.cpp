#include "kernels/epoch_counts.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace m2m::kernels {
namespace {

using Sums = std::array<double, epoch_sum_count>;

template <typename Real, typename Loss>
std::int64_t predicted(const StepAnswers<Real, Loss>& answers, std::int64_t row) {
  const Real* outputs = answers.outputs + row * answers.classes;
  return std::max_element(outputs, outputs + answers.classes) - outputs;
}

/// Adds an accepted translation.
template <typename Real, typename Loss>
void add_accepted(const StepAnswers<Real, Loss>& answers, const StepEdits& edits, std::int64_t i, Sums& sums) {
  const std::int64_t row = edits.rows[i];
  const Real* outputs = answers.outputs + row * answers.classes;
  const std::int64_t best = predicted(answers, row);
  const auto exponential = [&](std::int64_t k) {
    return std::exp((static_cast<double>(outputs[k]) - outputs[best]) * answers.logit_scale);
  };
  double total = 0;
  for (std::int64_t k = 0; k < answers.classes; ++k) total += exponential(k);
  sums[sum_generated] += 1;
  sums[sum_generated_loss] += answers.losses[row];
  sums[sum_generated_hits] += best == edits.targets[i] ? 1 : 0;
  sums[sum_p_target] += exponential(edits.targets[i]) / total;
  sums[sum_p_seed] += exponential(edits.seed_classes[i]) / total;
}

}  // namespace

template <typename Real, typename Loss>
void count_step(std::int64_t step, const StepAnswers<Real, Loss>& answers, const StepEdits& edits,
                const EpochCounts& counts) {
  Sums sums{};
  sums[sum_slots] = static_cast<double>(answers.rows);
  for (std::int64_t row = 0; row < answers.rows; ++row) {
    sums[sum_loss] += answers.losses[row];
    sums[sum_hits] += predicted(answers, row) == answers.labels[row] ? 1 : 0;
  }
  for (std::int64_t i = 0; i < edits.count; ++i) {
    counts.accepted[edits.slots[i]] = edits.accepted[i] ? 1 : 0;
    if (edits.accepted[i]) add_accepted(answers, edits, i, sums);
  }
  if (!std::isfinite(sums[sum_loss]) && *counts.bad_step < 0) *counts.bad_step = step;
  for (int sum = 0; sum < epoch_sum_count; ++sum) counts.sums[sum] += sums[sum];
}

template void count_step<float, float>(std::int64_t, const StepAnswers<float, float>&, const StepEdits&,
                                       const EpochCounts&);
template void count_step<float, double>(std::int64_t, const StepAnswers<float, double>&, const StepEdits&,
                                        const EpochCounts&);
template void count_step<double, double>(std::int64_t, const StepAnswers<double, double>&, const StepEdits&,
                                         const EpochCounts&);

}  // namespace m2m::kernels
