// The seeds that the spread of results comes from, and the trials needed to resolve a difference.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "report/analyses.hpp"
#include "report/comparability.hpp"
#include "report/notes.hpp"
#include "settings/table.hpp"

namespace m2m::report {
namespace {

using Row = std::vector<Json>;

/// The seeds that numbers are drawn from; `seed` only sets them.
const std::vector<std::string>& seeds() {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> drawn;
    for (const settings::Setting& setting : settings::all_settings()) {
      if (setting.traits.seed && !setting.traits.provenance) drawn.push_back(setting.name);
    }
    return drawn;
  }();
  return names;
}

Json acting_settings(const results::TrialRecord& record) {
  return record.identity.is_object() ? record.identity.value("settings", Json::object()) : Json::object();
}

/// A method that trains nothing has no seeds of its own; it inherits those of its base trial.
bool acts(const results::TrialRecord& record, const std::string& seed) {
  const Json settings = acting_settings(record);
  const bool any_acts =
      std::any_of(seeds().begin(), seeds().end(), [&](const auto& name) { return settings.contains(name); });
  if (!any_acts) return true;
  if (!settings::has_trait(seed, &settings::Traits::acts_elsewhere)) return settings.contains(seed);
  return record.identity.contains("g") && record.identity.at("g").contains("pick");
}

Json acting_seed(const results::TrialRecord& record, const std::string& seed) {
  return acts(record, seed) ? record.config.value(seed, Json()) : Json();
}

std::string other_seeds(const results::TrialRecord& record, const std::string& seed) {
  Json others = Json::object();
  for (const std::string& name : seeds()) {
    if (name != seed) others[name] = acting_seed(record, name);
  }
  return canonical_json(others);
}

/// Groups trials by all other seeds, and within these by the value of `seed`.
std::map<std::string, std::map<std::string, Group>> vary_seed(const Group& group, const std::string& seed) {
  std::map<std::string, std::map<std::string, Group>> groups;
  for (const results::TrialOutcome* trial : group) {
    if (!trial->record) continue;
    groups[other_seeds(*trial->record, seed)][canonical_json(acting_seed(*trial->record, seed))].push_back(trial);
  }
  return groups;
}

/// The first cells of the rows of one label and data setting.
struct RowHead {
  std::string label, data;
};

std::vector<Row> make_rows(const RowHead& head, const Group& group, const VarianceOptions& options,
                           const TableOptions& table) {
  const Estimate all = estimate(metric_values(group, options.metric, table));
  const bool is_small = all.n < 2;
  std::vector<Row> rows = {{head.label, head.data, options.metric, "all trials", Json(), all.n,
                            number_or_null(all.std),
                            is_small ? Json() : Json(trials_to_resolve(all.std, options.difference)),
                            is_small ? Json("n too small") : Json()}};
  for (const std::string& seed : seeds()) {
    const SeedSpread spread = seed_spread(group, seed, options.metric, table);
    rows.push_back({head.label, head.data, options.metric, seed, spread.groups, spread.trials,
                    number_or_null(spread.std), Json(), spread.groups == 0 ? Json("not varied alone") : Json()});
  }
  return rows;
}

/// Names the trials of a group that are mixed or missing.
std::vector<std::string> group_notes(const Group& group, const RowHead& head, const TableOptions& table,
                                     IdPrefix prefix) {
  const std::string location = fmt::format("{} on {}", head.label, head.data);
  std::vector<std::string> notes = missing_notes(group, location, table.selection, prefix);
  const std::optional<std::string> mixture =
      check_mixture(why_not_average(records(group), location), table.allow_mixed, "pooled");
  if (mixture) notes.insert(notes.begin(), *mixture);
  return notes;
}

Sheet empty_sheet(const VarianceOptions& options, const TableOptions& table) {
  return {
      fmt::format("Where the spread of test {} comes from: {}, std in % points",
                  metric_title(options.metric, table.gm), to_text(table.selection)),
      {{"method", "method"},
       {"data", "data"},
       {"metric", ""},
       {"spread_of", "spread of"},
       {"groups", "groups"},
       {"trials", "trials"},
       {"std", "std"},
       {"trials_to_resolve", "trials a method"},
       {"remark", "remark", 2, ""}},
      {},
      {"std of a seed: pooled within groups of trials that differ in this seed alone",
       fmt::format("trials a method: how many of each of two methods, unpaired, show a difference of {0:g} at 5 %, "
                   "two-sided, with a power of 80 %: 2 (z_0.975 + z_0.8)^2 std^2 / {0:g}^2, at least 2; compared "
                   "seed by seed they may need fewer (m2m-report compare)",
                   options.difference)}};
}

}  // namespace

SeedSpread seed_spread(const Group& group, const std::string& seed, const std::string& metric,
                       const TableOptions& options) {
  SeedSpread spread;
  double squares = 0;
  for (const auto& [others, by_value] : vary_seed(group, seed)) {
    Group members;
    for (const auto& [value, trials] : by_value) members.insert(members.end(), trials.begin(), trials.end());
    const Estimate within = estimate(metric_values(members, metric, options));
    if (by_value.size() < 2 || within.n < 2) continue;
    ++spread.groups;
    spread.trials += within.n;
    squares += within.std * within.std * (within.n - 1);
  }
  spread.std = spread.groups == 0 ? results::not_measured : std::sqrt(squares / (spread.trials - spread.groups));
  return spread;
}

Sheet variance_sheet(const results::StudyResults& results, const VarianceOptions& options,
                     const TableOptions& table) {
  if (!options.label.empty()) check_label(results, options.label);
  Sheet sheet = empty_sheet(options, table);
  const GroupedTrials grouped = group_trials(results, table);
  const IdPrefix prefix = unique_prefix(results);
  for (std::size_t row = 0; row < grouped.rows.size(); ++row) {
    if (!options.label.empty() && grouped.rows[row] != options.label) continue;
    for (std::size_t column = 0; column < grouped.columns.size(); ++column) {
      const Group& group = grouped.groups[row][column];
      if (group.empty()) continue;
      const RowHead head{grouped.rows[row], grouped.columns[column]};
      for (std::string& note : group_notes(group, head, table, prefix)) sheet.notes.push_back(std::move(note));
      for (Row& line : make_rows(head, group, options, table)) sheet.rows.push_back(std::move(line));
    }
  }
  return sheet;
}

}  // namespace m2m::report
