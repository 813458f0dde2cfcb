// Which networks, heads and GPUs can run fused. Pure, and in both builds, so that tests need no GPU.
#include "nn/fused_resnet.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "kernels/fused_head.hpp"
#include "kernels/training_forward.hpp"
#include "kernels/training_network.hpp"
#include "kernels/weight_gradient.hpp"
#include "settings/train_settings.hpp"

namespace m2m::nn {
namespace {

/// Bytes of shared memory of the largest block: of a translation, of a layer in training, of gradients of weights.
constexpr std::size_t block_bytes() {
  using First = kernels::ResNetShapes<kernels::training_warps>::First;  // its images are the largest
  return std::max<std::size_t>({kernels::ResNetShapes<4>::shared_bytes, kernels::ResNetShapes<8>::shared_bytes,
                                kernels::layer_bytes<First::Out, First::Out>(kernels::training_warps),
                                kernels::WeightGradientShape<16, 16, 32, 1>::shared_bytes});
}

}  // namespace

int max_fused_classes() {
  return std::min(kernels::HeadMemory<4>::max_classes, kernels::HeadMemory<8>::max_classes);
}

std::string fused_network_trouble(const NetworkSpec& spec, const std::string& precision) {
  if (!settings::find_network(spec.name).takes_width)
    return fmt::format("needs a ResNet of three stages, not '{}'", spec.name);
  if (spec.first_channels != NetworkSpec{}.first_channels)
    return fmt::format("needs stages of 16, 32 and 64 channels (train.width = 16), not a first one of {}",
                       spec.first_channels);
  if (spec.channels != 3 || spec.height != 32 || spec.width != 32)
    return fmt::format("needs 32x32 images of 3 channels, not {}x{} of {}", spec.height, spec.width, spec.channels);
  if (spec.experts > 1) return "takes no experts (recipe.experts)";
  if (!spec.bfloat16) return fmt::format("needs convolutions in bfloat16 ({} = 'bf16')", precision);
  return "";
}

std::string fused_head_trouble(const NetworkSpec& spec) {
  if (spec.calibrated_head) return "takes no calibrated head (recipe.train = 'calibration')";
  if (spec.classes > max_fused_classes())
    return fmt::format("takes at most {} classes, not {}", max_fused_classes(), spec.classes);
  return "";
}

std::string fused_gpu_trouble(int major, int minor, std::size_t shared_bytes) {
  if (major < 8) return fmt::format("needs a GPU of compute capability 8.0 or newer, not {}.{}", major, minor);
  if (shared_bytes < block_bytes())
    return fmt::format("needs a GPU with {} bytes of shared memory for a block, not {}", block_bytes(),
                       shared_bytes);
  return "";
}

}  // namespace m2m::nn
