#pragma once
// The profile of a stage: seconds, calls and multiply-adds of each phase, as a table and as a trace.
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "core/activity.hpp"

namespace m2m {

/// Seconds from `start` until now.
inline double seconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

/// A kind of work of a stage. `reduce`: sums over the ranks of a trial.
enum class ProfilePhase { plan, gather, translate, forward, backward, reduce, update, evaluate, write };
constexpr std::size_t profile_phase_count = 9;

/// The name of a phase: "plan", "gather", ... Pure.
const char* phase_word(ProfilePhase phase);
inline std::string to_text(ProfilePhase phase) { return phase_word(phase); }

/// The sums over all calls of a phase.
struct PhaseTotal {
  double seconds = 0;
  std::int64_t calls = 0;
  double multiply_adds = 0;
};
/// The totals of all phases, in the order of ProfilePhase.
using PhaseTotals = std::array<PhaseTotal, profile_phase_count>;

/// One call of a phase; `begin` is in seconds since the profile began, `duration` in seconds.
struct ProfileEvent {
  ProfilePhase phase = ProfilePhase::plan;
  int epoch = 0;
  std::int64_t step = 0;
  double begin = 0, duration = 0;
};

/// A clock that is read at marks in the work of a stage: on a host when the mark is made, on a device, which
/// queues its work, when the queue reaches the mark.
class ProfileClock {
 public:
  virtual ~ProfileClock() = default;
  /// Makes a mark. Does not wait and throws nothing.
  virtual void mark() = 0;
  /// Seconds from the start of the clock to each mark that was not taken yet, in order. Waits for the work before
  /// the last mark. Throws nothing.
  virtual std::vector<double> take() = 0;
};

/// A clock for work that is done when its call returns.
std::unique_ptr<ProfileClock> host_clock();

/// Sums up the phases of one stage. Used by one thread at a time; phases are not nested.
class Profile {
 public:
  /// Keeps the first `max_events` calls for the trace; the totals count all.
  explicit Profile(std::size_t max_events = 100'000, std::unique_ptr<ProfileClock> clock = host_clock());

  /// Sets epoch and step of the following calls.
  void set_position(int epoch, std::int64_t step);
  /// Begins a call of a phase.
  void begin();
  /// Ends the call of `phase` that began last. Every thousandth end waits for the device.
  void end(ProfilePhase phase, double multiply_adds);

  /// The totals so far. Waits for the device.
  const PhaseTotals& totals();
  /// The calls so far, the first `max_events` of them. Waits for the device.
  const std::vector<ProfileEvent>& events();
  /// Seconds since the profile began. Waits for the device.
  double seconds();

  /// Number of calls beyond the first `max_events`, which events() lacks.
  std::int64_t dropped_events() const { return dropped_; }

 private:
  struct Call {
    ProfilePhase phase;
    int epoch;
    std::int64_t step;
    double multiply_adds;
  };
  void add(const Call& call, double begin, double end);
  void read();

  std::size_t max_events_;
  std::unique_ptr<ProfileClock> clock_;
  int epoch_ = 0;
  std::int64_t step_ = 0;
  std::vector<Call> unread_;  // two marks each
  PhaseTotals totals_{};
  std::vector<ProfileEvent> events_;
  std::int64_t dropped_ = 0;
};

/// Makes its scope the activity of the thread, and times it as a call of a phase if there is a profile.
class PhaseTimer {
 public:
  PhaseTimer(Profile* profile, ProfilePhase phase, double multiply_adds = 0)
      : profile_(profile), phase_(phase), multiply_adds_(multiply_adds) {
    Activity::set(phase_word(phase));
    if (profile_ != nullptr) profile_->begin();
  }
  ~PhaseTimer() {
    Activity::set("");
    if (profile_ != nullptr) profile_->end(phase_, multiply_adds_);
  }
  PhaseTimer(const PhaseTimer&) = delete;
  PhaseTimer& operator=(const PhaseTimer&) = delete;

  /// Adds multiply-adds that are known only during the work.
  void count(double multiply_adds) { multiply_adds_ += multiply_adds; }

 private:
  Profile* profile_;
  ProfilePhase phase_;
  double multiply_adds_;
};

/// Runs `action`, times it as a call of a phase, and returns its result.
template <typename Action>
auto timed(Profile* profile, ProfilePhase phase, double multiply_adds, Action action) {
  const PhaseTimer timer(profile, phase, multiply_adds);
  return action();
}

/// The measured peak that the arithmetic of a phase is compared with.
struct MeasuredPeak {
  double operations_per_second = 0;  // of all threads; a multiply-add is two; 0: not known
  int threads = 1;
  std::string description;  // "float32, avx512"
};

/// The lines of a table, one per phase that was called, with the time between phases and the peak. Columns:
/// seconds, share of `total_seconds`, calls, 10^9 floating-point operations a second and their share of the peak.
/// Pure.
std::vector<std::string> profile_table(const PhaseTotals& totals, double total_seconds, const MeasuredPeak& peak);

/// The events as a Chrome trace (JSON), for chrome://tracing or ui.perfetto.dev: complete events in microseconds,
/// the rank as their process. dropped: Profile::dropped_events. Pure.
std::string chrome_trace(const std::vector<ProfileEvent>& events, std::int64_t dropped, int rank);

}  // namespace m2m
