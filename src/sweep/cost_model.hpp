#pragma once
// What stages cost on this machine: the model's estimates, corrected by what has been measured.
#include <map>
#include <string>
#include <vector>

#include "study/graph.hpp"

namespace m2m::sweep {

/// Stages of one kind and method share a factor: seconds measured over seconds estimated. One that nothing is known
/// of takes the factor of all that is known. Deterministic.
class CostModel {
 public:
  /// Keeps a reference to `graph`.
  explicit CostModel(const study::StageGraph& graph) : graph_(graph) {}

  /// A stage has ended well after `seconds` on its ranks. True where what is known of its kind has become so much
  /// better that plans deserve another look: at its first, second, fourth, eighth ... stage.
  bool learn(int stage, double seconds);

  /// Seconds by stage, as in the graph.
  std::vector<double> seconds() const;

 private:
  struct Known {
    int stages = 0;
    double measured = 0, estimated = 0;  // seconds
  };

  const study::StageGraph& graph_;
  std::map<std::string, Known> known_;  // by kind and method
};

}  // namespace m2m::sweep
