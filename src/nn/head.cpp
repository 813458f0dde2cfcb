#include "nn/head.hpp"

namespace m2m::nn {

using settings::HeadKind;

namespace {

constexpr double min_length = 1e-12;  // the divisor of a vector of zeros

torch::Tensor lengths(const torch::Tensor& x, int dim) {
  return x.norm(2, dim, /*keepdim=*/true).clamp_min(min_length);
}

}  // namespace

Head::Head(HeadKind kind, int features, int classes, bool scaled) : kind_(kind) {
  if (kind == HeadKind::linear) {
    weight = register_parameter("weight", torch::zeros({classes, features}));
    bias = register_parameter("bias", torch::zeros({classes}));
  } else {
    weight = register_parameter("weight", torch::ones({features, classes}));
  }
  if (scaled) scales = register_parameter("scales", torch::ones({classes}));
}

torch::Tensor Head::forward(const torch::Tensor& features) const {
  torch::Tensor outputs;
  if (kind_ == HeadKind::linear) {
    outputs = torch::addmm(bias, features, weight.t());
  } else {
    outputs = (features / lengths(features, 1)).mm(weight / lengths(weight, 0));
  }
  return scales.defined() ? outputs * scales : outputs;
}

FrozenHead::FrozenHead(const Head& head) : head_(head) {
  const torch::NoGradGuard no_gradient;
  weight_ = torch::empty_like(head.weight);
  if (head.bias.defined()) bias_ = torch::empty_like(head.bias);
  if (head.scales.defined()) scales_ = torch::empty_like(head.scales);
  refresh();
}

void FrozenHead::refresh() {
  const torch::NoGradGuard no_gradient;
  weight_.copy_(head_.kind() == HeadKind::linear ? head_.weight : head_.weight / lengths(head_.weight, 0));
  if (bias_.defined()) bias_.copy_(head_.bias);
  if (scales_.defined()) scales_.copy_(head_.scales);
}

torch::Tensor FrozenHead::outputs(const torch::Tensor& features) const {
  const torch::Tensor outputs = head_.kind() == HeadKind::linear ? torch::addmm(bias_, features, weight_.t())
                                                                 : (features / lengths(features, 1)).mm(weight_);
  return scales_.defined() ? outputs * scales_ : outputs;
}

torch::Tensor FrozenHead::feature_gradient(const torch::Tensor& features, const torch::Tensor& gradient) const {
  const torch::Tensor of_outputs = scales_.defined() ? gradient * scales_ : gradient;
  if (head_.kind() == HeadKind::linear) return of_outputs.mm(weight_);
  // With u = x / |x|: d (u w) / dx = (w - u (u w)) / |x|.
  const torch::Tensor length = lengths(features, 1);
  const torch::Tensor direction = features / length;
  const torch::Tensor towards = of_outputs.mm(weight_.t());
  return (towards - direction * (towards * direction).sum(1, /*keepdim=*/true)) / length;
}

}  // namespace m2m::nn
