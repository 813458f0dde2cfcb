#pragma once
// Times of stages and of sweeps: estimates, corrected by measured times.
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "study/graph.hpp"
#include "sweep/scheduler.hpp"

namespace m2m::sweep {

/// Corrects the estimated costs. Stages of one kind and method share a factor: measured over estimated seconds. A
/// kind and method without a measurement takes the factor of all measured stages. Deterministic.
class CostModel {
 public:
  /// Keeps a reference to `graph`.
  explicit CostModel(const study::StageGraph& graph) : graph_(graph) {}

  /// Adds a measurement: `stage` took `seconds` on its ranks. True if priorities should be computed again: at the
  /// first, second, fourth, eighth ... stage of its kind and method.
  bool update(int stage, double seconds);

  /// Corrected seconds of each stage, in the order of the graph.
  std::vector<double> seconds() const;

 private:
  struct Measured {
    int stages = 0;
    double measured = 0, estimated = 0;  // seconds
  };

  const study::StageGraph& graph_;
  std::map<std::string, Measured> known_;  // by kind and method
};

/// Expected time of a sweep. `ranks` counts worker slots: a rank with several slots counts as several ranks that do
/// not slow each other down.
struct Forecast {
  double work = 0;  // seconds of one rank for all stages to run
  double wall = 0;  // seconds with `ranks` ranks
  double busy = 0;  // share of the ranks' time spent in stages, in [0, 1]
};

/// Simulates the sweep with the scheduler and the estimated costs of the stages. ranks >= 1. Pure.
Forecast forecast(const study::StageGraph& graph, const std::vector<bool>& exists, int ranks);

/// Seconds left: the larger of the remaining work per rank and the remaining critical path, times measured over
/// estimated seconds so far. Nothing before the first epoch of the first stage.
std::optional<double> seconds_left(const Scheduler& scheduler, int ranks, double now);

/// Share of the ranks' time spent in stages between time 0 and `now`, in [0, 1].
double busy_share(const Scheduler& scheduler, int ranks, double now);

/// Times of stages in earlier sweeps.
struct Durations {
  std::vector<double> seconds;  // per stage, on one rank
  int measured = 0;             // number of measured stages; the others are estimated
  double ratio = 1;             // measured over estimated seconds of the measured stages
};

/// Reads times from a JSON object {stage id: seconds}, or from the result.h5 and stage.json files of an output
/// folder. A stage without a time gets its estimated cost times `ratio`; ids that the graph does not have are
/// ignored. The times of trials that were resumed, grouped or ran beside others are not corrected.
///
/// Throws Error: usage if there is no such file or folder, or it has none of the graph's stages; bad_data if it is
/// damaged or has an invalid time; input_output if it cannot be read.
Durations read_durations(const std::filesystem::path& path, const study::StageGraph& graph);

}  // namespace m2m::sweep
