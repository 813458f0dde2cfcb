#pragma once
// The scheduler: which rank runs what, and when. It knows no processes, files or clocks: it is told what happened
// and asked what to do, by a coordinator at work, by a simulation, or by a test.
#include <array>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "study/graph.hpp"

namespace m2m::sweep {

enum class StageState {
  existing,     // was there before
  unneeded,     // a g that no missing trial needs
  waiting,      // for a rank, or for what it needs
  running,      //
  done,         //
  diverged,     // its loss was not a number
  failed,       //
  blocked,      // what it needs failed
  interrupted,  // stopped; resumable
};
inline constexpr int stage_state_count = 9;

struct StageStatus {
  StageState state = StageState::waiting;
  int slot = -1;
  double started = 0;        // seconds, of the clock that the scheduler is told
  study::Progress progress;  // the last one reported
  study::StageResult result;
  int cause = -1;  // blocked: which stage failed
};

struct Assignment {
  int slot;
  int stage;
};

/// A rank is here a number for a place where one stage runs at a time: where ranks run several stages at once, a
/// number each (coordinator.hpp).
///
/// Longest path first: a free rank takes the stage whose chain to the end of the sweep is the dearest among those
/// whose needs are there. Deterministic: ties go to the stage planned first and to the lowest rank.
/// Handing a stage out and ending one take time logarithmic in the numbers of stages and ranks, all else constant
/// time.
class Scheduler {
 public:
  /// exists[i]: stage i's artifact is there. priorities[i]: of the stages that can start, the largest goes first;
  /// the costs of the chains to the end where none are given. Keeps a reference to `graph`.
  Scheduler(const study::StageGraph& graph, const std::vector<bool>& exists, std::vector<double> priorities = {});

  /// A rank waits for work; rank >= 0.
  void add_free_slot(int slot);
  /// What free ranks are to start now; each stage is handed out once.
  std::vector<Assignment> assign(double now);
  /// What the stage of `rank` reports. Throws Error (internal) where that rank runs none, as do the next two.
  void report(int slot, const study::Progress& progress);
  /// The stage of `rank` has ended, the rank is free again. Returns the stages that can now never run.
  std::vector<int> finish(int slot, const study::StageResult& result, double now);
  /// A rank that waits for work gets none until add_free_slot. Nothing happens where it is not free.
  void withdraw(int slot) { free_slots_.erase(slot); }
  /// Other priorities for what has not been started. Linear in the number of stages.
  void reprioritise(std::vector<double> priorities);
  /// Which stages have still to be started or are running.
  std::vector<bool> unfinished() const;
  /// The stage a rank runs.
  int stage_of(int slot) const;
  /// Nothing more is started.
  void stop() { stopped_ = true; }
  bool stopped() const { return stopped_; }
  /// Nothing runs, and nothing more can be started.
  bool finished() const { return running_ == 0 && (stopped_ || ready_.empty()); }

  const study::StageGraph& graph() const { return graph_; }
  const std::vector<StageStatus>& status() const { return status_; }
  int count(StageState state, std::optional<study::StageKind> kind = std::nullopt) const;
  /// Seconds that ranks have spent in stages which have ended.
  double busy_seconds() const { return busy_; }

 private:
  bool is_there(int stage) const;
  void set_state(int stage, StageState state);
  void make_ready_if_possible(int stage);
  std::vector<int> block_dependents(int stage, int cause);

  const study::StageGraph& graph_;
  std::vector<StageStatus> status_;
  std::vector<double> priorities_;
  std::array<std::array<int, study::stage_kind_count>, stage_state_count> counts_{};  // stages per state and kind
  std::set<std::pair<double, int>> ready_;                                            // (-priority, stage)
  std::set<int> free_slots_;
  std::vector<int> stage_of_slot_;  // -1: runs none
  int running_ = 0;
  bool stopped_ = false;
  double busy_ = 0;
};

}  // namespace m2m::sweep
