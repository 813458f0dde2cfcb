#include "report/validation.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <set>

#include "core/error.hpp"
#include "core/metrics.hpp"
#include "settings/data_settings.hpp"
#include "settings/table.hpp"
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

}  // namespace m2m::report
