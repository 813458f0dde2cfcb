#include "nn/graphed_call.hpp"

namespace m2m::nn {

GraphedCall::Tensors GraphedCall::operator()(const Tensors& inputs, int times) {
  const bool is_first = !called_;
  load(inputs);
  called_ = true;
  if (is_first) {
    for (int i = 0; i < times; ++i) outputs_ = function_(inputs_);
    return outputs_;
  }
  if (!graph_.is_recorded()) {
    graph_.record([this] { outputs_ = function_(inputs_); });
  }
  for (int i = 0; i < times; ++i) graph_.replay();
  return outputs_;
}

void GraphedCall::load(const Tensors& inputs) {
  const torch::NoGradGuard no_gradient;
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    if (!called_) {
      inputs_.push_back(inputs[i].defined() ? inputs[i].clone() : inputs[i]);
    } else if (inputs[i].defined()) {
      inputs_[i].copy_(inputs[i]);
    }
  }
}

}  // namespace m2m::nn
