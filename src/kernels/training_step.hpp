#pragma once
// The launches of a training step on tensor core tiles: one for each convolution, forward and back.
#include "kernels/training_network.hpp"

namespace m2m::kernels {

/// Runs one layer of the batch forward: forms its input from the layer below, whose running statistics move, then
/// its output and the sums of that. Layers 0 to training_layers(), in this order; the last one gives the features.
///
/// stream: a cudaStream_t. Asynchronous, deterministic; does not allocate. In CUDA builds only, for compute
/// capability 8.0 and newer. Throws Error (internal) if the kernel cannot be launched.
void training_forward_cuda(const TrainingStep& step, int layer, void* stream);

/// Runs one layer back: from g to dy, to the gradients of its batch norm's weight and bias, and to g of the layer
/// below. Layers training_layers() to 0; the first of them begins with the gradient of the features. Behind it the
/// weight gradient of the layer, of x and dy, can begin. As training_forward_cuda.
void training_backward_cuda(const TrainingStep& step, int layer, void* stream);

}  // namespace m2m::kernels
