#include "core/profile.hpp"

#include <chrono>
#include <utility>

#include "core/stopwatch.hpp"

namespace m2m {
namespace {

constexpr std::size_t most_unread = 1000;

class HostClock : public ProfileClock {
 public:
  void mark() override { marks_.push_back(seconds_since(began_)); }
  std::vector<double> take() override { return std::exchange(marks_, {}); }

 private:
  std::chrono::steady_clock::time_point began_ = std::chrono::steady_clock::now();
  std::vector<double> marks_;
};

}  // namespace

std::string name_of(ProfilePhase phase) {
  static constexpr std::array<const char*, profile_phase_count> names = {
      "plan", "gather", "translate", "forward", "backward", "reduce", "update", "evaluate", "write"};
  return names[static_cast<std::size_t>(phase)];
}

std::unique_ptr<ProfileClock> host_clock() { return std::make_unique<HostClock>(); }

Profile::Profile(std::size_t most_events, std::unique_ptr<ProfileClock> clock)
    : most_events_(most_events), clock_(std::move(clock)) {}

void Profile::move_to(int epoch, std::int64_t step) {
  epoch_ = epoch;
  step_ = step;
}

void Profile::begin() { clock_->mark(); }

void Profile::end(ProfilePhase phase, double multiply_adds) {
  clock_->mark();
  unread_.push_back({phase, epoch_, step_, multiply_adds});
  if (unread_.size() >= most_unread) read();
}

const PhaseTotals& Profile::totals() {
  read();
  return totals_;
}

const std::vector<ProfileEvent>& Profile::events() {
  read();
  return events_;
}

double Profile::seconds() {
  read();
  clock_->mark();
  return clock_->take().back();
}

void Profile::read() {
  const std::vector<double> times = clock_->take();
  for (std::size_t i = 0; i < unread_.size(); ++i) add(unread_[i], times[2 * i], times[2 * i + 1]);
  unread_.clear();
}

void Profile::add(const Call& call, double begin, double end) {
  PhaseTotal& total = totals_[static_cast<std::size_t>(call.phase)];
  total.seconds += end - begin;
  ++total.calls;
  total.multiply_adds += call.multiply_adds;
  if (events_.size() < most_events_) {
    events_.push_back({call.phase, call.epoch, call.step, begin, end - begin});
  } else {
    ++left_out_;
  }
}

}  // namespace m2m
