#pragma once
// The learning rate by epoch.
#include <torch/types.h>

#include <map>
#include <string>
#include <vector>

#include "comm/tensors/communicator.hpp"
#include "nn/network.hpp"

namespace m2m::train {

struct Schedule {
  double learning_rate = 0.1;
  int warmup = 5;                          // epochs of linear warm-up
  std::vector<double> drops = {160, 180};  // epochs from which on the rate is multiplied by drop_factor once more
  double drop_factor = 0.01;
  int cosine_epochs = 0;  // of half a cosine from learning_rate to 0, instead of all that; 0: none
};

/// Learning rate of epoch e, from 0: base * (e + 1) / warmup for e < warmup, else base * drop_factor per drop
/// passed; or base * (1 + cos(pi e / cosine_epochs)) / 2. docs/protocol.md, "Training": 0.1 with 5 warm-up
/// epochs, 0.001 from 160, 0.00001 from 180.
double learning_rate(const Schedule& schedule, int epoch);

/// The first epoch after the last drop; 0 without drops.
int last_drop(const Schedule& schedule);

// Stochastic gradient descent with momentum and weight decay on every parameter.

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
  struct ParameterSlice {
    std::string name;
    torch::Tensor velocity;  // in the shape of the parameter
  };
  torch::Tensor weight_, velocity_, gradient_;  // [n]
  std::vector<ParameterSlice> slices_;
  /// Neighbours in the buffers with one learning rate: up to where, and its factor.
  struct LearningRateRange {
    std::int64_t end;
    double factor;
  };
  std::vector<LearningRateRange> ranges_;
  double momentum_, weight_decay_;
};

// The running statistics of batch norm where each rank normalises its own share.

/// A network's running means and variances; keeps references to them.
class RunningStatistics {
 public:
  explicit RunningStatistics(const nn::Network& network);

  /// Collective: each becomes its mean over the ranks, so that all ranks' networks answer alike in evaluation.
  void average(comm::Communicator& ranks);

 private:
  std::vector<torch::Tensor> statistics_;
};

}  // namespace m2m::train
