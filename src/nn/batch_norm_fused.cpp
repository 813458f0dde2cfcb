// Batch norm in the project's kernels, with the addition of a shortcut and ReLU.
#include <ATen/Parallel.h>
#include <torch/autograd.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "kernels/kernel_set.hpp"
#include "nn/batch_norm.hpp"

namespace m2m::nn {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

constexpr std::int64_t rows_of_a_block = 4096;  // fixed, so that sums do not depend on the number of threads

/// A tensor's memory as rows of channels.
template <typename T>
T* as_rows(const torch::Tensor& x) {
  return static_cast<T*>(x.data_ptr());
}

/// Calls each(first row, rows) for the blocks of `rows`, on libtorch's threads.
template <typename Each>
void for_blocks(std::int64_t rows, Each each) {
  const std::int64_t blocks = (rows + rows_of_a_block - 1) / rows_of_a_block;
  at::parallel_for(0, blocks, 1, [&](std::int64_t first, std::int64_t last) {
    for (std::int64_t block = first; block < last; ++block) {
      const std::int64_t begin = block * rows_of_a_block;
      each(block, begin, std::min(rows_of_a_block, rows - begin));
    }
  });
}

/// Two sums per channel over all rows; blocks are added in order.
struct ChannelSums {
  std::vector<double> a, b;
  double rows = 0;
};

template <typename Add>
ChannelSums sum_blocks(std::int64_t rows, int channels, Add add) {
  const std::int64_t blocks = (rows + rows_of_a_block - 1) / rows_of_a_block;
  std::vector<double> a(static_cast<std::size_t>(blocks * channels), 0.0), b(a);
  for_blocks(rows, [&](std::int64_t block, std::int64_t first, std::int64_t count) {
    add(first * channels, count, a.data() + block * channels, b.data() + block * channels);
  });
  ChannelSums sums{std::vector<double>(channels, 0.0), std::vector<double>(channels, 0.0),
                   static_cast<double>(rows)};
  for (std::size_t i = 0; i < a.size(); ++i) {
    sums.a[i % channels] += a[i];
    sums.b[i % channels] += b[i];
  }
  return sums;
}

std::vector<double> to_vector(const torch::Tensor& values) {
  return {values.const_data_ptr<double>(), values.const_data_ptr<double>() + values.numel()};
}

/// Sums over all ranks; returns `local` if there is one rank.
ChannelSums over_all_ranks(const ChannelSums& local, const SumOverRanks* sum) {
  if (sum == nullptr) return local;
  const auto to_tensor = [](const std::vector<double>& values) { return torch::tensor(values, torch::kFloat64); };
  const RankSums total = sum_over_ranks({to_tensor(local.a), to_tensor(local.b), to_tensor({local.rows})}, *sum);
  return {to_vector(total.a), to_vector(total.b), total.count.item<double>()};
}

/// Mean and 1 / deviation of each channel of a batch.
struct Statistics {
  std::vector<float> mean, inverse_deviation;
};

void move_running(torch::nn::BatchNorm2dImpl& norm, int channel, double mean, double unbiased_variance) {
  const double momentum = *norm.options.momentum();
  auto& running_mean = norm.running_mean.data_ptr<float>()[channel];
  auto& running_variance = norm.running_var.data_ptr<float>()[channel];
  running_mean = static_cast<float>((1 - momentum) * running_mean + momentum * mean);
  running_variance = static_cast<float>((1 - momentum) * running_variance + momentum * unbiased_variance);
}

template <typename T>
Statistics take_statistics(const kernels::BatchNormFns<T>& kernels, torch::nn::BatchNorm2dImpl& norm,
                           const torch::Tensor& x, const SumOverRanks* sum) {
  const int channels = static_cast<int>(x.size(1));
  const std::int64_t rows = x.numel() / channels;
  const T* values = as_rows<T>(x);
  // The running mean is near the mean of the batch; a poor pivot in the first steps does no measurable harm.
  const float* pivot = norm.running_mean.const_data_ptr<float>();
  const ChannelSums sums =
      over_all_ranks(sum_blocks(rows, channels,
                                [&](std::int64_t at, std::int64_t count, double* first, double* squares) {
                                  kernels.channel_sums(values + at, count, channels, pivot, first, squares);
                                }),
                     sum);
  Statistics statistics{std::vector<float>(channels), std::vector<float>(channels)};
  const double n = sums.rows;
  for (int c = 0; c < channels; ++c) {
    const double off = sums.a[c] / n;
    const double variance = std::max(sums.b[c] / n - off * off, 0.0);
    statistics.mean[c] = static_cast<float>(pivot[c] + off);
    statistics.inverse_deviation[c] = static_cast<float>(1 / std::sqrt(variance + batch_norm_epsilon));
    move_running(norm, c, pivot[c] + off, variance * n / std::max(n - 1, 1.0));
  }
  return statistics;
}

template <typename T>
torch::Tensor forward(const kernels::BatchNormFns<T>& kernels, const Statistics& statistics,
                      const torch::nn::BatchNorm2dImpl& norm, const torch::Tensor& x,
                      const torch::Tensor& shortcut) {
  const int channels = static_cast<int>(x.size(1));
  std::vector<float> scale(channels), shift(channels);
  for (int c = 0; c < channels; ++c) {
    scale[c] = norm.weight.const_data_ptr<float>()[c] * statistics.inverse_deviation[c];
    shift[c] = norm.bias.const_data_ptr<float>()[c] - scale[c] * statistics.mean[c];
  }
  torch::Tensor y = torch::empty_like(x);
  const T* added = shortcut.defined() ? as_rows<T>(shortcut) : nullptr;
  for_blocks(x.numel() / channels, [&](std::int64_t, std::int64_t first, std::int64_t count) {
    const std::int64_t at = first * channels;
    kernels.normalise(as_rows<T>(x) + at, added != nullptr ? added + at : nullptr, count, channels, scale.data(),
                      shift.data(), as_rows<T>(y) + at);
  });
  return y;
}

/// Gradients of x, the shortcut, the weight and the bias.
struct Gradients {
  torch::Tensor x, shortcut, weight, bias;
};

/// With xhat = (x - mean) / deviation and g the gradient behind the ReLU, over n rows:
/// x' = weight / deviation * (g - sum(g) / n - xhat * sum(g * xhat) / n).
template <typename T>
Gradients backward(const kernels::BatchNormFns<T>& kernels, const Statistics& statistics,
                   const torch::Tensor& weight, const torch::Tensor& x, const torch::Tensor& y,
                   const torch::Tensor& y_gradient, const SumOverRanks* sum) {
  const int channels = static_cast<int>(x.size(1));
  const std::int64_t rows = x.numel() / channels;
  Gradients out{torch::empty_like(x), torch::empty_like(x), torch::empty_like(weight), torch::empty_like(weight)};
  const ChannelSums local =
      sum_blocks(rows, channels, [&](std::int64_t at, std::int64_t count, double* total, double* products) {
        kernels.gradient_sums(as_rows<T>(y_gradient) + at, as_rows<T>(y) + at, as_rows<T>(x) + at, count, channels,
                              statistics.mean.data(), as_rows<T>(out.shortcut) + at, total, products);
      });
  const ChannelSums sums = over_all_ranks(local, sum);
  std::vector<float> by_g(channels), by_x(channels), constant(channels);
  for (int c = 0; c < channels; ++c) {
    const double inverse = statistics.inverse_deviation[c];
    const double factor = weight.const_data_ptr<float>()[c] * inverse;
    const double by_xhat = -factor * sums.b[c] * inverse / sums.rows;
    by_g[c] = static_cast<float>(factor);
    by_x[c] = static_cast<float>(by_xhat * inverse);
    constant[c] = static_cast<float>(-factor * sums.a[c] / sums.rows - by_xhat * inverse * statistics.mean[c]);
    // Of this rank's part alone: gradients of parameters are summed over the ranks later.
    out.weight.data_ptr<float>()[c] = static_cast<float>(local.b[c] * inverse);
    out.bias.data_ptr<float>()[c] = static_cast<float>(local.a[c]);
  }
  for_blocks(rows, [&](std::int64_t, std::int64_t first, std::int64_t count) {
    const std::int64_t at = first * channels;
    kernels.input_gradient(as_rows<T>(out.shortcut) + at, as_rows<T>(x) + at, count, channels, by_g.data(),
                           by_x.data(), constant.data(), as_rows<T>(out.x) + at);
  });
  return out;
}

template <typename T>
struct BatchNormRelu : torch::autograd::Function<BatchNormRelu<T>> {
  static torch::Tensor forward(AutogradContext* context, const torch::Tensor& x,
                               const std::optional<torch::Tensor>& shortcut, const torch::Tensor& weight,
                               const torch::Tensor& /*bias*/, torch::nn::BatchNorm2dImpl* norm, InstructionSet set,
                               const std::shared_ptr<const SumOverRanks>& sum) {
    const auto& kernels = *kernels::kernel_set(set).typed<T>().batch_norm;
    Statistics statistics = take_statistics<T>(kernels, *norm, x, sum.get());
    torch::Tensor y = nn::forward<T>(kernels, statistics, *norm, x, shortcut.value_or(torch::Tensor()));
    context->save_for_backward({x, y, weight});
    context->saved_data["has_shortcut"] = shortcut.has_value();
    context->saved_data["set"] = static_cast<std::int64_t>(set);
    context->saved_data["sum"] = to_saved(sum);
    const auto as_tensor = [](const std::vector<float>& values) { return torch::tensor(values, torch::kFloat32); };
    context->saved_data["mean"] = as_tensor(statistics.mean);
    context->saved_data["inverse_deviation"] = as_tensor(statistics.inverse_deviation);
    return y;
  }

  static variable_list backward(AutogradContext* context, const variable_list& y_gradients) {
    const variable_list saved = context->get_saved_variables();
    const auto as_vector = [&](const char* name) {
      const torch::Tensor values = context->saved_data[name].toTensor();
      return std::vector<float>(values.const_data_ptr<float>(), values.const_data_ptr<float>() + values.numel());
    };
    const auto set = static_cast<InstructionSet>(context->saved_data["set"].toInt());
    const Gradients gradients = nn::backward<T>(
        *kernels::kernel_set(set).typed<T>().batch_norm, {as_vector("mean"), as_vector("inverse_deviation")},
        saved[2], saved[0], saved[1], channels_last(y_gradients[0]), saved_sum(context->saved_data["sum"]).get());
    const bool has_shortcut = context->saved_data["has_shortcut"].toBool();
    return {gradients.x,      has_shortcut ? gradients.shortcut : torch::Tensor(),
            gradients.weight, gradients.bias,
            torch::Tensor(),  torch::Tensor(),
            torch::Tensor()};
  }
};

}  // namespace

torch::Tensor fused_batch_norm_relu(torch::nn::BatchNorm2dImpl& norm, const torch::Tensor& x,
                                    const torch::Tensor& shortcut, InstructionSet set,
                                    const std::shared_ptr<const SumOverRanks>& sum) {
  const torch::Tensor in = channels_last(x);
  std::optional<torch::Tensor> added;  // autograd refuses an undefined tensor
  if (shortcut.defined()) added = channels_last(shortcut);
  if (x.scalar_type() == torch::kBFloat16) {
    return BatchNormRelu<kernels::Bf16>::apply(in, added, norm.weight, norm.bias, &norm, set, sum);
  }
  return BatchNormRelu<float>::apply(in, added, norm.weight, norm.bias, &norm, set, sum);
}

}  // namespace m2m::nn
