#include "nn/sync_batch_norm.hpp"

#include <torch/autograd.h>

#include <vector>

namespace m2m::nn {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

torch::Tensor over_channels(const torch::Tensor& values) { return values.view({1, -1, 1, 1}); }

/// Sum over all that is not a channel, in double.
torch::Tensor channel_sum(const torch::Tensor& x) { return x.sum({0, 2, 3}, /*keepdim=*/false, torch::kFloat64); }

double values_per_channel(const torch::Tensor& x) { return static_cast<double>(x.size(0) * x.size(2) * x.size(3)); }

/// Two sums per channel over this rank's share and how many values they are over -> over all ranks' shares.
struct Sums {
  torch::Tensor a, b, count;  // [c], [c], [1], float64
};

Sums over_ranks(const torch::Tensor& a, const torch::Tensor& b, double count, const SumOverRanks& sum) {
  torch::Tensor message = torch::cat({a, b, torch::full({1}, count, a.options())});
  sum(message);
  const std::int64_t channels = a.numel();
  return {message.narrow(0, 0, channels), message.narrow(0, channels, channels),
          message.narrow(0, 2 * channels, 1)};
}

void move_running(torch::nn::BatchNorm2dImpl& norm, const torch::Tensor& mean, const torch::Tensor& variance) {
  const double momentum = *norm.options.momentum();
  norm.running_mean.mul_(1 - momentum).add_(mean.to(norm.running_mean.dtype()), momentum);
  norm.running_var.mul_(1 - momentum).add_(variance.to(norm.running_var.dtype()), momentum);
}

struct SynchronisedBatchNorm : torch::autograd::Function<SynchronisedBatchNorm> {
  static torch::Tensor forward(AutogradContext* context, const torch::Tensor& x, const torch::Tensor& weight,
                               const torch::Tensor& bias, torch::nn::BatchNorm2dImpl* norm, const SharedSum& sum) {
    const torch::Tensor pivot = norm->running_mean.to(torch::kFloat64);  // near the mean: squares stay small
    const torch::Tensor off = x - over_channels(norm->running_mean);
    const Sums sums = over_ranks(channel_sum(off), channel_sum(off.square()), values_per_channel(x), *sum);
    const torch::Tensor shift = sums.a / sums.count;
    const torch::Tensor variance = (sums.b / sums.count - shift.square()).clamp_min(0);
    const torch::Tensor mean = pivot + shift;
    const torch::Tensor inverse = (variance + norm->options.eps()).rsqrt();
    move_running(*norm, mean, variance * sums.count / (sums.count - 1).clamp_min(1));
    const torch::Tensor normalised = (x - over_channels(mean.to(x.dtype()))) * over_channels(inverse.to(x.dtype()));
    context->save_for_backward({normalised, weight, inverse.to(x.dtype())});
    context->saved_data["sum"] = keep(sum);
    return normalised * over_channels(weight.to(x.dtype())) + over_channels(bias.to(x.dtype()));
  }

  /// x' = weight / deviation * (g - sum(g) / n - xhat * sum(g * xhat) / n), sums and n over all ranks.
  static variable_list backward(AutogradContext* context, const variable_list& gradients) {
    const variable_list saved = context->get_saved_variables();
    const torch::Tensor &normalised = saved[0], &weight = saved[1], &inverse = saved[2], &g = gradients[0];
    const torch::Tensor of_bias = channel_sum(g), of_weight = channel_sum(g * normalised);
    const SharedSum sum = kept_sum(context->saved_data["sum"]);
    const Sums sums = over_ranks(of_bias, of_weight, values_per_channel(g), *sum);
    const auto mean_of = [&](const torch::Tensor& total) {
      return over_channels((total / sums.count).to(normalised.dtype()));
    };
    const torch::Tensor of_x = over_channels(weight.to(normalised.dtype()) * inverse) *
                               (g - mean_of(sums.a) - normalised * mean_of(sums.b));
    return {of_x, of_weight.to(weight.dtype()), of_bias.to(weight.dtype()), torch::Tensor(), torch::Tensor()};
  }
};

}  // namespace

torch::Tensor synchronised_batch_norm(torch::nn::BatchNorm2dImpl& norm, const torch::Tensor& x, SharedSum sum) {
  return SynchronisedBatchNorm::apply(x, norm.weight, norm.bias, &norm, sum);
}

}  // namespace m2m::nn
