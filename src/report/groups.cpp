#include "report/groups.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <set>

#include "core/error.hpp"
#include "core/text.hpp"
#include "results/record.hpp"
#include "settings/m2m_settings.hpp"
#include "settings/recipe.hpp"
#include "settings/table.hpp"

namespace m2m::report {
namespace {

/// The position of a name in the list; a new name is added at its end.
std::size_t position(std::vector<std::string>& names, const std::string& name) {
  const auto found = std::find(names.begin(), names.end(), name);
  if (found != names.end()) return static_cast<std::size_t>(found - names.begin());
  names.push_back(name);
  return names.size() - 1;
}

std::string row_value(const results::PlannedTrial& trial, const TableOptions& options) {
  if (!options.choose) return axis_value(options.rows, trial);
  return settings::find_value(trial.config, &settings::Recipe::method).value_or(trial.label);
}

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

/// True if the trial takes networks of other trainings: a base trial, or a g that is more than ERM. A setting of it
/// may then act in these.
bool has_other_trainings(const Config& config) {
  using settings::M2mSettings, settings::Recipe;
  if (!settings::find_value(config, &Recipe::start).value_or("").empty()) return true;
  const bool has_g = settings::has_value(config, &Recipe::translate, settings::Translate::m2m);
  return has_g && settings::find_value(config, &M2mSettings::g_method).value_or("ERM") != "ERM";
}

/// True if the axis is a setting that the trial has and that acts neither in it nor in a training before it, as
/// M2m's do not in ERM.
bool does_nothing(const std::string& axis, const Config& config) {
  const settings::Setting* setting = settings::find_setting(settings::all_settings(), axis);
  if (setting == nullptr || !config.has(axis)) return false;
  try {
    return !settings::may_act(*setting, config) && !has_other_trainings(config);
  } catch (const Error&) {  // a config of an older version may lack what a condition reads
    return false;
  }
}

/// The axis that is meant: a setting of that name in any table that acts in a trial, "m2m.pool" of "pool", or the
/// nearest one.
std::string meant_axis(const results::StudyResults& results, const std::vector<std::string>& known,
                       const std::string& axis) {
  const auto is_meant = [&](const std::string& one) {
    return one.ends_with("." + axis) &&
           std::any_of(results.trials.begin(), results.trials.end(), [&](const results::TrialOutcome& trial) {
             return !does_nothing(one, trial.planned.config);
           });
  };
  const auto found = std::find_if(known.begin(), known.end(), is_meant);
  return found != known.end() ? *found : nearest_name(known, axis);
}

void check_axis(const results::StudyResults& results, const std::vector<std::string>& known,
                const std::string& axis) {
  if (std::count(known.begin(), known.end(), axis) > 0) return;
  throw usage_error(fmt::format(
      "'{}' is not an axis: expected label, data, or a setting of the trials; {}", axis,
      did_you_mean(meant_axis(results, known, axis), "results.h5 and config.json list their settings")));
}

/// What to write in place of an unknown label. A grid over a setting makes longer labels of a method's name, "M2m,
/// lambda=0.1". So labels of that method come before the nearest one, which may have another value.
std::string hint_at_label(const std::set<std::string>& known, const std::string& label) {
  const std::string method = label.substr(0, label.find(','));
  std::vector<std::string> of_method;
  std::copy_if(known.begin(), known.end(), std::back_inserter(of_method),
               [&](const std::string& one) { return one == method || one.starts_with(method + ","); });
  if (!of_method.empty()) return fmt::format("there are '{}'", fmt::join(of_method, "', '"));
  const std::string nearest = nearest_name(std::vector<std::string>(known.begin(), known.end()), label);
  return did_you_mean(nearest, fmt::format("there are '{}'", fmt::join(known, "', '")));
}

}  // namespace

GroupedTrials group_trials(const results::StudyResults& results, const TableOptions& options) {
  GroupedTrials grouped;
  for (const results::TrialOutcome& trial : results.trials) {
    const std::size_t row = position(grouped.rows, row_value(trial.planned, options));
    const std::size_t column = position(grouped.columns, axis_value(options.columns, trial.planned));
    grouped.groups.resize(grouped.rows.size());
    for (auto& of_row : grouped.groups) of_row.resize(grouped.columns.size());
    Group& group = grouped.groups[row][column];
    const bool repeated = std::any_of(group.begin(), group.end(), [&](const results::TrialOutcome* other) {
      return other->planned.id == trial.planned.id;
    });
    if (!repeated) group.push_back(&trial);
  }
  return grouped;
}

std::vector<const results::TrialRecord*> records(const Group& group) {
  std::vector<const results::TrialRecord*> found;
  for (const results::TrialOutcome* trial : group) {
    if (trial->record) found.push_back(&*trial->record);
  }
  return found;
}

const results::Snapshot* selected_snapshot(const results::TrialRecord& record, Selection selection) {
  if (selection == Selection::last) return &record.last;
  return record.best ? &*record.best : nullptr;
}

void check_label(const results::StudyResults& results, const std::string& label) {
  std::set<std::string> known;
  for (const results::TrialOutcome& trial : results.trials) known.insert(trial.planned.label);
  if (known.contains(label)) return;
  throw usage_error(
      fmt::format("{}: no trial has the label '{}'; {}", results.name, label, hint_at_label(known, label)));
}

std::string axis_value(const std::string& axis, const results::PlannedTrial& trial) {
  if (axis == "label") return trial.label;
  if (axis == "data") return settings::data_title(trial.config);
  return does_nothing(axis, trial.config) ? "none" : settings::setting_text(trial.config, axis, "none");
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
  if (results.trials.empty() || has_default_axes(options)) return;
  if (options.choose) {
    throw usage_error("--choose has rows of methods and columns of data: leave out --rows and --columns");
  }
  const std::vector<std::string> known = known_axes(results);
  check_axis(results, known, options.rows);
  check_axis(results, known, options.columns);
  if (options.rows == options.columns) {
    throw usage_error(fmt::format("rows and columns are both '{}': give two axes", options.rows));
  }
}

bool has_default_axes(const TableOptions& options) { return options.rows == "label" && options.columns == "data"; }

std::vector<double> metric_values(const Group& group, const std::string& metric, const TableOptions& options) {
  std::vector<double> values;
  for (const results::TrialRecord* record : records(group)) {
    const results::Snapshot* snapshot = selected_snapshot(*record, options.selection);
    if (snapshot == nullptr) continue;
    const double value = metric_value(metric, *record, *snapshot, options.gm);
    if (!std::isnan(value)) values.push_back(value);
  }
  return values;
}

double gm_in_percent(const Confusion& confusion, GmKind gm) {
  return 100 * (gm == GmKind::zero ? geometric_mean(confusion) : geometric_mean_of_nonzero(confusion));
}

}  // namespace m2m::report
