#include "nn/frozen_network.hpp"

#include "core/instruction_set.hpp"
#include "nn/folded_operations.hpp"
#include "nn/folded_resnet.hpp"
#include "nn/frozen_plain.hpp"

namespace m2m::nn {

namespace {

std::unique_ptr<FrozenNetwork> make_frozen(Network& network) {
  const NetworkSpec& spec = network.spec();
  const auto* resnet = dynamic_cast<const ResNet*>(&network);
  if (resnet == nullptr || spec.kernels == "torch") return std::make_unique<FrozenPlain>(network);
  const torch::Tensor weight = network.parameters().front();
  if (!weight.is_cpu() || weight.scalar_type() != torch::kFloat32)
    return std::make_unique<FoldedOperations>(*resnet);
  const InstructionSet set = find_instruction_set(spec.kernels);
  if (spec.bfloat16) return std::make_unique<FoldedResNet<kernels::Bf16>>(*resnet, set);
  return std::make_unique<FoldedResNet<float>>(*resnet, set);
}

}  // namespace

void FrozenNetwork::refresh() {
  refresh_features();
  head_.refresh();
}

torch::Tensor FrozenNetwork::outputs(const torch::Tensor& pixels) {
  const torch::NoGradGuard no_gradient;
  return head_.outputs(features(pixels));
}

torch::Tensor FrozenNetwork::remembered_outputs(const torch::Tensor& pixels) {
  features_ = remembered_features(pixels);
  const torch::NoGradGuard no_gradient;
  return head_.outputs(features_);
}

torch::Tensor FrozenNetwork::pixel_gradient(const torch::Tensor& gradient) {
  const torch::NoGradGuard no_gradient;
  return pixel_gradient_of_features(head_.feature_gradient(features_, gradient));
}

std::unique_ptr<FrozenNetwork> freeze(Network& network) {
  std::unique_ptr<FrozenNetwork> frozen = make_frozen(network);
  frozen->refresh();
  return frozen;
}

}  // namespace m2m::nn
