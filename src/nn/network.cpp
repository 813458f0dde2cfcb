#include "nn/network.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

#include "core/error.hpp"
#include "kernels/instruction_set.hpp"
#include "nn/mlp.hpp"
#include "nn/resnet.hpp"

namespace m2m {
namespace {

torch::Tensor per_channel(const std::vector<double>& values) {
  return torch::tensor(values, torch::kFloat64).view({1, -1, 1, 1});
}

/// Fills a float tensor of any precision with normals of that deviation, drawn in double.
void fill_normal(torch::Tensor tensor, double deviation, Stream stream) {
  torch::Tensor drawn = torch::empty(tensor.sizes(), torch::kFloat64);
  double* out = drawn.data_ptr<double>();
  for (std::int64_t i = 0; i < drawn.numel(); ++i) out[i] = deviation * stream.normal();
  tensor.copy_(drawn);
}

void initialise_parameter(torch::Tensor weight, bool is_bias, Stream stream) {
  if (is_bias) {
    weight.zero_();
  } else if (weight.dim() == 4) {  // convolution: He-normal over the fan-out
    const double fan_out = static_cast<double>(weight.size(0) * weight.size(2) * weight.size(3));
    fill_normal(weight, std::sqrt(2.0 / fan_out), stream);
  } else if (weight.dim() == 2) {  // linear: Kaiming-normal over the fan-in
    fill_normal(weight, std::sqrt(2.0 / static_cast<double>(weight.size(1))), stream);
  } else {  // batch norm's scale
    weight.fill_(1);
  }
}

const NetworkEntry& find_entry(const std::string& name) {
  for (const NetworkEntry& entry : network_entries()) {
    if (entry.name == name) return entry;
  }
  throw usage_error(
      fmt::format("train.network = '{}': expected one of {}", name, fmt::join(network_names(), ", ")));
}

}  // namespace

Network::Network(const NetworkSpec& spec)
    : spec_(spec), mean_(per_channel(spec.mean)), std_(per_channel(spec.std)) {}

torch::Tensor Network::forward(const torch::Tensor& pixels) {
  if (mean_.dtype() != pixels.dtype() || mean_.device() != pixels.device()) {
    mean_ = per_channel(spec_.mean).to(pixels.options());  // not from mean_, which may be rounded
    std_ = per_channel(spec_.std).to(pixels.options());
  }
  return logits((pixels.clamp(0, 1) - mean_) / std_);
}

const std::vector<NetworkEntry>& network_entries() {
  static const std::vector<NetworkEntry> entries = {
      {"resnet32", "ResNet-32 for 32x32 images: 3 stages of 5 basic blocks, 464,154 parameters with 10 classes",
       [](const NetworkSpec& spec) -> std::shared_ptr<Network> { return std::make_shared<ResNet>(spec, 32); },
       [](const NetworkSpec& spec) { return resnet_multiply_adds(spec, 32); }},
      {"resnet8", "ResNet-8: 3 stages of one basic block; small images, quick trials",
       [](const NetworkSpec& spec) -> std::shared_ptr<Network> { return std::make_shared<ResNet>(spec, 8); },
       [](const NetworkSpec& spec) { return resnet_multiply_adds(spec, 8); }},
      {"mlp", "two layers, 256 hidden units with ReLU",
       [](const NetworkSpec& spec) -> std::shared_ptr<Network> { return std::make_shared<Mlp>(spec); },
       mlp_multiply_adds},
  };
  return entries;
}

std::vector<std::string> network_names() {
  std::vector<std::string> names;
  for (const NetworkEntry& entry : network_entries()) names.push_back(entry.name);
  return names;
}

std::vector<std::string> kernel_names() {
  std::vector<std::string> names = {"auto", "torch"};
  for (const std::string& name : kernels::instruction_set_names()) names.push_back(name);
  return names;
}

std::shared_ptr<Network> make_network(const NetworkSpec& spec) { return find_entry(spec.name).make(spec); }

double multiply_adds(const NetworkSpec& spec) { return find_entry(spec.name).multiply_adds(spec); }

void initialise(Network& network, Key key) {
  const torch::NoGradGuard no_gradient;
  std::uint32_t index = 0;
  for (auto& item : network.named_parameters()) {
    const bool is_bias = item.key().ends_with("bias");
    initialise_parameter(item.value(), is_bias, Stream(key, Purpose::initial, index++));
  }
  for (auto& item : network.named_buffers()) item.value().fill_(item.key().ends_with("running_var") ? 1 : 0);
}

std::vector<std::pair<std::string, torch::Tensor>> named_state(const Network& network) {
  std::vector<std::pair<std::string, torch::Tensor>> state;
  for (const auto& item : network.named_parameters()) state.emplace_back(item.key(), item.value().detach());
  for (const auto& item : network.named_buffers()) state.emplace_back(item.key(), item.value());
  return state;
}

void load_state(Network& network, const std::map<std::string, torch::Tensor>& state, const std::string& origin) {
  const auto own = named_state(network);
  for (const auto& [name, tensor] : own) {
    const auto found = state.find(name);
    // The count of batches seen steers nothing here: old checkpoints lack it.
    if (found == state.end() && name.ends_with("num_batches_tracked")) continue;
    if (found == state.end()) {
      throw data_error(
          fmt::format("{}: holds no tensor '{}': not a {} for this data?", origin, name, network.spec().name));
    }
    if (found->second.sizes() != tensor.sizes()) {
      throw data_error(fmt::format("{}: tensor '{}' has shape [{}], expected [{}]: not a {} for this data?", origin,
                                   name, fmt::join(found->second.sizes(), ", "), fmt::join(tensor.sizes(), ", "),
                                   network.spec().name));
    }
    tensor.copy_(found->second);
  }
  for (const auto& [name, tensor] : state) {
    const bool known = std::any_of(own.begin(), own.end(), [&](const auto& item) { return item.first == name; });
    if (!known)
      throw data_error(fmt::format("{}: holds a tensor '{}' that {} has not", origin, name, network.spec().name));
  }
}

}  // namespace m2m
