#pragma once
// A ResNet in training up to its features, forward and back, in kernels on tensor core tiles and in bfloat16
// (kernels/training_step.hpp). The head and the loss stay libtorch's.
#include <torch/types.h>

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "nn/resnet.hpp"

namespace m2m::kernels {
struct PackLayer;
struct TrainingStep;
struct WeightGradientLayer;
struct Words4;
}  // namespace m2m::kernels

namespace m2m::nn {

/// The kernels of a fused training step. Tables of layers lie where the network does.
class TrainingKernels {
 public:
  TrainingKernels() = default;
  TrainingKernels(const TrainingKernels&) = delete;
  TrainingKernels& operator=(const TrainingKernels&) = delete;
  virtual ~TrainingKernels() = default;

  /// As kernels::pack_weights.
  virtual void pack(const kernels::PackLayer* layers, int count, kernels::Words4* forward,
                    kernels::Words4* backward) = 0;
  /// As kernels::training_forward_cuda and training_backward_cuda.
  virtual void forward(const kernels::TrainingStep& step, int layer) = 0;
  virtual void backward(const kernels::TrainingStep& step, int layer) = 0;
  /// As kernels::weight_gradients_cuda: after all that was queued before, beside what is queued later.
  virtual void add_weight_gradients(const kernels::WeightGradientLayer* layers, int count, int n) = 0;
  /// What is queued later begins after all gradients of weights.
  virtual void join_weight_gradients() = 0;
};

/// The kernels on the current device, queued on the current stream. Throws Error (internal) in a build without
/// CUDA.
std::unique_ptr<TrainingKernels> make_training_kernels();

/// Blocks a stage of the ResNet with that train.network; 0 for any other network. Pure.
int blocks_per_stage(const std::string& network);

/// Bytes that FusedTraining allocates for a ResNet with `blocks` blocks a stage and batches of n >= 1 images:
/// packed weights, and the memory of that batch size. Pure.
std::int64_t fused_training_bytes(int blocks, std::int64_t n);

/// The convolutions and batch norms of a ResNet in training, and the memory of their step.
class FusedTraining {
 public:
  /// network: of a spec for which fused_network_trouble() is empty; it outlives this object. Its
  /// parameters have gradients, and all its tensors stay where they are.
  FusedTraining(ResNet& network, std::unique_ptr<TrainingKernels> kernels);
  ~FusedTraining();
  FusedTraining(const FusedTraining&) = delete;
  FusedTraining& operator=(const FusedTraining&) = delete;

  /// pixels: float32 [n, 3, 32, 32], n >= 1 -> features [n, 64], valid until the next call. Moves the running
  /// statistics of batch norm.
  ///
  /// The result is differentiable once: its way back adds the gradients of all convolutions and batch norms to
  /// those of the parameters. The memory of a batch size is allocated by its first call, and later calls allocate
  /// none, so the second may be recorded. Deterministic, on a GPU too.
  torch::Tensor features(const torch::Tensor& pixels);

 private:
  struct Layer;
  class Memory;  // of a batch size
  struct Function;

  Memory& forward(const torch::Tensor& pixels);
  void backward(Memory& memory, const torch::Tensor& feature_gradient);
  /// True for the first layer of a stage; layer 0 begins the first one.
  bool begins_stage(int layer) const { return layer == 0 || (layer > 1 && layer % (2 * blocks_) == 1); }

  std::vector<Layer> layers_;
  int blocks_;
  double momentum_;                                   // of running statistics
  torch::Tensor mean_, inverse_deviation_;            // float32 [3]
  torch::Tensor forward_weights_, backward_weights_;  // Words4 of all layers
  torch::Tensor pack_table_;
  std::map<std::int64_t, std::unique_ptr<Memory>> memories_;  // by batch size
  std::unique_ptr<TrainingKernels> kernels_;                  // last, so that it ends before the memory it works on
};

}  // namespace m2m::nn
