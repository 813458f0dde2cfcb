#include "nn/frozen_network.hpp"

#include "kernels/instruction_set.hpp"
#include "nn/folded_resnet.hpp"
#include "nn/frozen_plain.hpp"

namespace m2m {

std::unique_ptr<FrozenNetwork> freeze(Network& network) {
  const std::string& kernels = network.spec().kernels;
  const auto* resnet = dynamic_cast<const ResNet*>(&network);
  const torch::Tensor weight = network.parameters().front();
  const bool can_fold = resnet != nullptr && weight.is_cpu() && weight.scalar_type() == torch::kFloat32;
  if (kernels == "torch" || !can_fold) return std::make_unique<FrozenPlain>(network);
  const kernels::InstructionSet set = kernels::find_instruction_set(kernels);
  if (network.spec().bfloat16) return std::make_unique<FoldedResNet<kernels::Bf16>>(*resnet, set);
  return std::make_unique<FoldedResNet<float>>(*resnet, set);
}

}  // namespace m2m
