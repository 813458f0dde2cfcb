#pragma once
// Admission of stages to the worker slots of a rank: as many as the memory of its device allows.
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "core/machine.hpp"

namespace m2m::sweep {

/// Factor on the memory of a stage that has to be free for a further one: stages differ, and memory is fragmented.
inline constexpr double memory_margin = 1.25;

/// Memory of a further stage, by what the running ones were measured to use. share: the largest used memory per
/// running stage so far, in bytes. use: the largest used memory per estimated byte of the running stages so far.
/// to_come: the largest estimate of the stages to come, in bytes. use or to_come is 0 if an estimate is unknown.
/// Never less than the share, because estimates are not equally generous. Pure.
double further_memory(double share, double use, double to_come);

/// True if a further stage may start. has_reported[i]: running stage i has finished an epoch, so that its memory is
/// known. further: memory of the further stage, in bytes. free: in bytes. Pure.
bool admits_another(const std::vector<bool>& has_reported, double further, double free);

/// True if a further stage may start before the memory of all running ones is known: enough must be free for it, at
/// the largest estimate of the stages to come, and for the `not_reported` ones, each at the largest estimate of the
/// running stages. Bytes; an estimate of 0 is unknown. Pure.
bool admits_at_once(int not_reported, double running, double to_come, double free);

/// Text of the log: "memory admits 2 trials at a time of the 4 wanted: one takes up to 30.1 GiB, 12.5 GiB are
/// free".
std::string memory_limit_text(int admitted, int wanted, double further, double free);

/// States of the worker slots of a rank: withdrawn (may not get a stage), admitted (may get one) or running. Not
/// thread-safe.
///
/// Which stage an admitted slot gets is decided later, by the scheduler. So it is admitted only if memory is enough
/// for the heaviest stage to come, also if the next one turns out to be lighter. The stages to come only become
/// fewer: an estimate that is out of date is too large, never too small. If no stage runs, a slot is admitted
/// whatever is free, so a stage that needs more than the device has cannot hold up the sweep.
class Admission {
 public:
  /// Starts with all slots withdrawn. memory: measures that of the device, called only if there are several slots;
  /// empty: there is always enough. log: receives memory_limit_text the first time that memory keeps a slot
  /// withdrawn.
  Admission(int slots, std::function<DeviceMemory()> memory, std::function<void(const std::string&)> log);

  bool is_withdrawn(int slot) const { return at(slot).state == State::withdrawn; }
  /// Admits a withdrawn slot if memory allows a further stage and no other slot is admitted: two would start at
  /// once, without a check of the memory of the second. Returns true if it did.
  bool admit(int slot);
  /// Sets the largest estimate of the memory of the stages that have not started on any rank, in bytes; 0 (as at
  /// the begin): unknown.
  void set_memory_to_come(double bytes) { to_come_ = bytes; }
  /// Marks an admitted slot as running. estimate: of the memory of its stage in bytes; 0: unknown.
  void start(int slot, double estimate = 0);
  /// Notes that the stage of a running slot has finished an epoch.
  void on_progress(int slot) { at(slot).has_reported = true; }
  /// Marks a running slot as withdrawn: its stage has ended.
  void finish(int slot);

 private:
  enum class State { withdrawn, admitted, running };
  struct WorkerSlot {
    State state = State::withdrawn;
    bool has_reported = false;
    double estimate = 0;  // bytes
  };

  const WorkerSlot& at(int slot) const { return slots_.at(static_cast<std::size_t>(slot)); }
  WorkerSlot& at(int slot) { return slots_.at(static_cast<std::size_t>(slot)); }
  int count(State state) const;
  std::vector<bool> reports() const;
  /// Estimates of the running stages, in bytes; empty if one is unknown.
  std::vector<double> estimates() const;
  /// True if memory allows a further stage beside the running ones.
  bool admits(const std::vector<bool>& reported);
  /// True if memory allows a further stage before the memory of all running ones is known.
  bool admits_unmeasured(int not_reported);
  /// Measures the memory, and updates what running stages use. Call it before the number of running stages changes.
  std::optional<DeviceMemory> measure();

  std::vector<WorkerSlot> slots_;
  std::function<DeviceMemory()> memory_;
  std::function<void(const std::string&)> log_;
  double share_ = 0;    // as in further_memory
  double use_ = 0;      // as in further_memory
  double to_come_ = 0;  // bytes
  bool has_logged_ = false;
};

}  // namespace m2m::sweep
