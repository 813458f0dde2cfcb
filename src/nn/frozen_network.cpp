#include "nn/frozen_network.hpp"

#include <torch/autograd.h>

namespace m2m::nn {
namespace {

/// Puts a network into evaluation mode and back into the mode it was in.
class EvaluationMode {
 public:
  explicit EvaluationMode(Network& network) : network_(network), was_training_(network.is_training()) {
    network.eval();
  }
  ~EvaluationMode() { network_.train(was_training_); }
  EvaluationMode(const EvaluationMode&) = delete;
  EvaluationMode& operator=(const EvaluationMode&) = delete;

 private:
  Network& network_;
  bool was_training_;
};

}  // namespace

void FrozenNetwork::refresh() {
  head_.refresh();
  refresh_features();
}

torch::Tensor FrozenNetwork::outputs(const torch::Tensor& pixels) {
  const torch::NoGradGuard no_gradient;
  return head_.outputs(features(pixels));
}

torch::Tensor FrozenNetwork::outputs_for_gradient(const torch::Tensor& pixels) {
  features_ = features_for_gradient(pixels);
  const torch::NoGradGuard no_gradient;
  return head_.outputs(features_);
}

torch::Tensor FrozenNetwork::pixel_gradient(const torch::Tensor& gradient) {
  const torch::NoGradGuard no_gradient;
  return features_backward(head_.feature_gradient(features_, gradient));
}

torch::Tensor FrozenAutograd::features(const torch::Tensor& pixels) {
  const torch::NoGradGuard no_gradient;
  const EvaluationMode evaluates(network_);
  return network_.features(pixels);
}

torch::Tensor FrozenAutograd::features_for_gradient(const torch::Tensor& pixels) {
  const torch::AutoGradMode with_gradient(true);
  const EvaluationMode evaluates(network_);
  pixels_ = pixels.detach().requires_grad_(true);
  features_ = network_.features(pixels_);
  return features_.detach();
}

torch::Tensor FrozenAutograd::features_backward(const torch::Tensor& gradient) {
  return torch::autograd::grad({features_}, {pixels_}, {gradient})[0].contiguous();
}

torch::Tensor RecordedOutputs::operator()(const torch::Tensor& pixels) {
  if (!graphed_) return network_.outputs(pixels);
  std::unique_ptr<GraphedCall>& call = by_count_[pixels.size(0)];
  if (call == nullptr) {
    call = std::make_unique<GraphedCall>(
        [this](const GraphedCall::Tensors& in) { return GraphedCall::Tensors{network_.outputs(in[0])}; });
  }
  return (*call)({pixels}).front();
}

}  // namespace m2m::nn
