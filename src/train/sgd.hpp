#pragma once
// Stochastic gradient descent with momentum and weight decay on every parameter.
#include <torch/types.h>

#include <map>
#include <string>
#include <vector>

#include "nn/network.hpp"

namespace m2m::train {

/// v = momentum * v + (gradient + weight_decay * w); w = w - learning_rate * v. No Nesterov.
/// docs/protocol.md, "Training".
///
/// Lays a network's parameters one after the other into one buffer, their velocities and gradients likewise: an
/// update is one pass, a sum of gradients over ranks one message. Each parameter begins at a multiple of 64 bytes.
/// What was made from the network's tensors before (a frozen copy) has to be made again.
class Sgd {
 public:
  /// format: of the weights of convolutions in the buffers. Names and shapes stay as they are: a tensor's strides
  /// differ.
  ///
  /// Only parameters whose names are among `trained` take part, all if it is empty; the others keep their memory
  /// and get no gradient. head_factor: what the learning rate is multiplied by for linear.weight and linear.bias.
  Sgd(nn::Network& network, double momentum, double weight_decay, const std::vector<std::string>& trained = {},
      double head_factor = 1, at::MemoryFormat format = at::MemoryFormat::Contiguous);

  /// One update from the gradients, which it leaves zero for backward() to add to. Local; allocates nothing.
  void step(double learning_rate);

  /// All gradients, [n], with zeros between the parameters.
  torch::Tensor& gradient() { return gradient_; }

  /// Velocities by parameter name; they share this object's memory.
  std::map<std::string, torch::Tensor> velocities() const;
  /// Takes over the velocities given, the others stay 0. Throws Error (bad_data) on an unknown name or another
  /// shape.
  void load(const std::map<std::string, torch::Tensor>& velocities, const std::string& origin);

 private:
  struct Slot {
    std::string name;
    torch::Tensor velocity;  // in the shape of the parameter
  };
  torch::Tensor weight_, velocity_, gradient_;  // [n]
  std::vector<Slot> slots_;
  /// Neighbours in the buffers with one learning rate: up to where, and its factor.
  struct Range {
    std::int64_t end;
    double factor;
  };
  std::vector<Range> ranges_;
  double momentum_, weight_decay_;
};

}  // namespace m2m::train
