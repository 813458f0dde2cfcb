#pragma once
// How many stages a rank runs at once on its device: as many as its memory admits.
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "core/machine.hpp"

namespace m2m::sweep {

/// How much more than its share is kept free for a further stage: stages differ, and memory has gaps.
inline constexpr double memory_margin = 1.25;

/// Whether a further stage may begin where one runs for each entry of `has_reported`: whether it has reported an
/// epoch since it began, and so shown what memory it takes. share: the largest part of the used memory that fell to
/// one running stage so far, free: what is left, both in bytes. Pure.
bool admits_another(const std::vector<bool>& has_reported, double share, double free);

/// Whether a further stage may begin before all that run have shown what they take: where plainly enough is free
/// for it and for those that have not, each at the estimate. Bytes; an estimate of 0 is none. Pure.
bool admits_at_once(int not_reported, double estimate, double free);

/// "memory admits 2 trials at a time of the 4 wanted: one takes up to 30.1 GiB, 12.5 GiB are free"
std::string memory_limit_text(int admitted, int wanted, double share, double free);

/// Keeps track of a rank's seats, each away (may not be given a stage), open (waits for one) or running. One thread
/// at a time.
class Admission {
 public:
  /// All seats are away. memory: of the device, asked only where there are several seats; empty: there is enough.
  /// say: takes memory_limit_text the first time that memory keeps a seat away.
  Admission(int slots, std::function<DeviceMemory()> memory, std::function<void(const std::string&)> log);

  bool is_withdrawn(int slot) const { return at(slot).state == State::withdrawn; }
  /// Opens a seat that is away where a further stage is admitted and no seat is open already: two that were would
  /// begin at once, and the second one's memory was never weighed. Returns whether it did.
  bool admit(int slot);
  /// The stage of an open seat begins. estimate: of the bytes that it will take; 0: not known.
  void start(int slot, double estimate = 0);
  /// It has reported an epoch.
  void on_progress(int slot) { at(slot).has_reported = true; }
  /// It has ended; the seat is away.
  void finish(int slot);

 private:
  enum class State { withdrawn, admit, running };
  struct WorkerSlot {
    State state = State::withdrawn;
    bool has_reported = false;
    double estimate = 0;  // bytes
  };

  const WorkerSlot& at(int slot) const { return slots_.at(static_cast<std::size_t>(slot)); }
  WorkerSlot& at(int slot) { return slots_.at(static_cast<std::size_t>(slot)); }
  int count(State state) const;
  std::vector<bool> reports() const;
  /// The largest of those that run; 0 if one is not known.
  double estimate() const;
  /// Whether memory lets a further stage run beside those that do.
  bool admits(const std::vector<bool>& reported);
  /// Asks for the memory, and learns what share of it a running stage has. To be called before their number
  /// changes.
  std::optional<DeviceMemory> measure();

  std::vector<WorkerSlot> slots_;
  std::function<DeviceMemory()> memory_;
  std::function<void(const std::string&)> log_;
  double share_ = 0;  // bytes
  bool has_logged_ = false;
};

}  // namespace m2m::sweep
