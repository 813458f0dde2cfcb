#pragma once
// A network frozen for evaluation: its outputs and their gradient for the pixels, not for its weights.
#include <torch/types.h>

#include <map>
#include <memory>
#include <optional>

#include "kernels/translate.hpp"
#include "nn/device.hpp"
#include "nn/network.hpp"

namespace m2m::nn {

/// A fast copy of a network in evaluation mode, made by Network::freeze(). Its calls never change the network.
class FrozenNetwork {
 public:
  explicit FrozenNetwork(const Network& network) : head_(network.head()) {}
  virtual ~FrozenNetwork() = default;

  /// Copies the current weights and running statistics of the network.
  void refresh();

  /// The input of the head. pixels: [n, c, h, w] in [0, 1] of the network's precision (float32 if that computes in
  /// bfloat16) -> [n, features]. Local, deterministic.
  virtual torch::Tensor features(const torch::Tensor& pixels) = 0;

  /// The network in the memory of a GPU, for kernels that run all of it; nothing if this form has none. Valid until
  /// the network is destroyed; refresh() changes what it points to.
  virtual std::optional<kernels::DeviceNetwork> device_network() const { return std::nullopt; }

  /// The head's outputs, [n, K]: logits, or cosines. Local, deterministic.
  torch::Tensor outputs(const torch::Tensor& pixels);

  /// The same, and keeps what pixel_gradient needs until the next call.
  torch::Tensor outputs_for_gradient(const torch::Tensor& pixels);

  /// Gradient of sum(outputs * gradient) with respect to the pixels last given to outputs_for_gradient.
  ///
  /// gradient: [n, K]. Returns [n, c, h, w]. Local, deterministic.
  torch::Tensor pixel_gradient(const torch::Tensor& gradient);

 protected:
  const FrozenHead& frozen_head() const { return head_; }
  /// Everything but the head, which has been refreshed.
  virtual void refresh_features() = 0;
  virtual torch::Tensor features_for_gradient(const torch::Tensor& pixels) = 0;
  /// gradient: of the last result of features_for_gradient, [n, features]. Returns [n, c, h, w].
  virtual torch::Tensor features_backward(const torch::Tensor& gradient) = 0;

 private:
  FrozenHead head_;
  torch::Tensor features_;  // of the last outputs_for_gradient
};

/// Any network, frozen by running it through autograd: the reference for the faster forms.
class FrozenAutograd : public FrozenNetwork {
 public:
  explicit FrozenAutograd(Network& network) : FrozenNetwork(network), network_(network) {}

  torch::Tensor features(const torch::Tensor& pixels) override;

 protected:
  void refresh_features() override {}  // it has no copy
  torch::Tensor features_for_gradient(const torch::Tensor& pixels) override;
  torch::Tensor features_backward(const torch::Tensor& gradient) override;

 private:
  Network& network_;
  torch::Tensor pixels_, features_;  // with autograd's record between them
};

/// FrozenNetwork::outputs, recorded once for each number of images.
class RecordedOutputs {
 public:
  /// network: must outlive this. graphed: record; otherwise call the network each time.
  RecordedOutputs(FrozenNetwork& network, bool graphed) : network_(network), graphed_(graphed) {}
  RecordedOutputs(const RecordedOutputs&) = delete;  // the recording points to it
  RecordedOutputs& operator=(const RecordedOutputs&) = delete;

  /// pixels [n, C, H, W] -> [n, K], as of the network's last refresh. Valid until the next call
  /// for as many images.
  torch::Tensor operator()(const torch::Tensor& pixels);

 private:
  FrozenNetwork& network_;
  bool graphed_;
  std::map<std::int64_t, std::unique_ptr<GraphedCall>> by_count_;
};

}  // namespace m2m::nn
