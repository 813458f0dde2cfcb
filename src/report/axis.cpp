#include "report/axis.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "core/error.hpp"
#include "settings/recipe.hpp"
#include "settings/table.hpp"

namespace m2m::report {
namespace {

std::vector<std::string> known_axes(const results::StudyResults& results) {
  std::set<std::string> settings;
  for (const results::TrialOutcome& trial : results.trials) {
    for (const auto& [name, value] : trial.planned.config.json().items()) {
      if (!value.is_null()) settings.insert(name);
    }
  }
  std::vector<std::string> known = {"label", "data"};
  known.insert(known.end(), settings.begin(), settings.end());
  return known;
}

void check_axis(const std::vector<std::string>& known, const std::string& axis) {
  if (std::count(known.begin(), known.end(), axis) > 0) return;
  const std::string nearest = nearest_name(known, axis);
  throw usage_error(
      fmt::format("'{}' is no axis: expected label, data or a setting, and no trial has one of that name{}", axis,
                  nearest.empty() ? "; results.h5 and config.json name them all"
                                  : fmt::format("; did you mean '{}'?", nearest)));
}

}  // namespace

std::string axis_value(const std::string& axis, const results::PlannedTrial& trial) {
  if (axis == "label") return trial.label;
  if (axis == "data") return settings::data_title(trial.config);
  return settings::setting_text(trial.config, axis, "none");
}

std::string axis_name(const TableOptions& options, const std::string& axis) {
  const std::string& method = settings::name_of(&settings::Recipe::method);
  const bool is_taken = options.rows == method || options.columns == method;
  return axis == "label" && !is_taken ? method : axis;
}

std::string axis_title(const std::string& axis, const std::string& value) {
  return axis == "label" || axis == "data" ? value : fmt::format("{}={}", axis, value);
}

void check_axes(const results::StudyResults& results, const TableOptions& options) {
  if (results.trials.empty() || has_standard_axes(options)) return;
  if (options.choose)
    throw usage_error("--choose has rows of methods and columns of data: leave out --rows and --columns");
  const std::vector<std::string> known = known_axes(results);
  check_axis(known, options.rows);
  check_axis(known, options.columns);
  if (options.rows == options.columns) {
    throw usage_error(fmt::format("rows and columns are both '{}': give two axes", options.rows));
  }
}

bool has_standard_axes(const TableOptions& options) { return options.rows == "label" && options.columns == "data"; }

}  // namespace m2m::report
