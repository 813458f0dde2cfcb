#include "train/sgd.hpp"

#include <algorithm>

#include "core/error.hpp"

namespace m2m {

Sgd::Sgd(Network& network, double momentum, double weight_decay)
    : momentum_(momentum), weight_decay_(weight_decay) {
  for (auto& item : network.named_parameters()) {
    slots_.push_back({item.key(), item.value(), torch::zeros_like(item.value()).detach()});
  }
}

void Sgd::step(double learning_rate) {
  const torch::NoGradGuard no_gradient;
  for (Slot& slot : slots_) {
    slot.velocity.mul_(momentum_).add_(slot.parameter.grad()).add_(slot.parameter, weight_decay_);
    slot.parameter.add_(slot.velocity, -learning_rate);
  }
}

void Sgd::clear_gradients() {
  for (Slot& slot : slots_) slot.parameter.mutable_grad().reset();
}

std::map<std::string, torch::Tensor> Sgd::velocities() const {
  std::map<std::string, torch::Tensor> named;
  for (const Slot& slot : slots_) named[slot.name] = slot.velocity;
  return named;
}

void Sgd::load(const std::map<std::string, torch::Tensor>& velocities, const std::string& origin) {
  for (const auto& [name, velocity] : velocities) {
    const auto slot = std::find_if(slots_.begin(), slots_.end(), [&](const Slot& s) { return s.name == name; });
    if (slot == slots_.end() || slot->velocity.sizes() != velocity.sizes()) {
      throw data_error(origin + ": holds a momentum '" + name + "' that no parameter of the network fits");
    }
    slot->velocity.copy_(velocity);
  }
}

}  // namespace m2m
