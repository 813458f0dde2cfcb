#pragma once
// Any network, frozen by running it as it is: what the faster ways are checked against.
#include "nn/frozen_network.hpp"

namespace m2m::nn {

class FrozenPlain : public FrozenNetwork {
 public:
  explicit FrozenPlain(Network& network) : FrozenNetwork(network), network_(network) {}

  torch::Tensor features(const torch::Tensor& pixels) override;

 protected:
  void refresh_features() override {}  // it has no copy
  torch::Tensor remembered_features(const torch::Tensor& pixels) override;
  torch::Tensor pixel_gradient_of_features(const torch::Tensor& gradient) override;

 private:
  Network& network_;
  torch::Tensor pixels_, features_;  // with autograd's record between them
};

}  // namespace m2m::nn
