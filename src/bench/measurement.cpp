#include "bench/measurement.hpp"

#include <fmt/format.h>

#include <sstream>

#include "core/config.hpp"
#include "core/error.hpp"
#include "core/metrics.hpp"

namespace m2m::bench {
namespace {

std::string last_object(const std::string& output) {
  std::istringstream lines(output);
  std::string last;
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("{\"")) last = line;
  }
  return last;
}

}  // namespace

std::string step_times_line(const StepTimes& times) {
  return Json({{"steps", times.steps}, {"evaluation", times.evaluation}, {"first_step_end", times.first_step_end}})
      .dump();
}

StepTimes read_step_times(const std::string& output, const std::string& who) {
  StepTimes times;
  try {
    const Json read = Json::parse(last_object(output));
    times = {read.at("steps").get<std::vector<double>>(), read.at("evaluation").get<double>(),
             read.at("first_step_end").get<double>()};
  } catch (const Json::exception&) {
    throw data_error(fmt::format("{}: it ended without a line of step times", who));
  }
  if (times.steps.size() < 2) throw data_error(fmt::format("{}: fewer than two steps were timed", who));
  return times;
}

Measurement measurement_of(const StepTimes& times, double started, std::int64_t peak_bytes) {
  return {median({times.steps.begin() + 1, times.steps.end()}), times.evaluation, times.first_step_end - started,
          static_cast<double>(peak_bytes) / 1e6};
}

}  // namespace m2m::bench
