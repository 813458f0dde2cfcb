#pragma once
// Sharpness-aware minimisation: an update by the gradient at a point of higher loss near the weights.
#include <torch/types.h>

#include <map>
#include <memory>
#include <string>

#include "settings/sharpness_settings.hpp"
#include "train/sgd.hpp"
#include "train/trial_setup.hpp"

namespace m2m::train {

/// SGD by gradients at perturbed weights. With w the weights, g(w) the gradient of a step's loss without weight
/// decay, summed over the ranks:
///
/// sam:    e = rho g(w) / ||g(w)||, update by g(w + e).
///         Foret et al., "Sharpness-aware minimization for efficiently improving generalization", ICLR 2021,
///         equation 2 with p = 2.
/// asam:   e = rho T^2 g(w) / ||T g(w)||, T = |w| + eta of each weight and 1 of each bias, update by g(w + e).
///         Kwon et al., "ASAM: adaptive sharpness-aware minimization for scale-invariant learning of deep neural
///         networks", ICML 2021; eta and biases as in its program.
/// imbsam: e = rho g_tail(w) / ||g_tail(w)||, update by g(w) - g_tail(w) + g_tail(w + e), where g_tail is of the
///         samples of tail classes alone.
///         Zhou et al., "ImbSAM: a closer look at sharpness-aware minimization in class-imbalanced recognition",
///         ICCV 2023, as in its program; there e moves batch norm's statistics, here it does not.
///
/// e = 0 if the gradient is 0: 1e-16 is added to the norm, as in these programs. Norms are taken in float64.
/// The weights after a step are those before it, bit for bit, moved by SGD's update with its momentum, weight decay
/// and clipping. No state lasts from step to step but that of SGD. Deterministic; does not wait for the device.
class SharpnessAware : public Optimiser {
 public:
  /// settings: of a kind that is not `none`.
  SharpnessAware(std::unique_ptr<Sgd> sgd, const settings::SharpnessSettings& settings);

  void step(const PassFn& pass, double learning_rate, Profile* profile) override;

  torch::Tensor& gradient() override { return sgd_->gradient(); }
  std::map<std::string, torch::Tensor> velocities() const override { return sgd_->velocities(); }
  void load(const std::map<std::string, torch::Tensor>& velocities, const std::string& origin) override {
    sgd_->load(velocities, origin);
  }

 private:
  /// Keeps the gradient of all classes less that of the tail, which `gradient` then holds.
  void split_off_tail(const PassFn& pass);
  /// Moves the weights by e, after keeping them, and sets the gradient to zero.
  void climb();
  /// Moves the weights back, and updates them.
  void descend(double learning_rate);

  bool is_tail_only() const { return settings_.kind == settings::Sharpness::imbsam; }

  std::unique_ptr<Sgd> sgd_;
  settings::SharpnessSettings settings_;
  torch::Tensor kept_weight_;  // [n]
  torch::Tensor head_;         // [n], g(w) - g_tail(w); undefined unless imbsam
  torch::Tensor is_weight_;    // bool [n]; undefined unless asam
};

/// Makes the optimiser of a trial: SGD, or SharpnessAware around it. The network's parameters move into its
/// buffers.
std::unique_ptr<Optimiser> make_optimiser(nn::Network& network, const TrialSettings& settings);

}  // namespace m2m::train
