// Batch norm in libtorch's operations, and the choice between these and the project's kernels.
#include "nn/batch_norm.hpp"

#include <ATen/Context.h>
#include <torch/autograd.h>

#include <utility>

namespace m2m::nn {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

torch::Tensor over_channels(const torch::Tensor& values) { return values.view({1, -1, 1, 1}); }

/// Sums over everything but the channels, in double.
torch::Tensor channel_sum(const torch::Tensor& x) { return x.sum({0, 2, 3}, /*keepdim=*/false, torch::kFloat64); }

/// Sums over this rank's part of the batch.
RankSums local_sums(const torch::Tensor& a, const torch::Tensor& b, const torch::Tensor& x) {
  const auto count = static_cast<double>(x.size(0) * x.size(2) * x.size(3));
  return {a, b, torch::full({1}, count, a.options())};
}

/// The sum of a hook as autograd's context keeps it.
struct SavedSum : torch::CustomClassHolder {
  explicit SavedSum(std::shared_ptr<const SumOverRanks> hook) : sum(std::move(hook)) {}
  std::shared_ptr<const SumOverRanks> sum;
};

void move_running(torch::nn::BatchNorm2dImpl& norm, const torch::Tensor& mean, const torch::Tensor& variance) {
  const double momentum = *norm.options.momentum();
  norm.running_mean.mul_(1 - momentum).add_(mean.to(norm.running_mean.dtype()), momentum);
  norm.running_var.mul_(1 - momentum).add_(variance.to(norm.running_var.dtype()), momentum);
}

struct SynchronisedBatchNorm : torch::autograd::Function<SynchronisedBatchNorm> {
  static torch::Tensor forward(AutogradContext* context, const torch::Tensor& x, const torch::Tensor& weight,
                               const torch::Tensor& bias, torch::nn::BatchNorm2dImpl* norm,
                               const std::shared_ptr<const SumOverRanks>& sum) {
    const torch::Tensor pivot = norm->running_mean.to(torch::kFloat64);  // near the mean: squares stay small
    const torch::Tensor off = x - over_channels(norm->running_mean);
    const RankSums sums = sum_over_ranks(local_sums(channel_sum(off), channel_sum(off.square()), x), *sum);
    const torch::Tensor shift = sums.a / sums.count;
    const torch::Tensor variance = (sums.b / sums.count - shift.square()).clamp_min(0);
    const torch::Tensor mean = pivot + shift;
    const torch::Tensor inverse = (variance + norm->options.eps()).rsqrt();
    move_running(*norm, mean, variance * sums.count / (sums.count - 1).clamp_min(1));
    const torch::Tensor normalised = (x - over_channels(mean.to(x.dtype()))) * over_channels(inverse.to(x.dtype()));
    context->save_for_backward({normalised, weight, inverse.to(x.dtype())});
    context->saved_data["sum"] = to_saved(sum);
    return normalised * over_channels(weight.to(x.dtype())) + over_channels(bias.to(x.dtype()));
  }

  /// x' = weight / deviation * (g - sum(g) / n - xhat * sum(g * xhat) / n), sums and n over all ranks.
  static variable_list backward(AutogradContext* context, const variable_list& gradients) {
    const variable_list saved = context->get_saved_variables();
    const torch::Tensor &normalised = saved[0], &weight = saved[1], &inverse = saved[2], &g = gradients[0];
    const torch::Tensor of_bias = channel_sum(g), of_weight = channel_sum(g * normalised);
    const RankSums sums = sum_over_ranks(local_sums(of_bias, of_weight, g), *saved_sum(context->saved_data["sum"]));
    const auto mean_of = [&](const torch::Tensor& total) {
      return over_channels((total / sums.count).to(normalised.dtype()));
    };
    const torch::Tensor of_x = over_channels(weight.to(normalised.dtype()) * inverse) *
                               (g - mean_of(sums.a) - normalised * mean_of(sums.b));
    return {of_x, of_weight.to(weight.dtype()), of_bias.to(weight.dtype()), torch::Tensor(), torch::Tensor()};
  }
};

}  // namespace

RankSums sum_over_ranks(const RankSums& local, const SumOverRanks& sum) {
  torch::Tensor message = torch::cat({local.a, local.b, local.count});
  sum(message);
  const std::int64_t channels = local.a.numel();
  return {message.narrow(0, 0, channels), message.narrow(0, channels, channels),
          message.narrow(0, 2 * channels, 1)};
}

c10::IValue to_saved(std::shared_ptr<const SumOverRanks> sum) {
  if (!sum) return {};
  return c10::IValue::make_capsule(c10::make_intrusive<SavedSum>(std::move(sum)));
}

std::shared_ptr<const SumOverRanks> saved_sum(const c10::IValue& saved) {
  return saved.isNone() ? nullptr : c10::static_intrusive_pointer_cast<SavedSum>(saved.toCapsule())->sum;
}

torch::Tensor batch_norm(torch::nn::BatchNorm2d& norm, const torch::Tensor& x, const Arithmetic& arithmetic) {
  if (norm->is_training() && arithmetic.sum_over_ranks != nullptr) {
    return SynchronisedBatchNorm::apply(x, norm->weight, norm->bias, norm.get(), arithmetic.sum_over_ranks);
  }
  // Not norm(x), which also counts its batches: that is an operation per layer and step (see count_batches).
  return torch::batch_norm(x, norm->weight, norm->bias, norm->running_mean, norm->running_var, norm->is_training(),
                           *norm->options.momentum(), norm->options.eps(), at::globalContext().userEnabledCuDNN());
}

torch::Tensor batch_norm_relu(torch::nn::BatchNorm2d& norm, const torch::Tensor& x, const torch::Tensor& shortcut,
                              const Arithmetic& arithmetic) {
  const bool has_kernels = x.is_cpu() && norm->weight.scalar_type() == torch::kFloat32;
  if (arithmetic.kernels && has_kernels && norm->is_training()) {
    return fused_batch_norm_relu(*norm, x, shortcut, *arithmetic.kernels, arithmetic.sum_over_ranks);
  }
  torch::Tensor y = batch_norm(norm, x, arithmetic);
  if (shortcut.defined()) y = y.add_(shortcut);
  return y.relu_();
}

}  // namespace m2m::nn
