#pragma once
// Wall time of this process.
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace m2m {

/// Seconds from `start` until now, of a clock that is never set.
inline double seconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

// Where the time of a stage goes: seconds, calls and multiply-adds of each phase, and when each call was.

/// What a stage does at a time. `reduce`: sums over the ranks of a trial.
enum class ProfilePhase { plan, gather, translate, forward, backward, reduce, update, evaluate, write };
constexpr std::size_t profile_phase_count = 9;

/// "plan", "gather", ...
std::string to_text(ProfilePhase phase);

struct PhaseTotal {
  double seconds = 0;
  std::int64_t calls = 0;
  double multiply_adds = 0;
};
/// By phase, in their order.
using PhaseTotals = std::array<PhaseTotal, profile_phase_count>;

/// One call of a phase; seconds since the profile began.
struct ProfileEvent {
  ProfilePhase phase = ProfilePhase::plan;
  int epoch = 0;
  std::int64_t step = 0;
  double begin = 0, duration = 0;
};

/// Tells when a stage's work reached the points that it marks: on a host as the marks are made, on a device, whose
/// work is only queued, as its queue arrives there.
class ProfileClock {
 public:
  virtual ~ProfileClock() = default;
  /// Marks a point. Does not wait and throws nothing.
  virtual void mark() = 0;
  /// Seconds since the clock was made of each mark that was not taken yet, in order. Waits for the work in front of
  /// the last. Throws nothing.
  virtual std::vector<double> take() = 0;
};

/// A clock for work that is done as it is asked for.
std::unique_ptr<ProfileClock> host_clock();

/// Sums up the phases of one stage as they are timed. One thread at a time; phases are not nested.
class Profile {
 public:
  /// Keeps the first `max_events` calls for the trace, sums up all.
  explicit Profile(std::size_t max_events = 100'000, std::unique_ptr<ProfileClock> clock = host_clock());

  /// Sets epoch and step of the following calls.
  void set_position(int epoch, std::int64_t step);
  /// Begins a call of a phase, and ends it. Every thousandth end waits for the device.
  void begin();
  void end(ProfilePhase phase, double multiply_adds);

  /// These wait for the device.
  const PhaseTotals& totals();
  const std::vector<ProfileEvent>& events();
  double seconds();  // since it began

  /// Calls that events() has no more room for.
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

/// Times its own scope as a call of a phase; does nothing without a profile.
class PhaseTimer {
 public:
  PhaseTimer(Profile* profile, ProfilePhase phase, double multiply_adds = 0)
      : profile_(profile), phase_(phase), multiply_adds_(multiply_adds) {
    if (profile_ != nullptr) profile_->begin();
  }
  ~PhaseTimer() {
    if (profile_ != nullptr) profile_->end(phase_, multiply_adds_);
  }
  PhaseTimer(const PhaseTimer&) = delete;
  PhaseTimer& operator=(const PhaseTimer&) = delete;

  /// For work whose amount is known only while it is done.
  void count(double multiply_adds) { multiply_adds_ += multiply_adds; }

 private:
  Profile* profile_;
  ProfilePhase phase_;
  double multiply_adds_;
};

/// What `action()` returns, timed as a call of a phase.
template <typename Action>
auto timed(Profile* profile, ProfilePhase phase, double multiply_adds, Action action) {
  const PhaseTimer timer(profile, phase, multiply_adds);
  return action();
}

// A profile for people: a table, and a trace for chrome://tracing or ui.perfetto.dev.

/// What the arithmetic of a phase is compared with.
struct MeasuredPeak {
  double operations_per_second = 0;  // of all threads; a multiply-add is two; 0: not known
  int threads = 1;
  std::string description;  // "float32, avx512"
};

/// A line per phase that was called, what lies between them, and the peak: time, share of `total_seconds`, calls,
/// 10^9 floating-point operations a second and their share of the peak. Pure.
std::vector<std::string> profile_table(const PhaseTotals& totals, double total_seconds, const MeasuredPeak& peak);

/// The events as Chrome trace JSON: complete events in microseconds, with the rank as their process. Pure.
std::string chrome_trace(const std::vector<ProfileEvent>& events, std::int64_t dropped, int rank);

}  // namespace m2m
