#include "nn/mlp.hpp"

namespace m2m {
namespace {
constexpr int hidden_units = 256;
}

Mlp::Mlp(const NetworkSpec& spec) : Network(spec) {
  hidden = register_module("hidden", torch::nn::Linear(spec.channels * spec.height * spec.width, hidden_units));
  linear = register_module("linear", torch::nn::Linear(hidden_units, spec.classes));
}

torch::Tensor Mlp::logits(const torch::Tensor& normalised) { return linear(hidden(normalised.flatten(1)).relu_()); }

double mlp_multiply_adds(const NetworkSpec& spec) {
  return static_cast<double>(hidden_units) * (spec.channels * spec.height * spec.width + spec.classes);
}

}  // namespace m2m
