#include "bench/comparison.hpp"

#include <fmt/format.h>

#include <algorithm>
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
    throw data_error(fmt::format("{}: the program ended without printing its step times", who));
  }
  if (times.steps.size() < 2) throw data_error(fmt::format("{}: expected the times of at least two steps", who));
  return times;
}

Measurement to_measurement(const StepTimes& times, double started, std::int64_t peak_bytes) {
  return {median({times.steps.begin() + 1, times.steps.end()}), times.evaluation, times.first_step_end - started,
          static_cast<double>(peak_bytes) / 1e6};
}

namespace {

using Quantity = double (*)(const Measurement&, int steps_per_epoch);

struct RowKind {
  const char* name;
  const char* unit;
  bool computed;
  Quantity value;
};

constexpr RowKind row_kinds[] = {
    {"step", "s", false, [](const Measurement& run, int) { return run.step; }},
    {"epoch", "s", true, [](const Measurement& run, int steps) { return steps * run.step + run.evaluation; }},
    {"peak memory", "MB", false, [](const Measurement& run, int) { return run.peak; }},
    {"start to first step", "s", false, [](const Measurement& run, int) { return run.start_up; }},
};

double row_median(const std::vector<Measurement>& runs, const RowKind& kind, int steps_per_epoch) {
  std::vector<double> values;
  for (const Measurement& run : runs) values.push_back(kind.value(run, steps_per_epoch));
  return median(std::move(values));
}

bool all_have_runs(const std::vector<Contender>& contenders, const std::string& method) {
  return std::all_of(contenders.begin(), contenders.end(), [&](const Contender& contender) {
    const auto found = contender.runs.find(method);
    return found != contender.runs.end() && !found->second.empty();
  });
}

std::string number(double value, const std::string& unit) {
  return unit == "MB" ? fmt::format("{:.0f}", value) : fmt::format("{:.3f}", value);
}

std::string table_row(const ComparisonRow& row) {
  std::string text = fmt::format("{:<24}{:<4}{:>10}", row.quantity + (row.computed ? " *" : ""), row.unit,
                                 number(row.medians.front(), row.unit));
  for (std::size_t i = 1; i < row.medians.size(); ++i) {
    text += fmt::format("{:>10}{:>10}", number(row.medians[i], row.unit), fmt::format("({:.2f}x)", ratio(row, i)));
  }
  return text + "\n";
}

Json to_json(const Measurement& run) {
  return {{"step_seconds", run.step},
          {"evaluation_seconds", run.evaluation},
          {"start_up_seconds", run.start_up},
          {"peak_megabytes", run.peak}};
}

}  // namespace

std::vector<ComparisonRow> comparison_rows(const std::vector<Contender>& contenders, int steps_per_epoch) {
  std::vector<ComparisonRow> rows;
  for (const RowKind& kind : row_kinds) {
    for (const std::string method : compared_methods) {
      if (!all_have_runs(contenders, method)) continue;
      ComparisonRow row{method + " " + kind.name, kind.unit, {}, kind.computed};
      for (const Contender& contender : contenders) {
        row.medians.push_back(row_median(contender.runs.at(method), kind, steps_per_epoch));
      }
      rows.push_back(std::move(row));
    }
  }
  return rows;
}

double ratio(const ComparisonRow& row, std::size_t index) { return row.medians.front() / row.medians.at(index); }

std::string comparison_table(const std::vector<Contender>& contenders, const std::vector<ComparisonRow>& rows,
                             int steps_per_epoch) {
  std::string text = fmt::format("{:<28}", "");
  for (std::size_t i = 0; i < contenders.size(); ++i) {
    text += fmt::format("{:>{}}", contenders[i].name, i == 0 ? 10 : 20);
  }
  text += "\n";
  for (const ComparisonRow& row : rows) text += table_row(row);
  return text +
         fmt::format("* computed, not run: {} steps of the median and one evaluation of the validation images\n",
                     steps_per_epoch);
}

Json comparison_json(const std::vector<Contender>& contenders, const std::vector<ComparisonRow>& rows) {
  Json json = {{"rows", Json::array()}, {"runs", Json::object()}};
  for (const ComparisonRow& row : rows) {
    Json cells = Json::object();
    for (std::size_t i = 0; i < contenders.size(); ++i) {
      cells[contenders[i].name] = {{"median", row.medians[i]}, {"authors_over_this", ratio(row, i)}};
    }
    json["rows"].push_back(
        {{"quantity", row.quantity}, {"unit", row.unit}, {"computed", row.computed}, {"programs", cells}});
  }
  for (const Contender& contender : contenders) {
    for (const auto& [method, runs] : contender.runs) {
      for (const Measurement& run : runs) json["runs"][contender.name][method].push_back(to_json(run));
    }
  }
  return json;
}

}  // namespace m2m::bench
