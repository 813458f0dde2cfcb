// Compares two labels seed by seed.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

#include "core/error.hpp"
#include "report/analyses.hpp"
#include "report/comparability.hpp"
#include "settings/recipe.hpp"
#include "settings/table.hpp"

namespace m2m::report {
namespace {

constexpr double none = std::numeric_limits<double>::quiet_NaN();

/// A trial of A and one of B for one data setting and seed.
struct Pair {
  const results::TrialRecord* a = nullptr;
  const results::TrialRecord* b = nullptr;
  bool is_whole() const { return a != nullptr && b != nullptr; }
};

using Pairs = std::map<std::string, Pair>;  // by all seeds: trials that differ in any are not paired
using PairsByData = std::vector<std::pair<std::string, Pairs>>;

Pairs& pairs_of_data(PairsByData& all, const std::string& data) {
  const auto found = std::find_if(all.begin(), all.end(), [&](const auto& one) { return one.first == data; });
  return found == all.end() ? all.emplace_back(data, Pairs()).second : found->second;
}

/// Pairs the trials of A and B, whole or not; data settings are in the order of A's study.
PairsByData make_pairs(const ComparedLabel& a, const ComparedLabel& b, Selection selection) {
  PairsByData all;
  for (const auto& [compared, member] : {std::pair{&a, &Pair::a}, std::pair{&b, &Pair::b}}) {
    for (const results::TrialOutcome& trial : compared->study.trials) {
      if (trial.planned.label != compared->label || !trial.record) continue;
      if (selected_snapshot(*trial.record, selection) == nullptr) continue;
      Pairs& pairs = pairs_of_data(all, settings::data_title(trial.planned.config));
      pairs[settings::seeds_text(trial.planned.config)].*member = &*trial.record;
    }
  }
  return all;
}

void check_pairs(const Pairs& pairs, const std::string& location) {
  std::vector<const results::TrialRecord*> records;
  std::optional<std::string> other_data;
  for (const auto& [seeds, pair] : pairs) {
    if (!pair.is_whole()) continue;
    records.insert(records.end(), {pair.a, pair.b});
    if (!other_data) other_data = why_not_pair(*pair.a, *pair.b, location);
  }
  if (records.empty()) return;
  const std::optional<std::string> why = why_not_compare(records, location);
  check_mixture(why ? why : other_data, false, "compared");
}

/// The metric of the whole pairs, in %, in the order of their seeds.
struct PairedValues {
  std::vector<double> a, b, differences;
};

PairedValues paired_values(const Pairs& pairs, const std::string& metric, const TableOptions& options) {
  const auto value = [&](const results::TrialRecord& record) {
    return metric_value(metric, record, *selected_snapshot(record, options.selection), options.gm);
  };
  PairedValues values;
  for (const auto& [seeds, pair] : pairs) {
    if (!pair.is_whole()) continue;
    values.a.push_back(value(*pair.a));
    values.b.push_back(value(*pair.b));
    values.differences.push_back(values.a.back() - values.b.back());
  }
  return values;
}

PairedDifference make_difference(const std::string& data, const Pairs& pairs, const std::string& metric,
                                 const TableOptions& options) {
  const PairedValues values = paired_values(pairs, metric, options);
  const Estimate difference = estimate(values.differences);
  PairedDifference line;
  line.data = data;
  line.n = difference.n;
  for (const auto& [seeds, pair] : pairs) {
    line.only_a += pair.b == nullptr;
    line.only_b += pair.a == nullptr;
  }
  for (const double one : values.differences) {
    line.better += one > 0;
    line.worse += one < 0;
  }
  line.mean_a = estimate(values.a).mean;
  line.mean_b = estimate(values.b).mean;
  line.difference = difference.mean;
  const double half = line.n < 2 ? none : student_quantile(line.n - 1) * difference.std / std::sqrt(line.n);
  line.low = difference.mean - half;
  line.high = difference.mean + half;
  line.sign_test = sign_test(line.better, line.worse);
  return line;
}

/// The facts of the records of whole pairs on one side.
std::vector<Fact> facts_of(const Pairs& pairs, const results::TrialRecord* Pair::*side) {
  std::vector<Fact> facts;
  for (const auto& [seeds, pair] : pairs) {
    if (pair.is_whole()) facts = merge_facts(std::move(facts), make_facts(Config((pair.*side)->config)));
  }
  std::erase_if(facts, [](const Fact& fact) { return settings::is_of_recipe(fact.name); });
  return facts;
}

/// The value of a fact; settings at their default are none.
std::string value_in(const std::vector<Fact>& facts, const std::string& name) {
  const auto found = std::find_if(facts.begin(), facts.end(), [&](const Fact& fact) { return fact.name == name; });
  return found == facts.end() ? "the default" : found->value;
}

std::string study_names(const ComparedLabel& a, const ComparedLabel& b) {
  return &a.study == &b.study ? a.study.name : fmt::format("{} and {}", a.study.name, b.study.name);
}

}  // namespace

std::vector<PairedDifference> compare_paired(const ComparedLabel& a, const ComparedLabel& b,
                                             const std::string& metric, const TableOptions& options) {
  check_label(a.study, a.label);
  check_label(b.study, b.label);
  std::vector<PairedDifference> lines;
  for (const auto& [data, pairs] : make_pairs(a, b, options.selection)) {
    if (!options.allow_mixed) check_pairs(pairs, data);
    PairedDifference line = make_difference(data, pairs, metric, options);
    if (line.n > 0) lines.push_back(std::move(line));
  }
  if (lines.empty()) {
    throw usage_error(fmt::format("{}: no seed has a result of both '{}' and '{}'; train both with the same seeds",
                                  study_names(a, b), a.label, b.label));
  }
  return lines;
}

std::vector<std::string> unlike_facts(const ComparedLabel& a, const ComparedLabel& b, const TableOptions& options) {
  std::vector<std::string> remarks;
  for (const auto& [data, pairs] : make_pairs(a, b, options.selection)) {
    const std::vector<Fact> of_a = facts_of(pairs, &Pair::a), of_b = facts_of(pairs, &Pair::b);
    for (const Fact& fact : merge_facts(of_a, of_b)) {
      const std::string in_a = value_in(of_a, fact.name), in_b = value_in(of_b, fact.name);
      if (in_a != in_b) {
        remarks.push_back(fmt::format("{}: A and B differ in {}: A has {}, B {}", data, fact.name, in_a, in_b));
      }
    }
  }
  return remarks;
}

Sheet paired_sheet(const std::vector<PairedDifference>& lines, const std::string& a, const std::string& b,
                   const std::string& metric, const TableOptions& options) {
  Sheet sheet{fmt::format("A = {} against B = {}, seed by seed: {}, test {} in %", a, b, to_text(options.selection),
                          metric_title(metric, options.gm)),
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
