#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "core/error.hpp"
#include "report/analyses.hpp"
#include "report/comparability.hpp"
#include "report/groups.hpp"
#include "report/statistics.hpp"
#include "settings/texts.hpp"

namespace m2m::report {
namespace {

constexpr double none = std::numeric_limits<double>::quiet_NaN();

/// A trial of each side for one data setting and seed.
struct Pair {
  const results::TrialRecord* a = nullptr;
  const results::TrialRecord* b = nullptr;
  bool is_whole() const { return a != nullptr && b != nullptr; }
};

using Pairs = std::map<std::string, Pair>;  // by seeds: trials that differ in any of them are no pair
using Settings = std::vector<std::pair<std::string, Pairs>>;

void add_side(Settings& settings, const Side& side, const results::TrialRecord* Pair::*which, Selection selection) {
  for (const results::TrialOutcome& trial : side.study.trials) {
    if (trial.planned.label != side.label || !trial.record) continue;
    if (selected(*trial.record, selection) == nullptr) continue;
    const std::string data = settings::data_title(trial.planned.config);
    auto found = std::find_if(settings.begin(), settings.end(), [&](const auto& s) { return s.first == data; });
    if (found == settings.end()) found = settings.insert(settings.end(), {data, {}});
    found->second[settings::seeds_text(trial.planned.config)].*which = &*trial.record;
  }
}

/// Data settings in the order of A's study, each with its pairs, whole or not.
Settings pairs_of(const Side& a, const Side& b, Selection selection) {
  Settings settings;
  add_side(settings, a, &Pair::a, selection);
  add_side(settings, b, &Pair::b, selection);
  return settings;
}

/// The differences of the pairs that are whole, and what is left of the others.
std::vector<double> differences(const Pairs& pairs, const std::string& metric, const TableOptions& options,
                                PairedDifference& line) {
  std::vector<double> found;
  const auto value = [&](const results::TrialRecord& record) {
    return metric_value(metric, record, *selected(record, options.selection), options.gm);
  };
  for (const auto& [seeds, pair] : pairs) {
    if (pair.b == nullptr) ++line.only_a;
    if (pair.a == nullptr) ++line.only_b;
    if (!pair.is_whole()) continue;
    const double of_a = value(*pair.a), of_b = value(*pair.b);
    line.mean_a += of_a;
    line.mean_b += of_b;
    if (of_a > of_b) ++line.better;
    if (of_a < of_b) ++line.worse;
    found.push_back(of_a - of_b);
  }
  return found;
}

void refuse_mixtures(const Pairs& pairs, const std::string& where) {
  std::vector<const results::TrialRecord*> records;
  std::optional<std::string> other_data;
  for (const auto& [seeds, pair] : pairs) {
    if (!pair.is_whole()) continue;
    records.insert(records.end(), {pair.a, pair.b});
    if (!other_data) other_data = why_not_pair(*pair.a, *pair.b, where);
  }
  if (records.empty()) return;
  std::optional<std::string> why = why_not_compare(records, where);
  if (!why) why = other_data;
  if (why) throw usage_error(*why + "; --allow-mixed if you mean it");
}

PairedDifference line_of(const std::string& data, const Pairs& pairs, const std::string& metric,
                         const TableOptions& options) {
  PairedDifference line;
  line.data = data;
  const Estimate mean = estimate(differences(pairs, metric, options, line));
  line.n = mean.n;
  if (line.n == 0) return line;
  line.mean_a /= mean.n;
  line.mean_b /= mean.n;
  line.difference = mean.mean;
  const double half = mean.n < 2 ? none : student_quantile(mean.n - 1) * mean.std / std::sqrt(mean.n);
  line.low = mean.mean - half;
  line.high = mean.mean + half;
  line.sign_test = sign_test(line.better, line.worse);
  return line;
}

std::string study_names(const Side& a, const Side& b) {
  return &a.study == &b.study ? a.study.name : fmt::format("{} and {}", a.study.name, b.study.name);
}

}  // namespace

std::vector<PairedDifference> compare_paired(const Side& a, const Side& b, const std::string& metric,
                                             const TableOptions& options) {
  check_label(a.study, a.label);
  check_label(b.study, b.label);
  std::vector<PairedDifference> lines;
  for (const auto& [data, pairs] : pairs_of(a, b, options.selection)) {
    if (!options.allow_mixed) refuse_mixtures(pairs, data);
    PairedDifference line = line_of(data, pairs, metric, options);
    if (line.n > 0) lines.push_back(std::move(line));
  }
  if (lines.empty()) {
    throw usage_error(fmt::format("{}: no seed has a result of both '{}' and '{}'; train both with the same seeds",
                                  study_names(a, b), a.label, b.label));
  }
  return lines;
}

Sheet paired_sheet(const std::vector<PairedDifference>& lines, const std::string& a, const std::string& b,
                   const std::string& metric, const TableOptions& options) {
  Sheet sheet{fmt::format("A = {} against B = {}, seed by seed: {}, test {} in %", a, b,
                          selection_name(options.selection), metric_title(metric, options.gm)),
              {{"data", "data"},
               {"a", ""},
               {"b", ""},
               {"metric", ""},
               {"n", "n"},
               {"mean_a", "A"},
               {"mean_b", "B"},
               {"difference", "A - B", 2, "-", true},
               {"low", "95 % from", 2, "-", true},
               {"high", "to", 2, "-", true},
               {"better", "A above"},
               {"worse", "A below"},
               {"same", "same"},
               {"sign_test", "sign test p", 3, "n too small"},
               {"only_a", "only A"},
               {"only_b", "only B"}},
              {},
              {}};
  for (const PairedDifference& line : lines) {
    sheet.rows.push_back({line.data, a, b, metric, line.n, line.mean_a, line.mean_b, line.difference,
                          number_or_null(line.low), number_or_null(line.high), line.better, line.worse,
                          line.n - line.better - line.worse, line.is_too_small() ? Json() : Json(line.sign_test),
                          line.only_a, line.only_b});
  }
  return sheet;
}

}  // namespace m2m::report
