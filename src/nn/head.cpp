#include "nn/head.hpp"

#include <ATen/ops/_foreach_copy.h>

#include <algorithm>
#include <array>
#include <vector>

#include "core/error.hpp"

namespace m2m::nn {

using settings::HeadKind;

namespace {

constexpr double min_length = 1e-12;        // the divisor of a vector of zeros
constexpr double initial_confidence = 0.1;  // each weight of a calibration's confidence

torch::Tensor lengths(const torch::Tensor& x, int dim) {
  return x.norm(2, dim, /*keepdim=*/true).clamp_min(min_length);
}

/// The tensors of a calibration, in the order of their registration.
template <class AnyCalibration>
auto tensors_of(AnyCalibration& calibration) {
  return std::array{&calibration.magnitudes, &calibration.margins, &calibration.confidence,
                    &calibration.confidence_bias};
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

torch::Tensor Calibration::confidences(const torch::Tensor& features) const {
  return torch::sigmoid(features.mv(confidence) + confidence_bias).unsqueeze(1);
}

torch::Tensor Calibration::operator()(const torch::Tensor& features, const torch::Tensor& outputs) const {
  const torch::Tensor sure = confidences(features);
  return (1 + sure * magnitudes) * outputs + sure * margins;
}

Head::Head(HeadKind kind, int features, int classes, bool scaled, bool calibrated, int experts) : kind_(kind) {
  if (experts > 1) {
    if (kind != HeadKind::linear || scaled || calibrated) throw internal_error("experts have plain linear heads");
    weight = register_parameter("weight", torch::zeros({experts, classes, features}));
    bias = register_parameter("bias", torch::zeros({experts, classes}));
  } else if (kind == HeadKind::linear) {
    weight = register_parameter("weight", torch::zeros({classes, features}));
    bias = register_parameter("bias", torch::zeros({classes}));
  } else {
    weight = register_parameter("weight", torch::ones({features, classes}));
  }
  if (scaled) scales = register_parameter("scales", torch::ones({classes}));
  if (!calibrated) return;
  calibration = {register_parameter("magnitudes", torch::ones({classes})),
                 register_parameter("margins", torch::zeros({classes})),
                 register_parameter("confidence", torch::full({features}, initial_confidence)),
                 register_parameter("confidence_bias", torch::zeros({1}))};
}

bool Head::is_calibration(const torch::Tensor& parameter) const {
  const auto own = tensors_of(calibration);
  return calibration.defined() &&
         std::any_of(own.begin(), own.end(), [&](const auto* tensor) { return parameter.is_same(*tensor); });
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
  if (scales.defined()) outputs = outputs * scales;
  return calibration.defined() ? calibration(features, outputs) : outputs;
}

double max_norm_bound(const Head& head, double share) {
  const torch::NoGradGuard no_gradient;
  const torch::Tensor each = lengths(head.weight, 1).to(torch::kFloat64);
  const double shortest = each.min().item<double>(), longest = each.max().item<double>();
  return shortest + share * (longest - shortest);
}

void limit_class_vectors(const Head& head, double radius) {
  const torch::NoGradGuard no_gradient;
  torch::Tensor weight = head.weight;
  weight.mul_((radius / lengths(weight, 1)).clamp_max(1));
}

FrozenHead::FrozenHead(const Head& head) : head_(head) {
  const torch::NoGradGuard no_gradient;
  weight_ = torch::empty_like(frozen_weight(head));
  if (head.bias.defined()) bias_ = torch::empty_like(frozen_bias(head));
  if (head.scales.defined()) scales_ = torch::empty_like(head.scales);
  if (head.calibration.defined()) {
    const auto own = tensors_of(head.calibration);
    auto copies = tensors_of(calibration_);
    for (std::size_t i = 0; i < own.size(); ++i) *copies[i] = torch::empty_like(*own[i]);
  }
  refresh();
}

void FrozenHead::refresh() {
  const torch::NoGradGuard no_gradient;
  std::vector<torch::Tensor> copies{weight_}, sources{frozen_weight(head_)};
  const auto add = [&](const torch::Tensor& copy, const torch::Tensor& source) {
    copies.push_back(copy);
    sources.push_back(source);
  };
  if (bias_.defined()) add(bias_, frozen_bias(head_));
  if (scales_.defined()) add(scales_, head_.scales);
  if (calibration_.defined()) {
    const auto from = tensors_of(head_.calibration);
    const auto to = tensors_of(calibration_);
    for (std::size_t i = 0; i < from.size(); ++i) add(*to[i], *from[i]);
  }
  at::_foreach_copy_(copies, sources);  // one launch on a GPU
}

torch::Tensor FrozenHead::outputs(const torch::Tensor& features) const {
  const torch::Tensor outputs = outputs_before_calibration(features);
  return calibration_.defined() ? calibration_(features, outputs) : outputs;
}

torch::Tensor FrozenHead::outputs_before_calibration(const torch::Tensor& features) const {
  const torch::Tensor outputs = head_.kind() == HeadKind::linear ? torch::addmm(bias_, features, weight_.t())
                                                                 : (features / lengths(features, 1)).mm(weight_);
  return scales_.defined() ? outputs * scales_ : outputs;
}

torch::Tensor FrozenHead::feature_gradient(const torch::Tensor& features, const torch::Tensor& gradient) const {
  if (!calibration_.defined()) return gradient_before_calibration(features, gradient);
  // The outputs depend on the features through z, and through c: dc/dx = c (1 - c) v.
  const torch::Tensor sure = calibration_.confidences(features);
  const torch::Tensor change =
      calibration_.magnitudes * outputs_before_calibration(features) + calibration_.margins;  // of the outputs by c
  const torch::Tensor by_confidence = (gradient * change).sum(1, /*keepdim=*/true) * sure * (1 - sure);
  return gradient_before_calibration(features, gradient * (1 + sure * calibration_.magnitudes)) +
         by_confidence * calibration_.confidence;
}

torch::Tensor FrozenHead::gradient_before_calibration(const torch::Tensor& features,
                                                      const torch::Tensor& gradient) const {
  const torch::Tensor of_outputs = scales_.defined() ? gradient * scales_ : gradient;
  if (head_.kind() == HeadKind::linear) return of_outputs.mm(weight_);
  // With u = x / |x|: d (u w) / dx = (w - u (u w)) / |x|.
  const torch::Tensor length = lengths(features, 1);
  const torch::Tensor direction = features / length;
  const torch::Tensor towards = of_outputs.mm(weight_.t());
  return (towards - direction * (towards * direction).sum(1, /*keepdim=*/true)) / length;
}

}  // namespace m2m::nn
