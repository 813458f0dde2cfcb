#include "report/choice.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <span>

#include "core/error.hpp"
#include "core/metrics.hpp"
#include "settings/data_settings.hpp"
#include "settings/table.hpp"
#include "settings/train_settings.hpp"

namespace m2m::report {
namespace {

using settings::DataSettings, settings::value_of;

constexpr const char* folds_note =
    "folds: each seed's validation matrices are added up before bACC and GM are taken; test results are not shown, "
    "as each network saw a part of the training samples: train the chosen setting on all of them";

/// The trials of one label, in the order of the study.
struct LabelledTrials {
  std::string label;
  Group trials;
};

std::vector<LabelledTrials> group_by_label(const Group& group) {
  std::vector<LabelledTrials> labels;
  for (const results::TrialOutcome* trial : group) {
    const std::string& label = trial->planned.label;
    auto known = std::find_if(labels.begin(), labels.end(), [&](const auto& one) { return one.label == label; });
    if (known == labels.end()) known = labels.insert(known, {label, {}});
    known->trials.push_back(trial);
  }
  return labels;
}

bool is_of_a_fold(const Config& config) {
  return settings::has_value(config, &DataSettings::validation, settings::Validation::fold);
}

/// Trials whose validation matrices are added up: the folds of a seed, or one trial.
struct Pool {
  Config config;  // of one of the trials
  Confusion sum;
  std::set<int> folds;  // in the sum
};

Confusion add(const Confusion& sum, const Confusion& one, const std::string& id) {
  if (sum.classes == 0) return one;
  if (sum.classes != one.classes) {
    throw data_error(fmt::format("trials/{}../result.h5 validates on {} classes, another fold of its seed on {}",
                                 id.substr(0, 4), one.classes, sum.classes));
  }
  Confusion both = sum;
  for (std::size_t i = 0; i < both.cells.size(); ++i) both.cells[i] += one.cells[i];
  return both;
}

std::vector<Pool> pool_by_seeds(const Group& trials, Selection selection) {
  std::vector<Pool> pools;
  std::map<std::string, std::size_t> known;
  for (const results::TrialOutcome* trial : trials) {
    const Config& config = trial->planned.config;
    const bool of_a_fold = is_of_a_fold(config);
    // Folds are drawn from the seeds: trials of the same seeds share them.
    const std::string key = of_a_fold ? settings::seeds_text(config) : trial->planned.id;
    const auto [at, is_new] = known.emplace(key, pools.size());
    if (is_new) pools.push_back({config, Confusion(), {}});
    const results::Snapshot* snapshot = trial->record ? selected_snapshot(*trial->record, selection) : nullptr;
    if (snapshot == nullptr || snapshot->validation.classes == 0) continue;
    Pool& pool = pools[at->second];
    pool.sum = add(pool.sum, snapshot->validation, trial->planned.id);
    if (of_a_fold) pool.folds.insert(value_of(config, &DataSettings::fold));
  }
  return pools;
}

/// "seed 2 lacks fold 3 of 5"; empty if the seed has all folds, or the pool is one trial.
std::string lacking_folds(const Pool& pool) {
  if (!is_of_a_fold(pool.config)) return "";
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

/// Validation results of a label: one per trial, or one per seed if its folds are pooled.
struct Validation {
  int planned = 0;
  Estimate bacc, gm;  // in %
  bool pools_folds = false;
  int classes = 0;
  std::set<int> untested;            // labels of classes without validation samples in any of the results
  std::vector<std::string> lacking;  // sentences on folds without a result, planned or not
  bool is_complete() const { return bacc.n == planned && lacking.empty(); }
};

Validation pool_validation(const Group& trials, const TableOptions& options) {
  Validation validation;
  std::vector<double> bacc;
  std::vector<double> gm;
  for (const Pool& pool : pool_by_seeds(trials, options.selection)) {
    ++validation.planned;
    validation.pools_folds |= is_of_a_fold(pool.config);
    if (std::string lacking = lacking_folds(pool); !lacking.empty()) validation.lacking.push_back(lacking);
    if (pool.sum.classes == 0) continue;
    validation.classes = pool.sum.classes;
    for (const int label : untested_classes(pool.sum)) validation.untested.insert(label);
    bacc.push_back(100 * balanced_accuracy(pool.sum));
    gm.push_back(gm_in_percent(pool.sum, options.gm));
  }
  validation.bacc = estimate(bacc);
  validation.gm = estimate(gm);
  return validation;
}

/// The range of tau in the records of a post-hoc method; nothing if no record has one.
std::optional<TauRange> tau_range(const Group& trials, Selection selection) {
  const Json::json_pointer place(selection == Selection::last ? "/post_hoc/last" : "/post_hoc/best");
  std::optional<TauRange> range;
  for (const results::TrialRecord* record : records(trials)) {
    if (!record->data.contains(place)) continue;
    const Json& recorded = record->data.at(place);
    if (!recorded.contains("tau")) continue;  // a temperature, which is fitted and not chosen
    const double tau = recorded.at("tau").get<double>();
    if (!range) range = TauRange{tau, tau, 0};
    range->min = std::min(range->min, tau);
    range->max = std::max(range->max, tau);
    range->tried = std::max(range->tried, recorded.at("tried").get<int>());
  }
  return range;
}

/// A label to choose, with the cell that it would show, without intervals.
struct Candidate {
  std::string label;
  Group trials;
  TableCell cell;
  Validation validation;
  std::optional<TauRange> tau;
};

Candidate make_candidate(const LabelledTrials& of, const std::string& column, const TableOptions& options,
                         IdPrefix prefix) {
  const std::string location = fmt::format("{} on {}", of.label, column);
  TableOptions fast = options;
  fast.resamples = 0;
  Candidate candidate{of.label, of.trials,
                      make_cell(of.trials, location, fast, prefix, {settings::name_of(&DataSettings::fold)}),
                      pool_validation(of.trials, options), tau_range(of.trials, options.selection)};
  TableCell& cell = candidate.cell;
  const Validation& validation = candidate.validation;
  for (const std::string& lacking : validation.lacking) cell.incomplete.push_back(location + ": " + lacking);
  const std::string untested =
      untested_note({validation.untested.begin(), validation.untested.end()}, validation.classes, "validation");
  if (!untested.empty()) cell.notes.push_back(column + ": " + untested);
  if (validation.bacc.n == 0) {
    cell.incomplete.push_back(location + ": no validation result, so it cannot be chosen");
  }
  return candidate;
}

const Candidate* best_candidate(const std::vector<Candidate>& candidates) {
  constexpr double rounding = 1e-9;  // in %: means of the same results in another order differ by less
  const Candidate* best = nullptr;
  for (const Candidate& candidate : candidates) {
    if (candidate.validation.bacc.n == 0) continue;
    if (best == nullptr || candidate.validation.bacc.mean > best->validation.bacc.mean + rounding)
      best = &candidate;
  }
  return best;
}

int count_settings(const std::vector<Candidate>& candidates) {
  int settings = 0;
  for (const Candidate& candidate : candidates) settings += candidate.tau ? std::max(candidate.tau->tried, 1) : 1;
  return settings;
}

TableCell without_test_results(TableCell cell) {
  cell.bacc = cell.gm = estimate({});
  for (Estimate& metric : cell.metrics) metric = estimate({});
  return cell;
}

/// The cell if no label can be chosen: it plans all trials of the method, and none of them counts.
TableCell cell_without_choice(const std::vector<Candidate>& candidates) {
  TableCell cell = without_test_results(candidates.front().cell);
  for (const Candidate& other : std::span(candidates).subspan(1)) {
    cell.planned += other.cell.planned;
    cell.failed += other.cell.failed;
    cell.diverged += other.cell.diverged;
    cell.missing += other.cell.missing;
    cell.without_best += other.cell.without_best;
    cell.facts = merge_facts(std::move(cell.facts), other.cell.facts);
  }
  cell.published = {};
  cell.choice.emplace();
  return cell;
}

TableCell cell_with_choice(const Candidate& best) {
  const Validation& by = best.validation;
  // The network of a fold was trained on a part of the samples, so its test results are not shown.
  TableCell cell = by.pools_folds ? without_test_results(best.cell) : best.cell;
  cell.choice = {best.label, 0, by.planned, by.bacc, by.gm, by.is_complete(), by.pools_folds, best.tau};
  return cell;
}

/// Joins the sentences of all candidates, chosen or not.
std::vector<std::string> join(const std::vector<Candidate>& candidates,
                              std::vector<std::string> TableCell::*sentences) {
  std::vector<std::string> all;
  for (const Candidate& candidate : candidates) {
    const std::vector<std::string>& one = candidate.cell.*sentences;
    all.insert(all.end(), one.begin(), one.end());
  }
  return all;
}

/// Records with a validation matrix, by which settings are compared.
std::vector<const results::TrialRecord*> with_validation(const Group& group) {
  std::vector<const results::TrialRecord*> found = records(group);
  std::erase_if(found, [](const results::TrialRecord* record) { return record->last.validation.classes == 0; });
  return found;
}

}  // namespace

TableCell chosen_cell(const Group& group, const std::string& method, const std::string& column,
                      const TableOptions& options, IdPrefix prefix) {
  if (group.empty()) return make_cell(group, "", options, prefix);
  const std::optional<std::string> mixture =
      check_mixture(why_not_choose(with_validation(group), fmt::format("{} on {}", method, column)),
                    options.allow_mixed, "compared");
  std::vector<Candidate> candidates;
  for (const LabelledTrials& label : group_by_label(group)) {
    candidates.push_back(make_candidate(label, column, options, prefix));
  }
  const Candidate* best = best_candidate(candidates);
  TableCell cell = best == nullptr ? cell_without_choice(candidates) : cell_with_choice(*best);
  cell.choice->settings = count_settings(candidates);
  cell.incomplete = join(candidates, &TableCell::incomplete);
  cell.notes = join(candidates, &TableCell::notes);
  if (mixture) cell.notes.insert(cell.notes.begin(), *mixture);
  if (cell.choice->pools_folds) cell.notes.emplace_back(folds_note);
  if (best != nullptr && !cell.choice->pools_folds) {
    add_intervals(cell, best->trials, fmt::format("{} on {}", best->label, column), options);
  }
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
