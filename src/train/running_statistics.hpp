#pragma once
// The running statistics of batch norm where each rank normalises its own share.
#include <torch/types.h>

#include <vector>

#include "comm/tensors/communicator.hpp"
#include "nn/network.hpp"

namespace m2m::train {

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
