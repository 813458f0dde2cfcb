#include "nn/mlp.hpp"

namespace m2m::nn {
namespace {
constexpr int hidden_units = 256;
}

Mlp::Mlp(const NetworkSpec& spec) : Network(spec) {
  hidden = register_module("hidden", torch::nn::Linear(spec.channels * spec.height * spec.width, hidden_units));
  add_head(hidden_units);
}

torch::Tensor Mlp::features_of(const torch::Tensor& normalised) {
  const torch::Tensor x = normalised.flatten(1);
  if (!spec().bfloat16) return hidden(x).relu_();
  const torch::Tensor rounded = hidden->weight.to(torch::kBFloat16);
  return (x.to(torch::kBFloat16).mm(rounded.t()).to(torch::kFloat32) + hidden->bias).relu_();
}

double mlp_multiply_adds(const NetworkSpec& spec) {
  return static_cast<double>(hidden_units) * (spec.channels * spec.height * spec.width + spec.classes);
}

}  // namespace m2m::nn
