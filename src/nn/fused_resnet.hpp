#pragma once
// A ResNet frozen for a GPU that runs each image through all layers in one launch, in bfloat16
// (kernels/translate.hpp), and what that needs.
#include <cstddef>
#include <memory>
#include <string>

#include "nn/frozen_network.hpp"
#include "nn/resnet.hpp"

namespace m2m::nn {

// Why something cannot run fused, as the end of a sentence, such as "needs a GPU"; empty if it can.

/// Of the convolutions of a network: it needs to be a ResNet of 16, 32 and 64 channels for 32x32 images of 3
/// channels, without experts, in bfloat16. precision: name of the setting that decides on bfloat16. Pure.
std::string fused_network_trouble(const NetworkSpec& spec, const std::string& precision);

/// Of its head inside a translation: it has no calibration, and at most max_fused_classes(). Pure.
std::string fused_head_trouble(const NetworkSpec& spec);

/// The most classes that fit beside an image in the memory of a block. Pure.
int max_fused_classes();

/// Of a GPU of compute capability major.minor whose blocks may have so many bytes of shared memory. Pure.
std::string fused_gpu_trouble(int major, int minor, std::size_t shared_bytes);

/// Of a device of this machine; a CPU "needs a GPU". Local.
std::string fused_device_trouble(torch::Device device);

/// The fused form of a network on a GPU, of a spec for which fused_network_trouble() is empty. In float32 it keeps
/// the pixels and the head; rounding: docs/protocol.md, "Training". Throws Error (internal) in a build without
/// CUDA.
std::unique_ptr<FrozenNetwork> make_fused(const ResNet& network);

}  // namespace m2m::nn
