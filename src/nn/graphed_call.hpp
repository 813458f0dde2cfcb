#pragma once
// A function of tensors that is called again and again, without the host's part in it.
#include <functional>
#include <memory>
#include <vector>

#include "nn/device_graph.hpp"

namespace m2m::nn {

/// Calls its function as it is the first time, which sets up whatever libraries set up on first use; then records
/// it, and replays that.
class GraphedCall {
 public:
  using Tensors = std::vector<torch::Tensor>;
  /// May change its inputs in place; reads and writes besides only what stays where it is. See DeviceGraph::record.
  using Function = std::function<Tensors(const Tensors& inputs)>;

  explicit GraphedCall(Function function) : function_(std::move(function)) {}
  GraphedCall(const GraphedCall&) = delete;  // what is recorded points to it
  GraphedCall& operator=(const GraphedCall&) = delete;

  /// Copies the inputs to where the function finds them, and calls it `times` times on these same tensors. Inputs
  /// have the shapes of the first call; undefined ones stay so. What comes back holds until the next call.
  Tensors operator()(const Tensors& inputs, int times = 1);

 private:
  void load(const Tensors& inputs);

  Function function_;
  bool called_ = false;
  Tensors inputs_, outputs_;
  DeviceGraph graph_;
};

}  // namespace m2m::nn
