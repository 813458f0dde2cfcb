#include "core/profile_report.hpp"

#include <fmt/format.h>

#include <iterator>

namespace m2m {
namespace {

std::string percent(double part, double whole) {
  return whole > 0 ? fmt::format("{:.1f} %", 100 * part / whole) : "-";
}

std::string row(const std::string& name, const std::string& seconds, const std::string& share,
                const std::string& calls, const std::string& speed, const std::string& of_peak) {
  return fmt::format("{:<9}  {:>9}  {:>7}  {:>8}  {:>8}  {:>7}", name, seconds, share, calls, speed, of_peak);
}

std::string row_of(const std::string& name, const PhaseTotal& total, double whole, const MeasuredPeak& peak) {
  const bool computes = total.multiply_adds > 0 && total.seconds > 0;
  const double speed = computes ? 2 * total.multiply_adds / total.seconds : 0;
  return row(name, fmt::format("{:.3f}", total.seconds), percent(total.seconds, whole),
             total.calls > 0 ? fmt::format("{}", total.calls) : "-",
             computes ? fmt::format("{:.1f}", speed / 1e9) : "-",
             computes ? percent(speed, peak.operations_per_second) : "-");
}

}  // namespace

std::vector<std::string> profile_table(const PhaseTotals& totals, double whole_seconds, const MeasuredPeak& peak) {
  std::vector<std::string> lines = {row("phase", "seconds", "share", "calls", "GFLOP/s", "of peak")};
  double inside = 0;
  for (std::size_t i = 0; i < totals.size(); ++i) {
    inside += totals[i].seconds;
    if (totals[i].calls == 0) continue;
    lines.push_back(row_of(name_of(static_cast<ProfilePhase>(i)), totals[i], whole_seconds, peak));
  }
  lines.push_back(row_of("between", {whole_seconds - inside, 0, 0}, whole_seconds, peak));
  lines.push_back(row_of("all", {whole_seconds, 0, 0}, whole_seconds, peak));
  if (peak.operations_per_second > 0) {
    lines.push_back(fmt::format("measured peak of {} thread{}: {:.1f} GFLOP/s ({})", peak.threads,
                                peak.threads == 1 ? "" : "s", peak.operations_per_second / 1e9, peak.of));
  }
  return lines;
}

std::string chrome_trace(const std::vector<ProfileEvent>& events, std::int64_t left_out, int rank) {
  // Put together as text: as JSON values, a full trace would take a hundred times its size in memory.
  std::string text =
      fmt::format(R"({{"displayTimeUnit":"ms","otherData":{{"events_left_out":{}}},"traceEvents":[)"
                  "\n"
                  R"({{"name":"process_name","ph":"M","pid":{},"tid":0,"args":{{"name":"rank {}"}}}})",
                  left_out, rank, rank);
  for (const ProfileEvent& event : events) {
    fmt::format_to(std::back_inserter(text),
                   ",\n"
                   R"({{"name":"{}","ph":"X","pid":{},"tid":0,"ts":{:.3f},"dur":{:.3f},)"
                   R"("args":{{"epoch":{},"step":{}}}}})",
                   name_of(event.phase), rank, event.begin * 1e6, event.duration * 1e6, event.epoch, event.step);
  }
  return text + "\n]}\n";
}

}  // namespace m2m
