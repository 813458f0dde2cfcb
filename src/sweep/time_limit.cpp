#include "sweep/time_limit.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <regex>

#include "core/error.hpp"

namespace m2m {
namespace {

constexpr double usual_margin = 60;  // seconds: enough for a step and a checkpoint
constexpr double never = 1e9;        // seconds: no job lasts that long

/// The job's end by the environment, in seconds from `now`.
std::optional<double> left_of_job(const char* end_time, double now) {
  if (end_time == nullptr) return std::nullopt;
  char* end = nullptr;
  const double seconds = std::strtod(end_time, &end);
  const bool is_time = end != end_time && *end == '\0' && seconds > 0 && seconds - now < never;
  return is_time ? std::optional(seconds - now) : std::nullopt;
}

double margin_of(const TimeLimit& given, double limit) {
  return given.margin.value_or(std::min(usual_margin, 0.1 * std::max(0.0, limit)));
}

}  // namespace

double read_duration(const std::string& option, const std::string& text) {
  static const std::regex plain(R"(\d{1,9})"), clock(R"((\d{1,6}):([0-5]\d):([0-5]\d))");
  std::smatch part;
  double seconds = 0;
  if (std::regex_match(text, plain)) {
    seconds = std::stod(text);
  } else if (std::regex_match(text, part, clock)) {
    seconds = 3600 * std::stod(part[1]) + 60 * std::stod(part[2]) + std::stod(part[3]);
  }
  if (seconds > 0) return seconds;
  throw usage_error(
      fmt::format("{} '{}' is no time; give seconds, or hours, minutes and seconds as 1:30:00", option, text));
}

std::optional<double> seconds_until_stop(const TimeLimit& given,
                                         const std::function<const char*(const char*)>& environment, double now,
                                         double running) {
  if (given.limit) {
    const double margin = margin_of(given, *given.limit);
    if (margin >= *given.limit) {
      throw usage_error(fmt::format("--time-margin {:g} s leaves nothing of --time-limit {:g} s; give less", margin,
                                    *given.limit));
    }
    return std::max(0.0, *given.limit - margin - running);
  }
  const std::optional<double> left = left_of_job(environment("SLURM_JOB_END_TIME"), now);
  if (!left) return std::nullopt;
  return std::max(0.0, *left - margin_of(given, *left + running));
}

}  // namespace m2m
