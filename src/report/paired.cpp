#include "report/paired.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>

#include "core/error.hpp"
#include "report/cell.hpp"
#include "report/comparability.hpp"
#include "report/data_setting.hpp"
#include "report/metrics.hpp"

namespace m2m {
namespace {

constexpr double none = std::numeric_limits<double>::quiet_NaN();

/// A trial of each label for one data setting and seed.
struct Pair {
  const TrialRecord* a = nullptr;
  const TrialRecord* b = nullptr;
};

/// The seeds that a trial has: two that differ in any of them are no pair.
std::string seeds_of(const Config& config) {
  Json seeds = Json::object();
  for (const auto& [name, value] : config.json().items()) {
    if (name == "seed" || name.starts_with("seeds.")) seeds[name] = value;
  }
  return canonical_json(seeds);
}

void check_label(const StudyResults& results, const std::string& label) {
  std::vector<std::string> labels;
  for (const TrialOutcome& trial : results.trials) labels.push_back(trial.planned.label);
  if (std::count(labels.begin(), labels.end(), label) > 0) return;
  const std::string nearest = nearest_name(labels, label);
  throw usage_error(fmt::format("{}: no trial has the label '{}'{}", results.name, label,
                                nearest.empty() ? "" : fmt::format("; did you mean '{}'?", nearest)));
}

using Pairs = std::map<std::string, Pair>;  // by seeds

/// Data settings in the order of the study, each with its pairs, whole or not.
std::vector<std::pair<std::string, Pairs>> pairs_of(const StudyResults& results, const std::string& a,
                                                    const std::string& b, Selection selection) {
  std::vector<std::pair<std::string, Pairs>> settings;
  for (const TrialOutcome& trial : results.trials) {
    const bool is_a = trial.planned.label == a, is_b = trial.planned.label == b;
    if ((!is_a && !is_b) || !trial.record || selected(*trial.record, selection) == nullptr) continue;
    const std::string data = data_setting_name(trial.planned.config);
    auto found = std::find_if(settings.begin(), settings.end(), [&](const auto& s) { return s.first == data; });
    if (found == settings.end()) found = settings.insert(settings.end(), {data, {}});
    Pair& pair = found->second[seeds_of(trial.planned.config)];
    (is_a ? pair.a : pair.b) = &*trial.record;
  }
  return settings;
}

/// The differences of the pairs that are whole, and what is left of the others.
std::vector<double> differences(const Pairs& pairs, const std::string& metric, const TableOptions& options,
                                PairedDifference& line) {
  std::vector<double> found;
  const auto value = [&](const TrialRecord& record) {
    return metric_value(metric, record, *selected(record, options.selection), options.gm);
  };
  for (const auto& [seeds, pair] : pairs) {
    if (pair.b == nullptr) ++line.only_a;
    if (pair.a == nullptr) ++line.only_b;
    if (pair.a == nullptr || pair.b == nullptr) continue;
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
  std::vector<const TrialRecord*> records;
  for (const auto& [seeds, pair] : pairs) {
    if (pair.a == nullptr || pair.b == nullptr) continue;
    records.push_back(pair.a);
    records.push_back(pair.b);
  }
  if (records.empty()) return;
  if (const auto why = why_not_compare(records, where)) {
    throw usage_error(*why + "; --allow-mixed if you mean it");
  }
}

std::string number(double value) { return std::isfinite(value) ? fmt::format("{:+.2f}", value) : "-"; }

Json number_or_null(double value) { return std::isfinite(value) ? Json(value) : Json(nullptr); }

}  // namespace

double student_quantile(int degrees) {
  constexpr std::array table = {12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228,
                                2.201,  2.179, 2.160, 2.145, 2.131, 2.120, 2.110, 2.101, 2.093, 2.086,
                                2.080,  2.074, 2.069, 2.064, 2.060, 2.056, 2.052, 2.048, 2.045, 2.042};
  if (degrees <= static_cast<int>(table.size())) return table[static_cast<std::size_t>(degrees) - 1];
  // Cornish and Fisher's expansion about the normal quantile: right to four digits from 30 degrees on.
  constexpr double z = 1.959964;
  const double n = degrees;
  return z + (z * z * z + z) / (4 * n) + (5 * std::pow(z, 5) + 16 * z * z * z + 3 * z) / (96 * n * n);
}

double sign_test(int better, int worse) {
  const int n = better + worse;
  double tail = 0, binomial = std::pow(0.5, n);
  for (int i = 0; i <= std::min(better, worse); ++i) {
    tail += binomial;
    binomial *= static_cast<double>(n - i) / (i + 1);
  }
  return std::min(1.0, 2 * tail);
}

std::vector<PairedDifference> compare_paired(const StudyResults& results, const std::string& a,
                                             const std::string& b, const std::string& metric,
                                             const TableOptions& options) {
  check_label(results, a);
  check_label(results, b);
  std::vector<PairedDifference> lines;
  for (const auto& [data, pairs] : pairs_of(results, a, b, options.selection)) {
    if (!options.allow_mixed) refuse_mixtures(pairs, data);
    PairedDifference line;
    line.data = data;
    const Estimate mean = estimate(differences(pairs, metric, options, line));
    if (mean.n == 0) continue;
    line.n = mean.n;
    line.mean_a /= mean.n;
    line.mean_b /= mean.n;
    line.difference = mean.mean;
    const double half = mean.n < 2 ? none : student_quantile(mean.n - 1) * mean.std / std::sqrt(mean.n);
    line.low = mean.mean - half;
    line.high = mean.mean + half;
    line.sign_test = sign_test(line.better, line.worse);
    lines.push_back(line);
  }
  if (lines.empty()) {
    throw usage_error(fmt::format("{}: no seed has a result of both '{}' and '{}'", results.name, a, b));
  }
  return lines;
}

std::string paired_markdown(const std::vector<PairedDifference>& lines, const std::string& a, const std::string& b,
                            const std::string& metric) {
  std::string text = fmt::format("{} against {}, test {} in %, seed by seed\n\n", a, b, metric);
  text += fmt::format("| data | n | {} | {} | difference | 95 % interval | better / worse / same | sign test |\n",
                      a, b);
  text += "| :--- | ---: | ---: | ---: | ---: | :--- | :--- | :--- |\n";
  for (const PairedDifference& line : lines) {
    text += fmt::format("| {} | {} | {:.2f} | {:.2f} | {} | {} to {} | {} / {} / {} | {} |\n", line.data, line.n,
                        line.mean_a, line.mean_b, number(line.difference), number(line.low), number(line.high),
                        line.better, line.worse, line.n - line.better - line.worse,
                        line.is_too_small() ? "n too small" : fmt::format("p = {:.3f}", line.sign_test));
  }
  for (const PairedDifference& line : lines) {
    if (line.only_a + line.only_b == 0) continue;
    text += fmt::format("\n- {}: left out for want of the other: {} of {}, {} of {}\n", line.data, line.only_a, a,
                        line.only_b, b);
  }
  return text;
}

Json paired_json(const std::vector<PairedDifference>& lines, const std::string& a, const std::string& b,
                 const std::string& metric) {
  Json rows = Json::array();
  for (const PairedDifference& line : lines) {
    rows.push_back({{"data", line.data},
                    {"n", line.n},
                    {"mean_a", line.mean_a},
                    {"mean_b", line.mean_b},
                    {"difference", line.difference},
                    {"low", number_or_null(line.low)},
                    {"high", number_or_null(line.high)},
                    {"better", line.better},
                    {"worse", line.worse},
                    {"sign_test", line.is_too_small() ? Json(nullptr) : Json(line.sign_test)},
                    {"only_a", line.only_a},
                    {"only_b", line.only_b}});
  }
  return {{"a", a}, {"b", b}, {"metric", metric}, {"lines", std::move(rows)}};
}

}  // namespace m2m
