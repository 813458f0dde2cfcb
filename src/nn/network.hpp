#pragma once
// Networks: pixels in [0, 1] in, logits out.
#include <torch/nn/module.h>
#include <torch/types.h>

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "core/philox.hpp"
#include "nn/head.hpp"
#include "settings/choices.hpp"

namespace m2m::nn {

class FrozenNetwork;

/// Collective: replaces a contiguous float64 tensor by the sum of the tensors of all ranks. Empty: there is one
/// rank, or each rank keeps its own statistics.
using SumOverRanks = std::function<void(torch::Tensor& values)>;

/// What a network is built from.
struct NetworkSpec {
  std::string name = "resnet32";  // one of settings::networks()
  int classes = 10;
  int channels = 3, height = 32, width = 32;
  std::vector<double> mean, std;  // per channel, of pixels in [0, 1]
  bool bfloat16 = false;  // convolve in bfloat16; weights, batch norm's sums and the linear layer stay float32
  std::string kernels = "auto";      // one of settings::kernel_names()
  SumOverRanks sum_over_ranks = {};  // for batch norm over several ranks
  bool fused = false;                // on a GPU freeze() for one launch an image (fused_resnet.hpp)
  settings::HeadKind head = settings::HeadKind::linear;
  bool scaled_head = false;      // with a learnt factor per class
  bool calibrated_head = false;  // with an adaptive calibration
  int first_channels = 16;       // of the first stage, if the network takes train.width
  int experts = 1;               // last stages with heads, if the network takes train.width
};

/// A classifier of images. Its forward pass begins by clamping the pixels to [0, 1] and normalising them by the
/// data set's mean and standard deviation, so that translation works on pixels. Pixels of 0 and 1 have the
/// derivative of those between them.
class Network : public torch::nn::Module {
 public:
  explicit Network(const NetworkSpec& spec);

  /// pixels: [n, channels, height, width] -> the head's outputs [n, classes]: logits, or cosines. Draws nothing.
  /// Collective in training if batch norm is over several ranks.
  torch::Tensor forward(const torch::Tensor& pixels);
  /// The input of the head, [n, features]; of all experts side by side.
  torch::Tensor features(const torch::Tensor& pixels);
  const Head& head() const { return *head_; }

  const NetworkSpec& spec() const { return spec_; }

  /// Freezes the network as it is now, in the form that runs fastest here; the network must outlive the result.
  ///
  /// ResNets are folded: batch norm becomes part of the convolutions. On the CPU in float32 and bfloat16 they run
  /// image by image in the project's kernels, elsewhere in libtorch's operations. All others, and all whose spec
  /// says "torch", run through autograd.
  virtual std::unique_ptr<FrozenNetwork> freeze();

 protected:
  /// Normalised pixels [n, channels, height, width] -> [n, features].
  virtual torch::Tensor compute_features(const torch::Tensor& normalised) = 0;
  /// Adds the last layer, after all others. features: of each expert.
  void add_head(int features);

 private:
  std::shared_ptr<Head> head_;
  NetworkSpec spec_;
  torch::Tensor mean_, std_;  // [1, channels, 1, 1]; not part of the state that checkpoints hold
};

/// Builds the network that the spec names.
///
/// Throws Error (usage) if settings::networks() has no such name. Weights are those of torch until initialise().
std::shared_ptr<Network> make_network(const NetworkSpec& spec);

/// Multiply-adds of one image's forward pass, convolutions and linear layers only.
double multiply_adds(const NetworkSpec& spec);

/// Draws the initial weights on the host in double from `key`: the same on every rank and device.
///
/// Convolutions He-normal (fan-out), linear layers Kaiming-normal (fan-in) with zero bias, batch norm 1 and 0
/// with fresh statistics; class vectors of a cosine head uniform in [-1, 1], then at length 1.
/// docs/protocol.md, "Training".
void initialise(Network& network, Key key);
/// Draws the initial weights of the head alone, from other random numbers.
void initialise_head(Network& network, Key key);

/// Adds `batches` to num_batches_tracked of each batch norm. A forward pass does not count: that would cost an
/// operation per layer and step, and nothing depends on the number.
void count_batches(Network& network, std::int64_t batches);

/// Parameters and running statistics under their names, in the order of the layers; tensors share the network's
/// memory.
std::vector<std::pair<std::string, torch::Tensor>> named_state(const Network& network);

/// Copies `state` into the tensors of the network, which keep their addresses; converts the precision.
///
/// Throws Error (bad_data) if a tensor is missing, unknown or of another shape; names it.
void load_state(Network& network, const std::map<std::string, torch::Tensor>& state, const std::string& origin);

}  // namespace m2m::nn
