// The kernels of a fused training step, in the build with CUDA.
#include <c10/cuda/CUDAStream.h>

#include "kernels/fused_weights.hpp"
#include "kernels/training_step.hpp"
#include "kernels/weight_gradient_table.hpp"
#include "nn/fused_training.hpp"

namespace m2m::nn {
namespace {

void* current_stream() { return c10::cuda::getCurrentCUDAStream().stream(); }

class DeviceTrainingKernels : public TrainingKernels {
 public:
  void pack(const kernels::PackLayer* layers, int count, kernels::Words4* forward,
            kernels::Words4* backward) override {
    kernels::pack_weights_cuda(layers, count, forward, backward, current_stream());
  }
  void forward(const kernels::TrainingStep& step, int layer) override {
    kernels::training_forward_cuda(step, layer, current_stream());
  }
  void backward(const kernels::TrainingStep& step, int layer) override {
    kernels::training_backward_cuda(step, layer, current_stream());
  }
  void add_weight_gradients(const kernels::WeightGradientLayer* layers, int count, int n) override {
    kernels::weight_gradients_cuda(layers, count, n, current_stream());
  }
};

}  // namespace

std::unique_ptr<TrainingKernels> make_training_kernels() { return std::make_unique<DeviceTrainingKernels>(); }

}  // namespace m2m::nn
