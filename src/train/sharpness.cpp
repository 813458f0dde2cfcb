#include "train/sharpness.hpp"

#include <utility>

#include "nn/layers.hpp"

namespace m2m::train {
namespace {

constexpr double norm_floor = 1e-16;

/// direction * rho / (||of_norm|| + floor), in place.
void scale_to(torch::Tensor& direction, const torch::Tensor& of_norm, double rho) {
  const torch::Tensor norm = at::linalg_vector_norm(of_norm, 2, std::nullopt, false, torch::kFloat64);
  direction.mul_((rho / (norm + norm_floor)).to(direction.scalar_type()));
}

}  // namespace

SharpnessAware::SharpnessAware(std::unique_ptr<Sgd> sgd, const settings::SharpnessSettings& settings)
    : sgd_(std::move(sgd)), settings_(settings), kept_weight_(torch::empty_like(sgd_->weight())) {
  if (is_tail_only()) head_ = torch::empty_like(kept_weight_);
  if (settings_.kind == settings::Sharpness::asam) is_weight_ = sgd_->is_weight();
}

void SharpnessAware::step(const PassFn& pass, double learning_rate, Profile* profile) {
  pass({});
  if (is_tail_only()) split_off_tail(pass);
  timed(profile, ProfilePhase::update, 0, [&] { climb(); });
  pass({.is_first = false, .tail_only = is_tail_only()});
  timed(profile, ProfilePhase::update, 0, [&] { descend(learning_rate); });
}

void SharpnessAware::split_off_tail(const PassFn& pass) {
  head_.copy_(gradient());
  gradient().zero_();
  pass({.is_first = false, .tail_only = true});
  head_.sub_(gradient());
}

void SharpnessAware::climb() {
  const torch::NoGradGuard no_gradient;
  torch::Tensor& weight = sgd_->weight();
  kept_weight_.copy_(weight);
  torch::Tensor& e = gradient();
  if (is_weight_.defined()) {
    const torch::Tensor size = torch::where(is_weight_, weight.abs() + settings_.eta, torch::ones_like(weight));
    const torch::Tensor scaled = e * size;
    e.copy_(scaled * size);
    scale_to(e, scaled, settings_.rho);
  } else {
    scale_to(e, e, settings_.rho);
  }
  weight.add_(e);
  e.zero_();
}

void SharpnessAware::descend(double learning_rate) {
  const torch::NoGradGuard no_gradient;
  sgd_->weight().copy_(kept_weight_);
  if (is_tail_only()) gradient().add_(head_);
  sgd_->update(learning_rate);
}

std::unique_ptr<Optimiser> make_optimiser(nn::Network& network, const TrialSettings& settings) {
  auto sgd = std::make_unique<Sgd>(network, settings.sgd, trained_parameters(settings.trainable),
                                   settings.head_lr_factor, nn::weight_format(network));
  if (settings.sharpness.kind == settings::Sharpness::none) return sgd;
  return std::make_unique<SharpnessAware>(std::move(sgd), settings.sharpness);
}

}  // namespace m2m::train
