// The CUDA build: what lies on a GPU is stepped there.
#include <c10/cuda/CUDAStream.h>

#include "kernels/steps.hpp"
#include "kernels/storage.hpp"
#include "nn/tensor_kernels.hpp"

namespace m2m::nn {
namespace {

void* current_stream() { return c10::cuda::getCurrentCUDAStream().stream(); }

template <typename Real>
void step_pixels(torch::Tensor& x, const torch::Tensor& gradient, double length) {
  const std::int64_t images = x.size(0);
  kernels::pixel_step_cuda(length, images, images > 0 ? x.numel() / images : 0, gradient.const_data_ptr<Real>(),
                           x.data_ptr<Real>(), current_stream());
}

template <typename Real>
void step_weights(const kernels::SgdStep& step, torch::Tensor& weight, torch::Tensor& velocity,
                  torch::Tensor& gradient) {
  kernels::sgd_step_cuda(step, weight.numel(), weight.data_ptr<Real>(), velocity.data_ptr<Real>(),
                         gradient.data_ptr<Real>(), current_stream());
}

template <typename Real>
void start(const torch::Tensor& seeds, const kernels::StartNoise& noise, torch::Tensor& out) {
  kernels::random_start_cuda(noise, seeds.size(0), static_cast<int>(seeds.size(1)), seeds.size(2) * seeds.size(3),
                             seeds.const_data_ptr<Real>(), out.data_ptr<Real>(), current_stream());
}

}  // namespace

void pixel_step(torch::Tensor& x, const torch::Tensor& gradient, double length) {
  if (x.is_cpu()) return host_pixel_step(x, gradient, length);
  if (x.scalar_type() == torch::kFloat64) return step_pixels<double>(x, gradient, length);
  step_pixels<float>(x, gradient, length);
}

void sgd_step(const kernels::SgdStep& step, torch::Tensor& weight, torch::Tensor& velocity,
              torch::Tensor& gradient) {
  if (weight.is_cpu()) return host_sgd_step(step, weight, velocity, gradient);
  if (weight.scalar_type() == torch::kFloat64) return step_weights<double>(step, weight, velocity, gradient);
  step_weights<float>(step, weight, velocity, gradient);
}

torch::Tensor random_start(const torch::Tensor& seeds, const kernels::StartNoise& noise) {
  if (seeds.is_cpu()) return host_random_start(seeds, noise);
  torch::Tensor out = torch::empty_like(seeds);
  seeds.scalar_type() == torch::kFloat64 ? start<double>(seeds, noise, out) : start<float>(seeds, noise, out);
  return out;
}

void fold_batch_norm(double epsilon, const FoldTable& table) {
  if (table.layers.is_cpu()) return host_fold_batch_norm(epsilon, table);
  const auto* layers = static_cast<const kernels::FoldLayer*>(table.layers.const_data_ptr());
  if (table.precision == torch::kFloat64) {
    kernels::fold_batch_norm_cuda<double, double>(epsilon, table.count, layers, current_stream());
  } else if (table.folded == torch::kBFloat16) {
    kernels::fold_batch_norm_cuda<float, kernels::Bf16>(epsilon, table.count, layers, current_stream());
  } else {
    kernels::fold_batch_norm_cuda<float, float>(epsilon, table.count, layers, current_stream());
  }
}

void count_step(std::int64_t step, const StepAnswers& answers, const kernels::StepEdits& edits,
                const kernels::EpochCounts& counts) {
  if (answers.outputs.is_cpu()) return host_count_step(step, answers, edits, counts);
  if (answers.outputs.scalar_type() == torch::kFloat64) {
    kernels::count_step_cuda(step, typed_answers<double, double>(answers), edits, counts, current_stream());
  } else if (answers.losses.scalar_type() == torch::kFloat64) {
    kernels::count_step_cuda(step, typed_answers<float, double>(answers), edits, counts, current_stream());
  } else {
    kernels::count_step_cuda(step, typed_answers<float, float>(answers), edits, counts, current_stream());
  }
}

}  // namespace m2m::nn
