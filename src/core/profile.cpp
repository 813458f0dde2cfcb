#include "core/profile.hpp"

#include <fmt/format.h>

#include <chrono>
#include <iterator>
#include <utility>

namespace m2m {
namespace {

constexpr std::size_t max_unread = 1000;

class HostClock : public ProfileClock {
 public:
  void mark() override { marks_.push_back(seconds_since(began_)); }
  std::vector<double> take() override { return std::exchange(marks_, {}); }

 private:
  std::chrono::steady_clock::time_point began_ = std::chrono::steady_clock::now();
  std::vector<double> marks_;
};

}  // namespace

const char* phase_word(ProfilePhase phase) {
  static constexpr std::array<const char*, profile_phase_count> names = {
      "plan", "gather", "translate", "forward", "backward", "reduce", "update", "evaluate", "write"};
  return names[static_cast<std::size_t>(phase)];
}

std::unique_ptr<ProfileClock> host_clock() { return std::make_unique<HostClock>(); }

Profile::Profile(std::size_t max_events, std::unique_ptr<ProfileClock> clock)
    : max_events_(max_events), clock_(std::move(clock)) {}

void Profile::set_position(int epoch, std::int64_t step) {
  epoch_ = epoch;
  step_ = step;
}

void Profile::begin() { clock_->mark(); }

void Profile::end(ProfilePhase phase, double multiply_adds) {
  clock_->mark();
  unread_.push_back({phase, epoch_, step_, multiply_adds});
  if (unread_.size() >= max_unread) read();
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
  if (events_.size() < max_events_) {
    events_.push_back({call.phase, call.epoch, call.step, begin, end - begin});
  } else {
    ++dropped_;
  }
}

namespace {

std::string percent(double part, double whole) {
  return whole > 0 ? fmt::format("{:.1f} %", 100 * part / whole) : "-";
}

std::string row(const std::string& name, const std::string& seconds, const std::string& share,
                const std::string& calls, const std::string& speed, const std::string& of_peak) {
  return fmt::format("{:<9}  {:>9}  {:>7}  {:>8}  {:>8}  {:>7}", name, seconds, share, calls, speed, of_peak);
}

std::string table_row(const std::string& name, const PhaseTotal& total, double whole, const MeasuredPeak& peak) {
  const bool computes = total.multiply_adds > 0 && total.seconds > 0;
  const double speed = computes ? 2 * total.multiply_adds / total.seconds : 0;
  return row(name, fmt::format("{:.3f}", total.seconds), percent(total.seconds, whole),
             total.calls > 0 ? fmt::format("{}", total.calls) : "-",
             computes ? fmt::format("{:.1f}", speed / 1e9) : "-",
             computes ? percent(speed, peak.operations_per_second) : "-");
}

}  // namespace

std::vector<std::string> profile_table(const PhaseTotals& totals, double total_seconds, const MeasuredPeak& peak) {
  std::vector<std::string> lines = {row("phase", "seconds", "share", "calls", "GFLOP/s", "of peak")};
  double inside = 0;
  for (std::size_t i = 0; i < totals.size(); ++i) {
    inside += totals[i].seconds;
    if (totals[i].calls == 0) continue;
    lines.push_back(table_row(to_text(static_cast<ProfilePhase>(i)), totals[i], total_seconds, peak));
  }
  lines.push_back(table_row("between", {total_seconds - inside, 0, 0}, total_seconds, peak));
  lines.push_back(table_row("all", {total_seconds, 0, 0}, total_seconds, peak));
  if (peak.operations_per_second > 0) {
    lines.push_back(fmt::format("measured peak of {} thread{}: {:.1f} GFLOP/s ({})", peak.threads,
                                peak.threads == 1 ? "" : "s", peak.operations_per_second / 1e9, peak.description));
  }
  return lines;
}

std::string chrome_trace(const std::vector<ProfileEvent>& events, std::int64_t dropped, int rank) {
  // Built as text: JSON values of a full trace would take a hundred times its size in memory.
  std::string text =
      fmt::format(R"({{"displayTimeUnit":"ms","otherData":{{"events_left_out":{}}},"traceEvents":[)"
                  "\n"
                  R"({{"name":"process_name","ph":"M","pid":{},"tid":0,"args":{{"name":"rank {}"}}}})",
                  dropped, rank, rank);
  for (const ProfileEvent& event : events) {
    fmt::format_to(std::back_inserter(text),
                   ",\n"
                   R"({{"name":"{}","ph":"X","pid":{},"tid":0,"ts":{:.3f},"dur":{:.3f},)"
                   R"("args":{{"epoch":{},"step":{}}}}})",
                   to_text(event.phase), rank, event.begin * 1e6, event.duration * 1e6, event.epoch, event.step);
  }
  return text + "\n]}\n";
}

}  // namespace m2m
