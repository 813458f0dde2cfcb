#include "kernels/epoch_counts.hpp"
#include "kernels/launch.cuh"

namespace m2m::kernels {
namespace {

template <typename Real, typename Loss>
__device__ std::int64_t predicted(const StepAnswers<Real, Loss>& answers, std::int64_t row) {
  const Real* outputs = answers.outputs + row * answers.classes;
  std::int64_t best = 0;
  for (std::int64_t k = 1; k < answers.classes; ++k) best = outputs[k] > outputs[best] ? k : best;
  return best;
}

/// Adds an accepted translation to a thread's sums.
template <typename Real, typename Loss>
__device__ void add_accepted(const StepAnswers<Real, Loss>& answers, const StepEdits& edits, std::int64_t i,
                             double* sums) {
  const std::int64_t row = edits.rows[i];
  const Real* outputs = answers.outputs + row * answers.classes;
  const std::int64_t best = predicted(answers, row);
  const auto exponential = [&](std::int64_t k) {
    return exp((static_cast<double>(outputs[k]) - outputs[best]) * answers.logit_scale);
  };
  double total = 0;
  for (std::int64_t k = 0; k < answers.classes; ++k) total += exponential(k);
  sums[sum_generated] += 1;
  sums[sum_generated_loss] += answers.losses[row];
  sums[sum_generated_hits] += best == edits.targets[i] ? 1 : 0;
  sums[sum_p_target] += exponential(edits.targets[i]) / total;
  sums[sum_p_seed] += exponential(edits.seed_classes[i]) / total;
}

/// Adds the sums of all threads of the block; the total of sum i is then in values[i][0]. Every sum is added in the
/// same order.
__device__ void add_over_block(const double* sums, double (*values)[threads_of_a_block]) {
  for (int sum = 0; sum < epoch_sum_count; ++sum) values[sum][threadIdx.x] = sums[sum];
  for (unsigned half = threads_of_a_block / 2; half > 0; half /= 2) {
    __syncthreads();
    if (threadIdx.x >= half) continue;
    for (int sum = 0; sum < epoch_sum_count; ++sum) values[sum][threadIdx.x] += values[sum][threadIdx.x + half];
  }
}

/// One block: a thread takes every 256th row and translation.
template <typename Real, typename Loss>
__global__ void count(std::int64_t step, StepAnswers<Real, Loss> answers, StepEdits edits, EpochCounts counts) {
  double sums[epoch_sum_count] = {};
  for (std::int64_t row = threadIdx.x; row < answers.rows; row += blockDim.x) {
    sums[sum_slots] += 1;
    sums[sum_loss] += answers.losses[row];
    sums[sum_hits] += predicted(answers, row) == answers.labels[row] ? 1 : 0;
  }
  for (std::int64_t i = threadIdx.x; i < edits.count; i += blockDim.x) {
    counts.accepted[edits.slots[i]] = edits.accepted[i] ? 1 : 0;
    if (edits.accepted[i]) add_accepted(answers, edits, i, sums);
  }
  __shared__ double values[epoch_sum_count][threads_of_a_block];
  add_over_block(sums, values);
  if (threadIdx.x != 0) return;
  if (!isfinite(values[sum_loss][0]) && *counts.bad_step < 0) *counts.bad_step = step;
  for (int sum = 0; sum < epoch_sum_count; ++sum) counts.sums[sum] += values[sum][0];
}

}  // namespace

template <typename Real, typename Loss>
void count_step_cuda(std::int64_t step, const StepAnswers<Real, Loss>& answers, const StepEdits& edits,
                     const EpochCounts& counts, void* stream) {
  count<<<1, threads_of_a_block, 0, static_cast<cudaStream_t>(stream)>>>(step, answers, edits, counts);
  check_launch("counting a step");
}

template void count_step_cuda<float, float>(std::int64_t, const StepAnswers<float, float>&, const StepEdits&,
                                            const EpochCounts&, void*);
template void count_step_cuda<float, double>(std::int64_t, const StepAnswers<float, double>&, const StepEdits&,
                                             const EpochCounts&, void*);
template void count_step_cuda<double, double>(std::int64_t, const StepAnswers<double, double>&, const StepEdits&,
                                              const EpochCounts&, void*);

}  // namespace m2m::kernels
