#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "report/analyses.hpp"
#include "report/cells.hpp"
#include "report/groups.hpp"
#include "report/statistics.hpp"
#include "settings/table.hpp"

namespace m2m::report {
namespace {

/// The seeds that numbers are drawn from; `seed` only sets them.
const std::vector<std::string>& seeds() {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> made;
    for (const settings::Setting& setting : settings::all_settings()) {
      if (setting.traits.seed && !setting.traits.provenance) made.push_back(setting.name);
    }
    return made;
  }();
  return names;
}

Json settings_of(const results::TrialRecord& record) {
  return record.identity.is_object() ? record.identity.value("settings", Json::object()) : Json::object();
}

/// Of a method that trains nothing no seed acts by itself, but all do in the trial that it begins from.
bool acts(const results::TrialRecord& record, const std::string& seed) {
  const Json settings = settings_of(record);
  const bool any_acts =
      std::any_of(seeds().begin(), seeds().end(), [&](const auto& name) { return settings.contains(name); });
  if (!any_acts) return true;
  if (!settings::has_trait(seed, &settings::Traits::acts_elsewhere)) return settings.contains(seed);
  return record.identity.contains("g") && record.identity.at("g").contains("pick");
}

Json value_of(const results::TrialRecord& record, const std::string& seed) {
  return acts(record, seed) ? record.config.value(seed, Json()) : Json();
}

std::string other_seeds(const results::TrialRecord& record, const std::string& seed) {
  Json others = Json::object();
  for (const std::string& name : seeds()) {
    if (name != seed) others[name] = value_of(record, name);
  }
  return canonical_json(others);
}

/// By the other seeds: trials by the value of the one.
std::map<std::string, std::map<std::string, Group>> varied(const Group& group, const std::string& seed) {
  std::map<std::string, std::map<std::string, Group>> groups;
  for (const results::TrialOutcome* trial : group) {
    if (!trial->record) continue;
    groups[other_seeds(*trial->record, seed)][canonical_json(value_of(*trial->record, seed))].push_back(trial);
  }
  return groups;
}

/// What the rows of one label and data setting begin with.
struct Where {
  std::string label, data;
};

void add_rows(Sheet& sheet, const Where& where, const Group& group, const VarianceOptions& options,
              const TableOptions& table) {
  const Estimate all = estimate(metric_values(group, options.metric, table));
  const bool small = all.n < 2;
  sheet.rows.push_back({where.label, where.data, options.metric, "all trials", Json(), all.n,
                        number_or_null(all.std),
                        small ? Json() : Json(trials_to_resolve(all.std, options.difference)),
                        small ? Json("n too small") : Json()});
  for (const std::string& seed : seeds()) {
    const SeedSpread spread = spread_of(group, seed, options.metric, table);
    sheet.rows.push_back({where.label, where.data, options.metric, seed, spread.groups, spread.trials,
                          number_or_null(spread.std), Json(),
                          spread.groups == 0 ? Json("not varied alone") : Json()});
  }
}

Sheet empty_sheet(const VarianceOptions& options, const TableOptions& table) {
  return {
      fmt::format("Where the spread of test {} comes from: {}, std in % points",
                  metric_title(options.metric, table.gm), selection_name(table.selection)),
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
                   "two-sided, with a power of 80 %: 2 (z_.975 + z_.8)^2 std^2 / {0:g}^2, at least 2; compared "
                   "seed by seed they may need fewer (m2m-report compare)",
                   options.difference)}};
}

}  // namespace

SeedSpread spread_of(const Group& group, const std::string& seed, const std::string& metric,
                     const TableOptions& options) {
  SeedSpread spread;
  double squares = 0;
  for (const auto& [others, by_value] : varied(group, seed)) {
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
      const std::string where = fmt::format("{} on {}", grouped.rows[row], grouped.columns[column]);
      refuse_or_note(sheet.notes, table.allow_mixed, why_not_average(records_of(group), where), "pooled");
      add_rows(sheet, {grouped.rows[row], grouped.columns[column]}, group, options, table);
      for (std::string& lacking : what_is_missing(group, where, table.selection, prefix)) {
        sheet.notes.push_back(std::move(lacking));
      }
    }
  }
  return sheet;
}

}  // namespace m2m::report
