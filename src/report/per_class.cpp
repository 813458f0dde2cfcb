// Metrics of each class: means over seeds.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <optional>
#include <set>

#include "core/error.hpp"
#include "report/analyses.hpp"
#include "report/comparability.hpp"
#include "report/notes.hpp"

namespace m2m::report {
namespace {

using Row = std::vector<Json>;

/// One label on one data setting, and what its trials measured.
struct LabelOnData {
  std::string label, data;
  std::vector<TestMeasures> trials;
  std::size_t classes = 0;

  std::string location() const { return fmt::format("{} on {}", label, data); }
};

/// Throws Error (usage) if the trials have different numbers of classes.
LabelOnData measure(const std::string& label, const std::string& data, const Group& group, Selection selection) {
  LabelOnData of{label, data, {}};
  for (const results::TrialRecord* record : records(group)) {
    const results::Snapshot* snapshot = selected_snapshot(*record, selection);
    if (snapshot != nullptr) of.trials.emplace_back(*record, *snapshot);
  }
  if (of.trials.empty()) return of;
  of.classes = of.trials.front().totals.samples.size();
  for (const TestMeasures& trial : of.trials) {
    if (trial.totals.samples.size() == of.classes) continue;
    throw usage_error(
        fmt::format("{}: trials of {} and of {} classes have no classes in common; show them in rows "
                    "of their own",
                    of.location(), of.classes, trial.totals.samples.size()));
  }
  return of;
}

/// The count of a class, if it is known and the same in all trials.
template <typename Counts>
std::optional<std::int64_t> common_count(const LabelOnData& of, std::size_t label, const Counts& counts) {
  std::set<std::int64_t> values;
  for (const TestMeasures& trial : of.trials) {
    if (counts(trial).empty()) return std::nullopt;
    values.insert(counts(trial)[label]);
  }
  return values.size() == 1 ? std::optional(*values.begin()) : std::nullopt;
}

template <typename Counts>
Json count_or_null(const LabelOnData& of, std::size_t label, const Counts& counts) {
  const std::optional<std::int64_t> count = common_count(of, label, counts);
  return count ? Json(*count) : Json();
}

/// Labels by the training counts of the first trial; in their own order if these are not recorded.
std::vector<int> ordered_labels(const LabelOnData& of) {
  std::vector<int> labels(of.classes);
  std::iota(labels.begin(), labels.end(), 0);
  return of.trials.front().counts.empty() ? labels : labels_by_rank(of.trials.front().counts);
}

/// The metric of a class in each trial that has it, in %.
std::vector<double> values_of(const LabelOnData& of, const ClassMetric& metric, std::size_t label) {
  std::vector<double> values;
  for (const TestMeasures& trial : of.trials) {
    const std::vector<double> by_class = metric.measure(trial);
    if (!by_class.empty() && !std::isnan(by_class[label])) values.push_back(100 * by_class[label]);
  }
  return values;
}

/// The name of a class by the first trial, or null.
Json name_or_null(const LabelOnData& of, std::size_t label) {
  const std::vector<std::string>& names = of.trials.front().names;
  return names.empty() ? Json() : Json(names[label]);
}

std::vector<Row> class_rows(const LabelOnData& of) {
  std::vector<Row> rows;
  if (of.trials.empty()) return rows;
  for (const int label : ordered_labels(of)) {
    const auto k = static_cast<std::size_t>(label);
    Row row = {of.label,
               of.data,
               label,
               name_or_null(of, k),
               count_or_null(of, k, [](const TestMeasures& trial) { return trial.counts; }),
               count_or_null(of, k, [](const TestMeasures& trial) { return trial.totals.samples; }),
               of.trials.size()};
    for (const ClassMetric& metric : class_metrics()) {
      const Estimate mean = estimate(values_of(of, metric, k));
      row.push_back(number_or_null(mean.mean));
      row.push_back(number_or_null(mean.std));
    }
    rows.push_back(std::move(row));
  }
  return rows;
}

/// Names the trials without a ranking; "" if all have one.
std::string unranked_note(const LabelOnData& of) {
  const auto unranked = std::count_if(of.trials.begin(), of.trials.end(), [](const TestMeasures& trial) {
    const std::vector<double>& values = trial.ranking.average_precision;
    return std::all_of(values.begin(), values.end(), [](double value) { return std::isnan(value); });
  });
  if (unranked == 0) return "";
  return fmt::format("{}: {} of {} trials have no AUROC and AUPRC: no logits are recorded, or one is not finite",
                     of.location(), unranked, of.trials.size());
}

Sheet empty_sheet(const results::StudyResults& results, Selection selection) {
  Sheet sheet{fmt::format("{}: classes, most frequent first, test set, {}, in %, mean +- std over n trials",
                          results.name, to_text(selection)),
              {{"method", "method"},
               {"data", "data"},
               {"class", "class"},
               {"name", ""},
               {"training", "training"},
               {"test", "test"},
               {"n", "n"}},
              {},
              {}};
  for (const ClassMetric& metric : class_metrics()) {
    SheetColumn mean{std::string(metric.name) + "_mean", metric.title, 1};
    mean.has_deviation = true;
    sheet.columns.push_back(mean);
    sheet.columns.push_back({std::string(metric.name) + "_std", ""});
  }
  return sheet;
}

/// Shows the names of the classes to people if any class has one.
void show_names(Sheet& sheet) {
  const auto name = std::find_if(sheet.columns.begin(), sheet.columns.end(),
                                 [](const SheetColumn& column) { return column.name == "name"; });
  const auto at = static_cast<std::size_t>(name - sheet.columns.begin());
  const auto is_named = [at](const Row& row) { return !row[at].is_null(); };
  if (std::any_of(sheet.rows.begin(), sheet.rows.end(), is_named)) name->title = "name";
}

/// Adds the rows and notes of one label on one data setting. Throws Error (usage) as class_sheet does.
void add_group(Sheet& sheet, const LabelOnData& of, const Group& group, const TableOptions& options,
               IdPrefix prefix) {
  const std::optional<std::string> mixture =
      check_mixture(why_not_average(records(group), of.location()), options.allow_mixed, "averaged");
  if (mixture) sheet.notes.push_back(*mixture);
  for (Row& row : class_rows(of)) sheet.rows.push_back(std::move(row));
  if (const std::string note = unranked_note(of); !note.empty()) sheet.notes.push_back(note);
  for (std::string& note : missing_notes(group, of.location(), options.selection, prefix)) {
    sheet.notes.push_back(std::move(note));
  }
}

}  // namespace

Sheet class_sheet(const results::StudyResults& results, const std::string& label, const TableOptions& options) {
  if (!label.empty()) check_label(results, label);
  Sheet sheet = empty_sheet(results, options.selection);
  const GroupedTrials grouped = group_trials(results, options);
  const IdPrefix prefix = unique_prefix(results);
  for (std::size_t row = 0; row < grouped.rows.size(); ++row) {
    if (!label.empty() && grouped.rows[row] != label) continue;
    for (std::size_t column = 0; column < grouped.columns.size(); ++column) {
      const Group& group = grouped.groups[row][column];
      if (group.empty()) continue;
      const LabelOnData of = measure(grouped.rows[row], grouped.columns[column], group, options.selection);
      add_group(sheet, of, group, options, prefix);
    }
  }
  show_names(sheet);
  return sheet;
}

}  // namespace m2m::report
