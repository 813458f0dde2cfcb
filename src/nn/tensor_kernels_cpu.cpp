// The build without CUDA: the only device is the host.
#include "nn/tensor_kernels.hpp"

namespace m2m::nn {

void pixel_step(torch::Tensor& x, const torch::Tensor& gradient, double length) {
  host_pixel_step(x, gradient, length);
}

void sgd_step(const kernels::SgdStep& step, torch::Tensor& weight, torch::Tensor& velocity,
              torch::Tensor& gradient) {
  host_sgd_step(step, weight, velocity, gradient);
}

torch::Tensor random_start(const torch::Tensor& seeds, const kernels::StartNoise& noise) {
  return host_random_start(seeds, noise);
}

void fold_batch_norm(double epsilon, const FoldTable& table) { host_fold_batch_norm(epsilon, table); }

void count_step(std::int64_t step, const StepAnswers& answers, const kernels::StepEdits& edits,
                const kernels::EpochCounts& counts) {
  host_count_step(step, answers, edits, counts);
}

}  // namespace m2m::nn
