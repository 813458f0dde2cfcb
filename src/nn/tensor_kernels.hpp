#pragma once
// The kernels that steps need, for tensors. tensor_kernels.cpp is what every build does for tensors in host memory;
// CMake lists backend_cpu.cpp or tensor_kernels_cuda.cpp for the rest.
#include <torch/types.h>

#include "kernels/epoch_counts.hpp"
#include "kernels/fold_batch_norm.hpp"
#include "kernels/noise_images.hpp"
#include "kernels/steps.hpp"
#include "kernels/transforms.hpp"

namespace m2m::nn {

/// x = clamp(x - length * g / (||g||_2 + 1e-10), 0, 1) in place, the norm over each image (kernels/steps.hpp).
///
/// x, gradient: [n, c, h, w], contiguous, float32 or float64. Queued on the current stream if they are on a GPU.
void pixel_step(torch::Tensor& x, const torch::Tensor& gradient, double length);

/// One update of SGD in place, which also zeroes the gradient (kernels/steps.hpp).
///
/// All three: [n], contiguous, float32 or float64. Queued on the current stream if they are on a GPU.
void sgd_step(const kernels::SgdStep& step, torch::Tensor& weight, torch::Tensor& velocity,
              torch::Tensor& gradient);

/// The start of translations: clamp(seeds + noise, 0, 1), noise drawn by counter (kernels/steps.hpp).
///
/// seeds: [m, c, h, w], contiguous, float32 or float64. `noise` points into the memory of the same device. Returns
/// [m, c, h, w]. Queued on the current stream if that is a GPU.
torch::Tensor random_start(const torch::Tensor& seeds, const kernels::StartNoise& noise);

/// Replaces images by pure noise (kernels/noise_images.hpp).
///
/// images: [m, c, h, w], contiguous, float32 or float64. `noise` points into the memory of the same device. Queued
/// on the current stream if that is a GPU.
void draw_noise_images(torch::Tensor& images, const kernels::ImageNoise& noise);

/// Folded layers of one network: kernels::FoldLayer[count] as bytes, on the device that their pointers point to,
/// and the types of the network's numbers and of the folded ones.
struct FoldTable {
  torch::Tensor layers;  // uint8
  std::int64_t count;
  torch::Dtype precision, folded;  // float32 with float32 or bfloat16, float64 with float64
};

/// Folds batch norm into convolutions, in one call (kernels/fold_batch_norm.hpp). Queued on the current stream if
/// the table is on a GPU.
void fold_batch_norm(double epsilon, const FoldTable& table);

/// The outputs of a training step. outputs: [b, K], float32 or float64, detached; losses: [b], of the same type or
/// float64; labels: int64 [b].
struct StepAnswers {
  torch::Tensor outputs, losses, labels;
  double logit_scale = 1;  // logits are outputs * logit_scale
};

/// Converts these outputs for the kernels.
template <typename Real, typename Loss>
kernels::StepAnswers<Real, Loss> typed_answers(const StepAnswers& answers) {
  return {answers.outputs.size(0),
          answers.outputs.size(1),
          answers.outputs.const_data_ptr<Real>(),
          answers.losses.const_data_ptr<Loss>(),
          answers.labels.const_data_ptr<std::int64_t>(),
          answers.logit_scale};
}

/// Adds a step to an epoch's counts (kernels/epoch_counts.hpp). The answers are on the device that edits and counts
/// point to. Queued on the current stream if that is a GPU.
void count_step(std::int64_t step, const StepAnswers& answers, const kernels::StepEdits& edits,
                const kernels::EpochCounts& counts);

/// Moves pixels to where gather() needs them: unchanged for the CPU, copied once to a GPU.
torch::Tensor to_gather_device(const torch::Tensor& pixels, torch::Device device);

/// Gathers a batch (kernels/gather.hpp).
///
/// pixels: uint8 [n, c, h, w] from to_gather_device; indices: the bytes of kernels::GatherIndex, m of them,
/// on the same device. Returns [m, c, h, w] of `precision` on their device, pixels divided by `divisor`. Queued on
/// the current stream if that is a GPU. Local, deterministic.
torch::Tensor gather(const torch::Tensor& pixels, const torch::Tensor& indices, double divisor,
                     torch::Dtype precision);

/// Rules of changed images and their table, which is kernels::OperationNumbers as bytes, on the device of the
/// pixels; undefined without operations.
struct ImageTransforms {
  torch::Tensor table;
  kernels::TransformRules rules = {};  // without the table
};

/// Gathers a batch and changes its images (kernels/transforms.hpp).
///
/// indices: the bytes of kernels::TransformedIndex, m of them. Otherwise as gather().
torch::Tensor gather_transformed(const torch::Tensor& pixels, const torch::Tensor& indices,
                                 const ImageTransforms& transforms, double divisor, torch::Dtype precision);

/// The rules with the table that is in memory. Pure.
kernels::TransformRules rules_with_table(const ImageTransforms& transforms);

/// The same for host memory.
void pixel_step_on_host(torch::Tensor& x, const torch::Tensor& gradient, double length);
void sgd_step_on_host(const kernels::SgdStep& step, torch::Tensor& weight, torch::Tensor& velocity,
                      torch::Tensor& gradient);
torch::Tensor random_start_on_host(const torch::Tensor& seeds, const kernels::StartNoise& noise);
void draw_noise_images_on_host(torch::Tensor& images, const kernels::ImageNoise& noise);
void fold_batch_norm_on_host(double epsilon, const FoldTable& table);
void count_step_on_host(std::int64_t step, const StepAnswers& answers, const kernels::StepEdits& edits,
                        const kernels::EpochCounts& counts);
torch::Tensor gather_on_host(const torch::Tensor& pixels, const torch::Tensor& indices, double divisor,
                             torch::Dtype precision);
torch::Tensor gather_transformed_on_host(const torch::Tensor& pixels, const torch::Tensor& indices,
                                         const ImageTransforms& transforms, double divisor, torch::Dtype precision);

}  // namespace m2m::nn
