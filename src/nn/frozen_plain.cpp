#include "nn/frozen_plain.hpp"

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

torch::Tensor FrozenPlain::features(const torch::Tensor& pixels) {
  const torch::NoGradGuard no_gradient;
  const EvaluationMode evaluates(network_);
  return network_.features(pixels);
}

torch::Tensor FrozenPlain::remembered_features(const torch::Tensor& pixels) {
  const torch::AutoGradMode with_gradient(true);
  const EvaluationMode evaluates(network_);
  pixels_ = pixels.detach().requires_grad_(true);
  features_ = network_.features(pixels_);
  return features_.detach();
}

torch::Tensor FrozenPlain::pixel_gradient_of_features(const torch::Tensor& gradient) {
  return torch::autograd::grad({features_}, {pixels_}, {gradient})[0].contiguous();
}

}  // namespace m2m::nn
