#pragma once
// Any network, frozen by running it as it is: what the faster ways are checked against.
#include "nn/frozen_network.hpp"

namespace m2m {

class FrozenPlain : public FrozenNetwork {
 public:
  explicit FrozenPlain(Network& network) : network_(network) {}

  void refresh() override {}  // it has no copy
  torch::Tensor logits(const torch::Tensor& pixels) override;
  torch::Tensor remembered_logits(const torch::Tensor& pixels) override;
  torch::Tensor pixel_gradient(const torch::Tensor& logit_gradient) override;

 private:
  Network& network_;
  torch::Tensor pixels_, logits_;  // with autograd's record between them
};

}  // namespace m2m
