#pragma once
// A frozen network's answers without the host's part in them.
#include <map>
#include <memory>

#include "nn/frozen_network.hpp"
#include "nn/graphed_call.hpp"

namespace m2m::nn {

/// FrozenNetwork::outputs, recorded once for each number of images.
class RecordedOutputs {
 public:
  /// network outlives this. graphed: recorded; else asked each time.
  RecordedOutputs(FrozenNetwork& network, bool graphed) : network_(network), graphed_(graphed) {}
  RecordedOutputs(const RecordedOutputs&) = delete;  // what is recorded points to it
  RecordedOutputs& operator=(const RecordedOutputs&) = delete;

  /// pixels [n, C, H, W] -> [n, K], as of the network's last refresh. Holds until the next call for as many images.
  torch::Tensor operator()(const torch::Tensor& pixels);

 private:
  FrozenNetwork& network_;
  bool graphed_;
  std::map<std::int64_t, std::unique_ptr<GraphedCall>> by_count_;
};

}  // namespace m2m::nn
