#pragma once
// The kernels that steps need, behind tensors. CMake lists tensor_kernels_cpu.cpp or tensor_kernels_cuda.cpp, by
// the build; tensor_kernels_host.cpp is what both do for tensors in host memory.
#include <torch/types.h>

#include "kernels/epoch_counts.hpp"
#include "kernels/fold_batch_norm.hpp"
#include "kernels/steps.hpp"

namespace m2m::nn {

/// x = clamp(x - length * g / (||g||_2 + 1e-10), 0, 1) in place, the norm over each image (kernels/pixel_step.hpp).
///
/// x, gradient: [n, c, h, w], contiguous, float32 or float64. Queued on the current stream where they lie on a GPU.
void pixel_step(torch::Tensor& x, const torch::Tensor& gradient, double length);

/// One update of SGD in place, which also zeroes the gradient (kernels/sgd.hpp).
///
/// All three: [n], contiguous, float32 or float64. Queued on the current stream where they lie on a GPU.
void sgd_step(const kernels::SgdStep& step, torch::Tensor& weight, torch::Tensor& velocity,
              torch::Tensor& gradient);

/// Where translations begin: clamp(seeds + noise, 0, 1), noise drawn by counter (kernels/random_start.hpp).
///
/// seeds: [m, c, h, w], contiguous, float32 or float64. `noise` points to where the seeds lie. Returns [m, c, h,
/// w]. Queued on the current stream where that is a GPU.
torch::Tensor random_start(const torch::Tensor& seeds, const kernels::StartNoise& noise);

/// Folded layers of one network: kernels::FoldLayer[count] as bytes, in the memory that their pointers point into,
/// and the types of the network's numbers and of the folded ones.
struct FoldTable {
  torch::Tensor layers;  // uint8
  std::int64_t count;
  torch::Dtype precision, folded;  // float32 with float32 or bfloat16, float64 with float64
};

/// Folds batch norm into convolutions, in one call (kernels/fold_batch_norm.hpp). Queued on the current stream if
/// the table lies on a GPU.
void fold_batch_norm(double epsilon, const FoldTable& table);

/// What a training step answered. outputs: [b, K], float32 or float64, detached; losses: [b], of the same type or
/// float64; labels: int64 [b].
struct StepAnswers {
  torch::Tensor outputs, losses, labels;
  double logit_scale = 1;  // logits are outputs * logit_scale
};

/// The same as the kernels take them.
template <typename Real, typename Loss>
kernels::StepAnswers<Real, Loss> typed_answers(const StepAnswers& answers) {
  return {answers.outputs.size(0),
          answers.outputs.size(1),
          answers.outputs.const_data_ptr<Real>(),
          answers.losses.const_data_ptr<Loss>(),
          answers.labels.const_data_ptr<std::int64_t>(),
          answers.logit_scale};
}

/// Adds a step to an epoch's counts (kernels/epoch_counts.hpp). The answers lie where edits and counts point to.
/// Queued on the current stream if that is a GPU.
void count_step(std::int64_t step, const StepAnswers& answers, const kernels::StepEdits& edits,
                const kernels::EpochCounts& counts);

/// The same with everything in host memory.
void host_pixel_step(torch::Tensor& x, const torch::Tensor& gradient, double length);
void host_sgd_step(const kernels::SgdStep& step, torch::Tensor& weight, torch::Tensor& velocity,
                   torch::Tensor& gradient);
torch::Tensor host_random_start(const torch::Tensor& seeds, const kernels::StartNoise& noise);
void host_fold_batch_norm(double epsilon, const FoldTable& table);
void host_count_step(std::int64_t step, const StepAnswers& answers, const kernels::StepEdits& edits,
                     const kernels::EpochCounts& counts);

}  // namespace m2m::nn
