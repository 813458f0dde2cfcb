#pragma once
// Networks: pixels in [0, 1] in, logits out.
#include <torch/nn/module.h>
#include <torch/types.h>

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "core/philox.hpp"
#include "nn/head.hpp"
#include "nn/sum_over_ranks.hpp"
#include "settings/choices.hpp"

namespace m2m::nn {

class FrozenNetwork;

/// What a network is built from.
struct NetworkSpec {
  std::string name = "resnet32";  // one of settings::networks()
  int classes = 10;
  int channels = 3, height = 32, width = 32;
  std::vector<double> mean, std;  // per channel, of pixels in [0, 1]
  bool bfloat16 = false;  // convolve in bfloat16; weights, batch norm's sums and the linear layer stay float32
  std::string kernels = "auto";      // one of settings::kernel_names()
  SumOverRanks sum_over_ranks = {};  // for batch norm over the shares of several ranks
  settings::HeadKind head = settings::HeadKind::linear;
  bool scaled_head = false;  // with a factor of its own for each class, to be learnt
};

/// A classifier of images. Its forward pass begins by clamping the pixels to [0, 1] and normalising them by the
/// data set's mean and standard deviation, so that translation works on pixels.
class Network : public torch::nn::Module {
 public:
  explicit Network(const NetworkSpec& spec);

  /// pixels: [n, channels, height, width] -> the head's outputs [n, classes]: logits, or cosines. Draws nothing.
  /// Collective in training where batch norm is over several ranks.
  torch::Tensor forward(const torch::Tensor& pixels);
  /// What the head is given, [n, features].
  torch::Tensor features(const torch::Tensor& pixels);
  const Head& head() const { return *head_; }

  const NetworkSpec& spec() const { return spec_; }

  /// For freeze(), which refreshes it: the form that answers fastest here. This one runs the network as it is.
  virtual std::unique_ptr<FrozenNetwork> frozen_form();

 protected:
  /// Normalised pixels [n, channels, height, width] -> [n, features].
  virtual torch::Tensor features_of(const torch::Tensor& normalised) = 0;
  /// Every network's last layer, added when all others are.
  void add_head(int features);

 private:
  std::shared_ptr<Head> head_;
  NetworkSpec spec_;
  torch::Tensor mean_, std_;  // [1, channels, 1, 1]; not part of the state that checkpoints hold
};

/// The network of that spec.
///
/// Throws Error (usage) if settings::networks() has none of that name. Weights are torch's own until initialise().
std::shared_ptr<Network> make_network(const NetworkSpec& spec);

/// Multiply-adds of one image's forward pass, convolutions and linear layers only.
double multiply_adds(const NetworkSpec& spec);

/// Draws the initial weights on the host in double from `key`: the same on every rank and device.
///
/// Convolutions He-normal (fan-out), linear layers Kaiming-normal (fan-in) with zero bias, batch norm 1 and 0
/// with fresh statistics; class vectors of a cosine head uniform in [-1, 1], then at length 1.
/// docs/protocol.md, "Training".
void initialise(Network& network, Key key);
/// The same for the head alone, with other numbers.
void initialise_head(Network& network, Key key);

/// Adds `batches` to the number of batches that each batch norm says it was trained on (num_batches_tracked). A
/// forward pass leaves it alone: it would cost an operation a layer and step, and it steers nothing.
void count_batches(Network& network, std::int64_t batches);

/// Parameters and running statistics under their names, in the order of the layers; tensors share the network's
/// memory.
std::vector<std::pair<std::string, torch::Tensor>> named_state(const Network& network);

/// Copies `state` into the network's own tensors (their memory stays where it is), converting precision.
///
/// Throws Error (bad_data), naming the tensor, where one is missing, left over or of another shape.
void load_state(Network& network, const std::map<std::string, torch::Tensor>& state, const std::string& origin);

}  // namespace m2m::nn
