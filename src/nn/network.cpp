#include "nn/network.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <torch/autograd.h>

#include <algorithm>
#include <cmath>

#include "core/error.hpp"
#include "nn/frozen_network.hpp"
#include "settings/choices.hpp"

namespace m2m::nn {
namespace {

torch::Tensor per_channel(const std::vector<double>& values) {
  return torch::tensor(values, torch::kFloat64).view({1, -1, 1, 1});
}

/// Clamps pixels to [0, 1]. The derivative is 1 at the bounds too, where many pixels of a translation lie: that is
/// what the project's kernels have, and the authors' program by libtorch's clamp, which has 0 there from 2.14 on.
struct ClampPixels : torch::autograd::Function<ClampPixels> {
  static torch::Tensor forward(torch::autograd::AutogradContext* context, const torch::Tensor& pixels) {
    context->save_for_backward({pixels});
    return pixels.clamp(0, 1);
  }

  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context,
                                                 const torch::autograd::variable_list& gradients) {
    const torch::Tensor pixels = context->get_saved_variables().front();
    return {torch::where(torch::logical_and(pixels >= 0, pixels <= 1), gradients.front(), 0)};
  }
};

/// Fills a float tensor of any precision with normals of that deviation, drawn in double.
void fill_normal(const torch::Tensor& tensor, double deviation, Stream stream) {
  torch::Tensor drawn = torch::empty(tensor.sizes(), torch::kFloat64);
  double* out = drawn.data_ptr<double>();
  for (std::int64_t i = 0; i < drawn.numel(); ++i) out[i] = deviation * stream.normal();
  tensor.copy_(drawn);
}

/// Vectors uniform in [-1, 1], then at length 1. directions: [features, classes], a vector in each column.
void fill_directions(const torch::Tensor& directions, Stream stream) {
  torch::Tensor drawn = torch::empty(directions.sizes(), torch::kFloat64);
  double* out = drawn.data_ptr<double>();
  for (std::int64_t i = 0; i < drawn.numel(); ++i) out[i] = 2 * stream.uniform() - 1;
  directions.copy_(drawn / drawn.norm(2, 0, /*keepdim=*/true));
}

void initialise_parameter(const Network& network, const torch::OrderedDict<std::string, torch::Tensor>::Item& item,
                          Stream stream) {
  const torch::Tensor& weight = item.value();
  if (network.head().is_calibration(weight)) return;  // it keeps the values that it begins with
  if (item.key().ends_with("bias")) {
    weight.zero_();
  } else if (weight.is_same(network.head().weight) && network.head().kind() == settings::HeadKind::cosine) {
    fill_directions(weight, stream);
  } else if (weight.dim() == 4) {  // convolution: He-normal over the fan-out
    const double fan_out = static_cast<double>(weight.size(0) * weight.size(2) * weight.size(3));
    fill_normal(weight, std::sqrt(2.0 / fan_out), stream);
  } else if (weight.dim() >= 2) {  // linear, of each expert: Kaiming-normal over the fan-in
    fill_normal(weight, std::sqrt(2.0 / static_cast<double>(weight.size(-1))), stream);
  } else {  // batch norm's scale, a head's scales
    weight.fill_(1);
  }
}

bool is_batch_count(const std::string& buffer) { return buffer.ends_with("num_batches_tracked"); }

/// The error for a checkpoint of another network or of other data.
Error misfit(const std::string& origin, const std::string& what, const Network& network) {
  return data_error(
      fmt::format("{}: {}; expected a {} for this data: set the network that it was saved from (train.network, "
                  "train.width, m2m.g_network for a g), or name another file",
                  origin, what, network.spec().name));
}

}  // namespace

Network::Network(const NetworkSpec& spec)
    : spec_(spec), mean_(per_channel(spec.mean)), std_(per_channel(spec.std)) {}

std::unique_ptr<FrozenNetwork> Network::freeze() { return std::make_unique<FrozenAutograd>(*this); }

torch::Tensor Network::forward(const torch::Tensor& pixels) { return head_->forward(features(pixels)); }

void Network::add_head(int features) {
  head_ = register_module("linear", std::make_shared<Head>(spec_.head, features, spec_.classes, spec_.scaled_head,
                                                           spec_.calibrated_head, spec_.experts));
}

torch::Tensor Network::features(const torch::Tensor& pixels) {
  if (mean_.dtype() != pixels.dtype() || mean_.device() != pixels.device()) {
    mean_ = per_channel(spec_.mean).to(pixels.options());  // not from mean_, which may be rounded
    std_ = per_channel(spec_.std).to(pixels.options());
  }
  return compute_features((ClampPixels::apply(pixels) - mean_) / std_);
}

void initialise(Network& network, Key key) {
  const torch::NoGradGuard no_gradient;
  std::uint32_t index = 0;
  for (auto& item : network.named_parameters()) {
    initialise_parameter(network, item, Stream(key, Purpose::initial, index++));
  }
  for (auto& item : network.named_buffers()) item.value().fill_(item.key().ends_with("running_var") ? 1 : 0);
}

void initialise_head(Network& network, Key key) {
  const torch::NoGradGuard no_gradient;
  std::uint32_t index = 0;
  for (auto& item : network.named_parameters()) {
    const Stream stream(key, Purpose::initial_head, index++);
    if (item.key().starts_with("linear.")) initialise_parameter(network, item, stream);
  }
}

void count_batches(Network& network, std::int64_t batches) {
  const torch::NoGradGuard no_gradient;
  std::vector<torch::Tensor> counts;
  for (const auto& item : network.named_buffers()) {
    if (is_batch_count(item.key())) counts.push_back(item.value());
  }
  if (!counts.empty()) at::_foreach_add_(counts, batches);  // one launch on a GPU
}

std::vector<std::pair<std::string, torch::Tensor>> named_state(const Network& network) {
  std::vector<std::pair<std::string, torch::Tensor>> state;
  for (const auto& item : network.named_parameters()) state.emplace_back(item.key(), item.value().detach());
  for (const auto& item : network.named_buffers()) state.emplace_back(item.key(), item.value());
  return state;
}

void load_state(Network& network, const std::map<std::string, torch::Tensor>& state, const std::string& origin) {
  const auto expected = named_state(network);
  for (const auto& [name, tensor] : expected) {
    const auto found = state.find(name);
    // Nothing depends on the count of batches, and old checkpoints do not have it.
    if (found == state.end() && is_batch_count(name)) continue;
    if (found == state.end()) {
      throw misfit(origin, fmt::format("has no tensor '{}'", name), network);
    }
    if (found->second.sizes() != tensor.sizes()) {
      throw misfit(origin,
                   fmt::format("tensor '{}' has shape [{}], expected [{}]", name,
                               fmt::join(found->second.sizes(), ", "), fmt::join(tensor.sizes(), ", ")),
                   network);
    }
    tensor.copy_(found->second);
  }
  for (const auto& entry : state) {
    const std::string& name = entry.first;
    const bool known =
        std::any_of(expected.begin(), expected.end(), [&](const auto& item) { return item.first == name; });
    if (!known) throw misfit(origin, fmt::format("has an unknown tensor '{}'", name), network);
  }
}

}  // namespace m2m::nn
