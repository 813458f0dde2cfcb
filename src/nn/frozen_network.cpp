#include "nn/frozen_network.hpp"

#include "kernels/instruction_set.hpp"
#include "nn/folded_operations.hpp"
#include "nn/folded_resnet.hpp"
#include "nn/frozen_plain.hpp"

namespace m2m {

namespace {

std::unique_ptr<FrozenNetwork> make_frozen(Network& network) {
  const NetworkSpec& spec = network.spec();
  const auto* resnet = dynamic_cast<const ResNet*>(&network);
  if (resnet == nullptr || spec.kernels == "torch") return std::make_unique<FrozenPlain>(network);
  const torch::Tensor weight = network.parameters().front();
  if (!weight.is_cpu() || weight.scalar_type() != torch::kFloat32)
    return std::make_unique<FoldedOperations>(*resnet);
  const kernels::InstructionSet set = kernels::find_instruction_set(spec.kernels);
  if (spec.bfloat16) return std::make_unique<FoldedResNet<kernels::Bf16>>(*resnet, set);
  return std::make_unique<FoldedResNet<float>>(*resnet, set);
}

}  // namespace

std::unique_ptr<FrozenNetwork> freeze(Network& network) {
  std::unique_ptr<FrozenNetwork> frozen = make_frozen(network);
  frozen->refresh();
  return frozen;
}

}  // namespace m2m
