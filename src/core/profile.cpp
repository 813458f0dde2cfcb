#include "core/profile.hpp"

namespace m2m {
namespace {

double seconds_between(Profile::Clock::time_point begin, Profile::Clock::time_point end) {
  return std::chrono::duration<double>(end - begin).count();
}

}  // namespace

std::string name_of(ProfilePhase phase) {
  static constexpr std::array<const char*, profile_phase_count> names = {
      "plan", "gather", "translate", "forward", "backward", "reduce", "update", "evaluate", "write"};
  return names[static_cast<std::size_t>(phase)];
}

Profile::Profile(std::size_t most_events, std::function<void()> settle)
    : most_events_(most_events), settle_(std::move(settle)), began_(now()) {}

Profile::Clock::time_point Profile::now() const {
  if (settle_) settle_();
  return Clock::now();
}

void Profile::move_to(int epoch, std::int64_t step) {
  epoch_ = epoch;
  step_ = step;
}

void Profile::add(ProfilePhase phase, Clock::time_point begin, Clock::time_point end, double multiply_adds) {
  const double seconds = seconds_between(begin, end);
  PhaseTotal& total = totals_[static_cast<std::size_t>(phase)];
  total.seconds += seconds;
  ++total.calls;
  total.multiply_adds += multiply_adds;
  if (events_.size() < most_events_) {
    events_.push_back({phase, epoch_, step_, seconds_between(began_, begin), seconds});
  } else {
    ++left_out_;
  }
}

}  // namespace m2m
