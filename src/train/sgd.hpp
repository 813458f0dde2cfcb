#pragma once
// Stochastic gradient descent: the learning rate by epoch, the optimiser, and the means of batch norm's statistics.
#include <torch/types.h>

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "comm/tensors/communicator.hpp"
#include "core/profile.hpp"
#include "nn/network.hpp"

namespace m2m::train {

/// The learning rate over the epochs of a trial.
struct Schedule {
  double learning_rate = 0.1;
  int warmup = 5;                          // epochs of linear warm-up
  std::vector<double> drops = {160, 180};  // epochs that multiply the rate by drop_factor once more
  double drop_factor = 0.01;
  int cosine_epochs = 0;  // if > 0: half a cosine that reaches 0 at this epoch, instead of drops
};

/// Returns the learning rate of epoch e, counted from 0. Pure.
///
/// base * (e + 1) / warmup if e < warmup, else base * drop_factor per drop passed; with cosine_epochs, base * (1 +
/// cos(pi (e - warmup) / (cosine_epochs - warmup))) / 2: Loshchilov, Hutter, "SGDR: stochastic gradient descent
/// with warm restarts", ICLR 2017, equation 5, without restarts. docs/protocol.md, "Training": 0.1 with 5 warm-up
/// epochs, 0.001 from 160, 0.00001 from 180.
double learning_rate(const Schedule& schedule, int epoch);

/// Returns the first epoch after the last drop; 0 without drops. Pure.
int last_drop(const Schedule& schedule);

/// Which pass of a step an optimiser asks for.
struct PassRequest {
  bool is_first = true;    // its outputs and losses count, and it moves batch norm's running statistics
  bool tail_only = false;  // only the losses of samples of tail classes (ImbSAM)
};

/// Adds the gradients of one step, summed over the ranks of the trial, to those of the parameters. All passes of a
/// step have the same batch.
using PassFn = std::function<void(const PassRequest&)>;

/// The rule that changes a network's parameters, and its state.
class Optimiser {
 public:
  Optimiser() = default;
  Optimiser(const Optimiser&) = delete;
  Optimiser& operator=(const Optimiser&) = delete;
  virtual ~Optimiser() = default;

  /// Calls `pass` for the gradients and updates the parameters. profile: times the update unless it is null. All
  /// gradients are zero afterwards, for the next pass to add to. Collective if `pass` is.
  virtual void step(const PassFn& pass, double learning_rate, Profile* profile) = 0;

  /// Returns all gradients in one buffer, [n], with zeros between the parameters.
  virtual torch::Tensor& gradient() = 0;

  /// Returns the velocities by parameter name; they share this object's memory.
  virtual std::map<std::string, torch::Tensor> velocities() const = 0;

  /// Loads these velocities and keeps all others. origin: names the file in errors. Throws Error (bad_data) if a
  /// name is unknown or a shape differs.
  virtual void load(const std::map<std::string, torch::Tensor>& velocities, const std::string& origin) = 0;
};

/// The factors of SGD.
struct SgdRule {
  double momentum = 0.9;
  double weight_decay = 2e-4;
  bool nesterov = false;
  double clip_norm = 0;  // largest L2 norm of the gradient; 0: any
};

/// Scales a gradient to at most that L2 norm: gradient * min(1, max_norm / (norm + 1e-6)), as
/// torch.nn.utils.clip_grad_norm_ does. Pascanu, Mikolov, Bengio, "On the difficulty of training recurrent neural
/// networks", ICML 2013, algorithm 1.
///
/// gradient: [n], in place; its norm is taken in float64. Local; does not wait for the device.
void clip_gradient(torch::Tensor& gradient, double max_norm);

/// Stochastic gradient descent with momentum and weight decay on every parameter: one pass, one update.
///
/// v = momentum * v + (gradient + weight_decay * w); w = w - learning_rate * v (kernels/steps.hpp, also Nesterov's
/// form). docs/protocol.md, "Training". The gradient is clipped as it stands in the update: summed over the ranks,
/// before weight decay.
///
/// Moves the parameters of a network into one buffer, their velocities and gradients likewise. So an update is one
/// pass over memory, and a sum of gradients over ranks one message. Each parameter begins at a multiple of 64
/// bytes. Copies made of the network's tensors before (a frozen network) have to be made again.
class Sgd : public Optimiser {
 public:
  /// trained: names of the parameters to train, all if it is empty; the others keep their memory and get no
  /// gradient. head_factor: multiplies the learning rate of linear.weight and linear.bias. format: of the weights
  /// of convolutions in the buffers; names and shapes stay, strides change.
  Sgd(nn::Network& network, const SgdRule& rule, const std::vector<std::string>& trained = {},
      double head_factor = 1, at::MemoryFormat format = at::MemoryFormat::Contiguous);

  void step(const PassFn& pass, double learning_rate, Profile* profile) override;

  /// Updates the parameters from the gradients and sets these to zero. Local; allocates nothing unless it clips.
  void update(double learning_rate);

  torch::Tensor& gradient() override { return gradient_; }
  /// Returns all weights in one buffer, laid out as gradient().
  torch::Tensor& weight() { return weight_; }
  /// Returns [n], bool, laid out as gradient(): true for the values of parameters named "...weight".
  torch::Tensor is_weight() const;
  std::map<std::string, torch::Tensor> velocities() const override;
  void load(const std::map<std::string, torch::Tensor>& velocities, const std::string& origin) override;

 private:
  /// The part of the buffers that holds one parameter.
  struct ParameterSlice {
    std::string name;
    torch::Tensor velocity;  // in the shape of the parameter
  };
  /// Neighbours in the buffers with one learning rate.
  struct LearningRateRange {
    std::int64_t end;  // position after the last value
    double factor;
  };

  torch::Tensor weight_, velocity_, gradient_;  // [n]
  std::vector<ParameterSlice> slices_;
  std::vector<LearningRateRange> ranges_;
  SgdRule rule_;
};

/// The running means and variances of a network's batch norm, by reference.
class RunningStatistics {
 public:
  explicit RunningStatistics(const nn::Network& network);

  /// True if the network has no batch norm.
  bool empty() const { return statistics_.empty(); }

  /// Keeps a copy of the statistics as they are now. Local; does not wait for the device.
  void save();
  /// Sets the statistics to the copy of the last save(). Local; does not wait for the device.
  void restore();

  /// Replaces each statistic by its mean over the ranks, for ranks that normalise their own shards. Collective.
  void average(comm::Communicator& ranks);

 private:
  std::vector<torch::Tensor> statistics_, saved_;
};

}  // namespace m2m::train
