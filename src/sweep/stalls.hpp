#pragma once
// Finds ranks that give no sign of life and stages that make no step.
#include <optional>
#include <string>
#include <vector>

#include "sweep/messages.hpp"

namespace m2m::sweep {

/// A rank, or the stage of one of its slots, that does not go on.
struct Stall {
  int rank = 0;
  std::optional<int> slot;  // nothing: the rank is silent
  double seconds = 0;       // since its last sign of life, or step
  std::string phase;        // of the stage; empty: between phases
};

/// What the ranks have last told of themselves. Uses no clock: `now` is in seconds, steady.
class StallWatch {
 public:
  /// timeout: seconds; 0 finds nothing.
  StallWatch(int ranks, double timeout) : timeout_(timeout), ranks_(static_cast<std::size_t>(ranks)) {}

  /// A message of that rank has arrived.
  void heard(int rank, double now) { at(rank).heard = now; }
  /// That rank has ended in order and will say no more.
  void left(int rank) { at(rank) = {}; }
  /// The slots of that rank tell of their stages.
  void alive(int rank, const Alive& alive, double now);
  /// Returns what has not gone on for longer than the timeout, silent ranks first. To be called often: after a
  /// pause longer than a quarter of the timeout, as of a suspended job, every rank has the whole timeout again.
  std::vector<Stall> find(double now);

 private:
  struct Rank {
    std::optional<double> heard;  // nothing: not yet, it is still starting, or has ended
    std::vector<SlotLife> slots;
  };
  void forgive(double now);
  std::vector<Stall> stalled_for(double seconds, double now) const;
  Rank& at(int rank) { return ranks_[static_cast<std::size_t>(rank)]; }

  double timeout_;
  std::vector<Rank> ranks_;
  std::optional<double> looked_;  // time of the last find
};

}  // namespace m2m::sweep
