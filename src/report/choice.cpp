#include "report/choice.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <set>
#include <span>

#include "core/error.hpp"
#include "core/untested.hpp"
#include "report/notes.hpp"
#include "settings/data_settings.hpp"
#include "settings/texts.hpp"
#include "settings/train_settings.hpp"

namespace m2m::report {
namespace {

using settings::DataSettings, settings::value_of;

bool is_of_a_fold(const Config& config) {
  return settings::has_value(config, &DataSettings::validation, settings::Validation::fold);
}

/// Trials whose validation matrices are added up: a seed's folds, or one trial.
struct Pool {
  Config config;  // of one of them
  Confusion sum;
  std::set<int> folds;  // that are in the sum
};

void add(Confusion& sum, const Confusion& one, const std::string& id) {
  if (sum.classes == 0) sum = Confusion(one.classes);
  if (sum.classes != one.classes) {
    throw data_error(fmt::format("trials/{}../result.h5 validates on {} classes, another fold of its seed on {}",
                                 id.substr(0, 4), one.classes, sum.classes));
  }
  for (std::size_t i = 0; i < sum.cells.size(); ++i) sum.cells[i] += one.cells[i];
}

std::vector<Pool> pools_of(const Group& trials, Selection selection) {
  std::vector<Pool> pools;
  std::map<std::string, std::size_t> known;
  for (const results::TrialOutcome* trial : trials) {
    const Config& config = trial->planned.config;
    const bool of_a_fold = is_of_a_fold(config);
    // Folds are drawn from the seeds: trials of the same seeds share them.
    const std::string key = of_a_fold ? settings::seeds_text(config) : trial->planned.id;
    const auto [at, is_new] = known.emplace(key, pools.size());
    if (is_new) pools.push_back({config, Confusion(), {}});
    const results::Snapshot* snapshot = trial->record ? selected(*trial->record, selection) : nullptr;
    if (snapshot == nullptr || snapshot->validation.classes == 0) continue;
    Pool& pool = pools[at->second];
    add(pool.sum, snapshot->validation, trial->planned.id);
    if (of_a_fold) pool.folds.insert(value_of(config, &DataSettings::fold));
  }
  return pools;
}

/// "seed 2 lacks fold 3 of 5"; empty where the seed has them all.
std::string lacking_folds(const Pool& pool) {
  const int count = value_of(pool.config, &DataSettings::folds);
  std::vector<int> lacking;
  for (int fold = 0; fold < count; ++fold) {
    if (!pool.folds.contains(fold)) lacking.push_back(fold);
  }
  if (lacking.empty()) return "";
  const auto seed = settings::find_value(pool.config, &settings::Seeds::seed);
  return fmt::format("seed {} lacks fold{} {} of {}", seed ? std::to_string(*seed) : "unknown",
                     lacking.size() == 1 ? "" : "s", fmt::join(lacking, ", "), count);
}

}  // namespace

Validation validation_of(const Group& trials, const TableOptions& options) {
  Validation validation;
  std::vector<double> bacc;
  std::vector<double> gm;
  std::set<int> untested;
  for (const Pool& pool : pools_of(trials, options.selection)) {
    ++validation.planned;
    if (is_of_a_fold(pool.config)) {
      validation.pools_folds = true;
      if (std::string lacking = lacking_folds(pool); !lacking.empty()) {
        validation.lacking.push_back(std::move(lacking));
      }
    }
    if (pool.sum.classes == 0) continue;
    validation.classes = pool.sum.classes;
    for (const int label : untested_classes(pool.sum)) untested.insert(label);
    bacc.push_back(100 * balanced_accuracy(pool.sum));
    gm.push_back(100 *
                 (options.gm == GmKind::zero ? geometric_mean(pool.sum) : geometric_mean_of_nonzero(pool.sum)));
  }
  validation.untested.assign(untested.begin(), untested.end());
  validation.bacc = estimate(bacc);
  validation.gm = estimate(gm);
  return validation;
}

namespace {

using settings::DataSettings;

constexpr const char* folds_note =
    "folds: each seed's validation matrices are added up before bACC and GM are taken; test results are not shown, "
    "as each network saw a part of the training samples: train the chosen setting on all of them";

/// The trials of one label, a setting that may be chosen.
struct Candidate {
  std::string label;
  Group trials;
  TableCell cell;
  Validation validation;
  std::optional<TauRange> tau;
};

std::vector<Candidate> candidates_of(const Group& group) {
  std::vector<Candidate> candidates;
  for (const results::TrialOutcome* trial : group) {
    const std::string& label = trial->planned.label;
    auto known = std::find_if(candidates.begin(), candidates.end(),
                              [&](const Candidate& candidate) { return candidate.label == label; });
    if (known == candidates.end()) known = candidates.insert(known, Candidate{label, {}, {}, {}, {}});
    known->trials.push_back(trial);
  }
  return candidates;
}

/// What these trials say a post-hoc method took; nothing where none says so.
std::optional<TauRange> taus_of(const Group& trials, Selection selection) {
  const Json::json_pointer place(selection == Selection::last ? "/post_hoc/last" : "/post_hoc/best");
  std::optional<TauRange> range;
  for (const results::TrialRecord* record : records_of(trials)) {
    if (!record->data.contains(place)) continue;
    const Json& said = record->data.at(place);
    const double tau = said.at("tau").get<double>();
    if (!range) range = TauRange{tau, tau, 0};
    range->least = std::min(range->least, tau);
    range->most = std::max(range->most, tau);
    range->tried = std::max(range->tried, said.at("tried").get<int>());
  }
  return range;
}

void complete(ResultTable& table, Candidate& candidate, const std::string& column, IdPrefix prefix) {
  const std::string where = fmt::format("{} on {}", candidate.label, column);
  candidate.cell = cell_of(table, candidate.trials, where, prefix, {settings::name_of(&DataSettings::fold)});
  candidate.validation = validation_of(candidate.trials, table.options);
  candidate.tau = taus_of(candidate.trials, table.options.selection);
  for (const std::string& lacking : candidate.validation.lacking) {
    table.incomplete.push_back(fmt::format("{}: {}", where, lacking));
  }
  const std::string untested =
      untested_note(candidate.validation.untested, candidate.validation.classes, "validation");
  if (!untested.empty()) note_once(table.notes, column + ": " + untested);
  if (candidate.validation.bacc.n == 0) {
    table.incomplete.push_back(where + ": has no validation result, so it cannot be chosen");
  }
}

const Candidate* best_of(const std::vector<Candidate>& candidates) {
  constexpr double rounding = 1e-9;  // in %: means that differ by less are of the same results in another order
  const Candidate* best = nullptr;
  for (const Candidate& candidate : candidates) {
    if (candidate.validation.bacc.n == 0) continue;
    if (best == nullptr || candidate.validation.bacc.mean > best->validation.bacc.mean + rounding)
      best = &candidate;
  }
  return best;
}

int settings_of(const std::vector<Candidate>& candidates) {
  int settings = 0;
  for (const Candidate& candidate : candidates) settings += candidate.tau ? std::max(candidate.tau->tried, 1) : 1;
  return settings;
}

/// Each fold's network was trained on other samples, and none on all.
void leave_out_test(TableCell& cell) {
  cell.bacc = cell.gm = estimate({});
  for (Estimate& metric : cell.metrics) metric = estimate({});
}

/// The cell where no label can be chosen: all trials of the method, none of which counts.
TableCell unchosen(const std::vector<Candidate>& candidates) {
  TableCell cell = candidates.front().cell;
  for (const Candidate& other : std::span(candidates).subspan(1)) {
    cell.planned += other.cell.planned;
    cell.failed += other.cell.failed;
    cell.diverged += other.cell.diverged;
    cell.missing += other.cell.missing;
    cell.without_best += other.cell.without_best;
    for (const Fact& fact : other.cell.facts) add_fact(cell.facts, fact);
  }
  cell.published = {};
  leave_out_test(cell);
  return cell;
}

TableCell chosen(const Candidate& best) {
  TableCell cell = best.cell;
  const Validation& of = best.validation;
  cell.choice = {best.label, 0, of.planned, of.bacc, of.gm, of.complete(), of.pools_folds, best.tau};
  if (of.pools_folds) leave_out_test(cell);
  return cell;
}

/// Those with a validation matrix, by which settings are compared.
std::vector<const results::TrialRecord*> validated(const Group& group) {
  std::vector<const results::TrialRecord*> records = records_of(group);
  std::erase_if(records, [](const results::TrialRecord* record) { return record->last.validation.classes == 0; });
  return records;
}

}  // namespace

TableCell chosen_cell(ResultTable& table, const Group& group, const std::string& method, const std::string& column,
                      IdPrefix prefix) {
  std::vector<Candidate> candidates = candidates_of(group);
  if (candidates.empty()) return cell_of(table, group, "", prefix);
  refuse_or_note(table.notes, table.options.allow_mixed,
                 why_not_choose(validated(group), fmt::format("{} on {}", method, column)), "compared");
  for (Candidate& candidate : candidates) complete(table, candidate, column, prefix);
  const Candidate* best = best_of(candidates);
  TableCell cell = best == nullptr ? unchosen(candidates) : chosen(*best);
  if (!cell.choice) cell.choice.emplace();
  cell.choice->settings = settings_of(candidates);
  if (cell.choice->pools_folds) note_once(table.notes, folds_note);
  return cell;
}

void check_choosable(const results::StudyResults& results) {
  const auto validates = [](const results::TrialOutcome& trial) {
    return trial.record
               ? trial.record->last.validation.classes > 0
               : !settings::has_value(trial.planned.config, &DataSettings::validation, settings::Validation::none);
  };
  if (results.trials.empty() || std::any_of(results.trials.begin(), results.trials.end(), validates)) return;
  throw usage_error("no trial has a validation set, so no setting can be chosen: leave out --choose");
}

}  // namespace m2m::report
