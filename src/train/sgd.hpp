#pragma once
// Stochastic gradient descent with momentum and weight decay on every parameter.
#include <torch/types.h>

#include <map>
#include <string>
#include <vector>

#include "nn/network.hpp"

namespace m2m {

/// v = momentum * v + (gradient + weight_decay * w); w = w - learning_rate * v. No Nesterov. PROTOCOL section 3.
class Sgd {
 public:
  Sgd(Network& network, double momentum, double weight_decay);

  /// One update from the parameters' gradients. Local; allocates nothing after the first.
  void step(double learning_rate);
  void clear_gradients();

  /// Velocities by parameter name; they share this object's memory.
  std::map<std::string, torch::Tensor> velocities() const;
  /// Takes over the velocities given, the others stay 0. Throws Error (bad_data) on an unknown name or another
  /// shape.
  void load(const std::map<std::string, torch::Tensor>& velocities, const std::string& origin);

 private:
  struct Slot {
    std::string name;
    torch::Tensor parameter, velocity;
  };
  std::vector<Slot> slots_;
  double momentum_, weight_decay_;
};

}  // namespace m2m
