#pragma once
// The scheduler: decides which worker slot runs which stage, and when. It uses no processes, files or clocks: the
// coordinator, a simulation or a test reports events to it and asks for assignments.
#include <array>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "study/graph.hpp"

namespace m2m::sweep {

enum class StageState {
  existing,     // existed before the sweep
  unneeded,     // a g or prefix that no trial to run needs
  waiting,      // for a slot, or for what it needs
  running,      //
  done,         //
  diverged,     // the loss was not finite
  failed,       //
  blocked,      // what it needs failed
  interrupted,  // stopped; resumable
};
inline constexpr int stage_state_count = 9;

struct StageStatus {
  StageState state = StageState::waiting;
  int slot = -1;
  double started = 0;        // seconds, as `now` of assign
  study::Progress progress;  // the last one reported
  study::StageResult result;
  int cause = -1;  // blocked: the stage that failed
};

struct Assignment {
  int slot;
  int stage;
};

/// Assigns stages to worker slots, which have numbers >= 0 (coordinator.hpp).
///
/// Critical path first: of the stages that can run, a free slot gets the one whose chain to the end of the sweep
/// costs most. Deterministic: ties go to the stage planned first and to the lowest slot. Assigning and finishing a
/// stage take time logarithmic in the numbers of stages and slots, all else constant time.
class Scheduler {
 public:
  /// exists[i]: the artifact of stage i exists. priorities[i]: of the stages that can start, the largest goes
  /// first; by default the costs of the critical paths. losses: stages that failed or diverged in an earlier run
  /// and are not tried again, by position. Keeps a reference to `graph`.
  Scheduler(const study::StageGraph& graph, const std::vector<bool>& exists, std::vector<double> priorities = {},
            const std::map<int, study::StageResult>& losses = {});

  /// Adds a slot that is free. slot >= 0.
  void add_free_slot(int slot);
  /// Assigns stages to free slots; each stage once.
  std::vector<Assignment> assign(double now);
  /// Stores the progress of the stage of `slot`. Throws Error (internal) if the slot runs none.
  void report(int slot, const study::Progress& progress);
  /// Ends the stage of `slot`, which is then free. Returns the stages that can now never run. Throws Error
  /// (internal) if the slot runs none.
  std::vector<int> finish(int slot, const study::StageResult& result, double now);
  /// Withdraws a free slot until add_free_slot. Does nothing if it is not free.
  void withdraw(int slot) { free_slots_.erase(slot); }
  /// Replaces the priorities of the stages that have not started. Linear in the number of stages.
  void reprioritise(std::vector<double> priorities);
  /// Marks the stages that wait or run.
  std::vector<bool> unfinished() const;
  /// Stage that `slot` runs. Throws Error (internal) if it runs none.
  int stage_of(int slot) const;
  /// Starts no further stage.
  void stop() { stopped_ = true; }
  bool stopped() const { return stopped_; }
  /// True if no stage runs and none can start.
  bool finished() const { return running_ == 0 && (stopped_ || ready_.empty()); }

  const study::StageGraph& graph() const { return graph_; }
  const std::vector<StageStatus>& status() const { return status_; }
  /// Largest estimate of the memory of the stages that wait, whether they can start yet or not, in bytes; 0 if none
  /// waits or the estimate of one is unknown. A known one never rises, because no stage waits again.
  double memory_to_come() const;
  int count(StageState state, std::optional<study::StageKind> kind = std::nullopt) const;
  /// Seconds that slots have spent in stages that have ended.
  double busy_seconds() const { return busy_; }

 private:
  bool is_there(int stage) const;
  void set_state(int stage, StageState state);
  void make_ready_if_possible(int stage);
  std::vector<int> block_dependents(int stage, int cause);
  void lose(int stage, const study::StageResult& result);

  const study::StageGraph& graph_;
  std::vector<StageStatus> status_;
  std::vector<double> priorities_;
  std::array<std::array<int, study::stage_kind_count>, stage_state_count> counts_{};  // stages per state and kind
  std::map<double, int> waiting_memory_;    // number of waiting stages by the estimate of their memory
  std::set<std::pair<double, int>> ready_;  // (-priority, stage)
  std::set<int> free_slots_;
  std::vector<int> stage_of_slot_;  // -1: runs none
  int running_ = 0;
  bool stopped_ = false;
  double busy_ = 0;
};

}  // namespace m2m::sweep
