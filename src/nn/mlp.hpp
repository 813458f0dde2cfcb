#pragma once
// A two-layer perceptron for small inputs and feature vectors.
#include <torch/nn/modules/linear.h>

#include "nn/network.hpp"

namespace m2m::nn {

/// Flattened samples -> 256 hidden units, ReLU: the features. In bfloat16, the hidden layer multiplies in it.
class Mlp : public Network {
 public:
  explicit Mlp(const NetworkSpec& spec);

 protected:
  torch::Tensor features_of(const torch::Tensor& normalised) override;

 private:
  torch::nn::Linear hidden{nullptr};
};

double mlp_multiply_adds(const NetworkSpec& spec);

}  // namespace m2m::nn
