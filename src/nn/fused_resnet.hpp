#pragma once
// A ResNet frozen for a GPU that runs each image through all layers in one launch, in bfloat16
// (kernels/translate.hpp).
#include <memory>
#include <string>

#include "nn/frozen_network.hpp"
#include "nn/resnet.hpp"

namespace m2m::nn {

/// Why a network of this spec cannot run fused on a device: "needs a GPU"; empty if it can.
///
/// It needs a GPU of compute capability 8.0 or newer, a ResNet of 16, 32 and 64 channels for 32x32 images of 3
/// channels, bfloat16, a head without a calibration, and no more classes than fit beside an image.
std::string fused_trouble(const NetworkSpec& spec, torch::Device device);

/// The fused form of a network for which fused_trouble() is empty. In float32 it keeps the pixels and the head;
/// rounding: docs/protocol.md, "Training". Throws Error (internal) in a build without CUDA.
std::unique_ptr<FrozenNetwork> make_fused(const ResNet& network);

}  // namespace m2m::nn
