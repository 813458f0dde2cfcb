#include "nn/frozen_network.hpp"

namespace m2m::nn {

void FrozenNetwork::refresh() {
  refresh_features();
  head_.refresh();
}

torch::Tensor FrozenNetwork::outputs(const torch::Tensor& pixels) {
  const torch::NoGradGuard no_gradient;
  return head_.outputs(features(pixels));
}

torch::Tensor FrozenNetwork::remembered_outputs(const torch::Tensor& pixels) {
  features_ = remembered_features(pixels);
  const torch::NoGradGuard no_gradient;
  return head_.outputs(features_);
}

torch::Tensor FrozenNetwork::pixel_gradient(const torch::Tensor& gradient) {
  const torch::NoGradGuard no_gradient;
  return pixel_gradient_of_features(head_.feature_gradient(features_, gradient));
}

std::unique_ptr<FrozenNetwork> freeze(Network& network) {
  std::unique_ptr<FrozenNetwork> frozen = network.frozen_form();
  frozen->refresh();
  return frozen;
}

}  // namespace m2m::nn
