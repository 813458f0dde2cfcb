#pragma once
// A two-layer perceptron for small inputs.
#include <torch/nn/modules/linear.h>

#include "nn/network.hpp"

namespace m2m {

/// Flattened pixels -> 256 hidden units, ReLU -> logits.
class Mlp : public Network {
 public:
  explicit Mlp(const NetworkSpec& spec);

 protected:
  torch::Tensor logits(const torch::Tensor& normalised) override;

 private:
  torch::nn::Linear hidden{nullptr}, linear{nullptr};
};

double mlp_multiply_adds(const NetworkSpec& spec);

}  // namespace m2m
