#include "nn/head.hpp"

#include "core/error.hpp"

namespace m2m::nn {

using settings::HeadKind;

namespace {

constexpr double min_length = 1e-12;  // the divisor of a vector of zeros

torch::Tensor lengths(const torch::Tensor& x, int dim) {
  return x.norm(2, dim, /*keepdim=*/true).clamp_min(min_length);
}

/// The weight of a frozen head: cosines divided by their lengths, experts side by side and divided by their number.
torch::Tensor frozen_weight(const Head& head) {
  if (head.kind() == HeadKind::cosine) return head.weight / lengths(head.weight, 0);
  if (!head.has_experts()) return head.weight;
  const auto experts = static_cast<double>(head.weight.size(0));
  return head.weight.permute({1, 0, 2}).flatten(1) / experts;  // [K, E F]
}

torch::Tensor frozen_bias(const Head& head) { return head.has_experts() ? head.bias.mean(0) : head.bias; }

}  // namespace

Head::Head(HeadKind kind, int features, int classes, bool scaled, int experts) : kind_(kind) {
  if (experts > 1) {
    if (kind != HeadKind::linear || scaled) throw internal_error("experts have linear heads without factors");
    weight = register_parameter("weight", torch::zeros({experts, classes, features}));
    bias = register_parameter("bias", torch::zeros({experts, classes}));
  } else if (kind == HeadKind::linear) {
    weight = register_parameter("weight", torch::zeros({classes, features}));
    bias = register_parameter("bias", torch::zeros({classes}));
  } else {
    weight = register_parameter("weight", torch::ones({features, classes}));
  }
  if (scaled) scales = register_parameter("scales", torch::ones({classes}));
}

torch::Tensor Head::expert_outputs(const torch::Tensor& features) const {
  const std::int64_t experts = weight.size(0);
  const torch::Tensor by_expert = features.view({features.size(0), experts, -1}).transpose(0, 1);  // [E, n, F]
  return torch::baddbmm(bias.unsqueeze(1), by_expert, weight.transpose(1, 2)).transpose(0, 1);
}

torch::Tensor Head::forward(const torch::Tensor& features) const {
  if (has_experts()) return expert_outputs(features).mean(1);
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
  weight_ = torch::empty_like(frozen_weight(head));
  if (head.bias.defined()) bias_ = torch::empty_like(frozen_bias(head));
  if (head.scales.defined()) scales_ = torch::empty_like(head.scales);
  refresh();
}

void FrozenHead::refresh() {
  const torch::NoGradGuard no_gradient;
  weight_.copy_(frozen_weight(head_));
  if (bias_.defined()) bias_.copy_(frozen_bias(head_));
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
