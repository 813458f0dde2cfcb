#pragma once
// What stages cost on this machine: the model's estimates, corrected by what has been measured.
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "study/graph.hpp"
#include "sweep/scheduler.hpp"

namespace m2m::sweep {

/// Stages of one kind and method share a factor: seconds measured over seconds estimated. One that nothing is known
/// of takes the factor of all that is known. Deterministic.
class CostModel {
 public:
  /// Keeps a reference to `graph`.
  explicit CostModel(const study::StageGraph& graph) : graph_(graph) {}

  /// A stage has ended well after `seconds` on its ranks. True where what is known of its kind has become so much
  /// better that plans deserve another look: at its first, second, fourth, eighth ... stage.
  bool update(int stage, double seconds);

  /// Seconds by stage, as in the graph.
  std::vector<double> seconds() const;

 private:
  struct Measured {
    int stages = 0;
    double measured = 0, estimated = 0;  // seconds
  };

  const study::StageGraph& graph_;
  std::map<std::string, Measured> known_;  // by kind and method
};

// How long a sweep will take: before it begins, and while it runs.

/// Ranks are here places where a stage runs; where a rank runs several at once, it counts as many times, as if they
/// did not slow each other down.
struct Forecast {
  double work = 0;  // seconds of one rank, all stages to run together
  double wall = 0;  // seconds with the ranks at hand
  double busy = 0;  // share of the ranks' time spent in stages, in [0, 1]
};

/// Plays the sweep through with the scheduler and the stages' estimated costs. ranks >= 1.
Forecast forecast(const study::StageGraph& graph, const std::vector<bool>& exists, int ranks);

/// Seconds left, from the speed measured so far against the estimated costs: the larger of the work left shared
/// among the ranks and the longest chain left. Nothing before the first epoch of the first stage.
std::optional<double> seconds_left(const Scheduler& scheduler, int ranks, double now);

/// The share of the ranks' time spent in stages between time 0 and `now`, in [0, 1].
double busy_share(const Scheduler& scheduler, int ranks, double now);

// How long stages took in earlier sweeps.

struct Durations {
  std::vector<double> seconds;  // per stage, on one rank
  int measured = 0;             // how many of them were measured; the others are modelled
  double ratio = 1;             // measured against modelled seconds, over the stages measured
};

/// From a JSON object {stage id: seconds}, or from the result.h5 and stage.json files of an output folder. A stage
/// not measured gets its modelled cost times `ratio`; ids that the graph does not have are passed over. What a
/// trial recorded that was resumed, grouped or ran beside others is taken as it stands.
///
/// Throws Error: usage where there is no such file or folder or it knows none of the graph's stages, bad_data where
/// something in it is damaged or no duration, input_output where it cannot be read.
Durations read_durations(const std::filesystem::path& path, const study::StageGraph& graph);

}  // namespace m2m::sweep
