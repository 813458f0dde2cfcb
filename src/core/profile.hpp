#pragma once
// Where the time of a stage goes: seconds, calls and multiply-adds of each phase, and when each call was.
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace m2m {

/// What a stage does at a time. `reduce`: sums over the ranks of a trial.
enum class ProfilePhase { plan, gather, translate, forward, backward, reduce, update, evaluate, write };
constexpr std::size_t profile_phase_count = 9;

/// "plan", "gather", ...
std::string name_of(ProfilePhase phase);

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

/// Sums up the phases of one stage as they are timed. One thread at a time; phases are not nested.
class Profile {
 public:
  using Clock = std::chrono::steady_clock;

  /// Keeps the first `most_events` calls for the trace, sums up all. settle: waits, before the clock is read, for
  /// work that was only queued; throws nothing.
  explicit Profile(std::size_t most_events = 100'000, std::function<void()> settle = {});

  Clock::time_point now() const;
  Clock::time_point began() const { return began_; }

  /// Says where the calls from now on belong.
  void move_to(int epoch, std::int64_t step);
  void add(ProfilePhase phase, Clock::time_point begin, Clock::time_point end, double multiply_adds);

  const PhaseTotals& totals() const { return totals_; }
  const std::vector<ProfileEvent>& events() const { return events_; }
  /// Calls that events() has no more room for.
  std::int64_t events_left_out() const { return left_out_; }

 private:
  std::size_t most_events_;
  std::function<void()> settle_;
  Clock::time_point began_;
  int epoch_ = 0;
  std::int64_t step_ = 0;
  PhaseTotals totals_{};
  std::vector<ProfileEvent> events_;
  std::int64_t left_out_ = 0;
};

/// Times its own scope as a call of a phase; does nothing without a profile.
class PhaseTimer {
 public:
  PhaseTimer(Profile* profile, ProfilePhase phase, double multiply_adds = 0)
      : profile_(profile), phase_(phase), multiply_adds_(multiply_adds) {
    if (profile_ != nullptr) begin_ = profile_->now();
  }
  ~PhaseTimer() {
    if (profile_ != nullptr) profile_->add(phase_, begin_, profile_->now(), multiply_adds_);
  }
  PhaseTimer(const PhaseTimer&) = delete;
  PhaseTimer& operator=(const PhaseTimer&) = delete;

  /// For work whose amount is known only while it is done.
  void count(double multiply_adds) { multiply_adds_ += multiply_adds; }

 private:
  Profile* profile_;
  ProfilePhase phase_;
  double multiply_adds_;
  Profile::Clock::time_point begin_;
};

/// What `action()` returns, timed as a call of a phase.
template <typename Action>
auto timed(Profile* profile, ProfilePhase phase, double multiply_adds, Action action) {
  const PhaseTimer timer(profile, phase, multiply_adds);
  return action();
}

}  // namespace m2m
