#include "report/cells.hpp"

#include <fmt/format.h>

#include <cmath>

#include "core/error.hpp"
#include "core/untested.hpp"
#include "report/groups.hpp"

namespace m2m::report {
namespace {

void count(TableCell& cell, const results::TrialOutcome& trial) {
  ++cell.planned;
  cell.failed += trial.status == results::TrialStatus::failed;
  cell.diverged += trial.status == results::TrialStatus::diverged;
  cell.missing += trial.status == results::TrialStatus::missing;
}

TableCell average(const Group& group, const TableOptions& options) {
  TableCell cell;
  std::vector<double> bacc;
  std::vector<double> gm;
  std::vector<std::vector<double>> metrics(options.metrics.size());
  for (const results::TrialOutcome* trial : group) {
    count(cell, *trial);
    for (const Fact& fact : facts_of(trial->planned.config)) add_fact(cell.facts, fact);
    if (!trial->record) continue;
    const results::Snapshot* snapshot = selected(*trial->record, options.selection);
    if (snapshot == nullptr) {
      ++cell.without_best;
      continue;
    }
    const Confusion& test = snapshot->test;
    for (const int label : untested_classes(test)) cell.untested.insert(label);
    bacc.push_back(100 * balanced_accuracy(test));
    gm.push_back(100 * (options.gm == GmKind::zero ? geometric_mean(test) : geometric_mean_of_nonzero(test)));
    for (std::size_t i = 0; i < metrics.size(); ++i) {
      const double value = metric_value(options.metrics[i], *trial->record, *snapshot, options.gm);
      if (!std::isnan(value)) metrics[i].push_back(value);
    }
  }
  cell.bacc = estimate(bacc);
  cell.gm = estimate(gm);
  for (const auto& values : metrics) cell.metrics.push_back(estimate(values));
  if (!group.empty() && has_standard_axes(options)) {
    cell.published = published_numbers(group.front()->planned.config, group.front()->planned.label);
  }
  return cell;
}

/// Says which metrics some trials lack: a group without classes, logits that are not numbers, files from before.
void note_lacking(ResultTable& table, const TableCell& cell, const std::string& where) {
  for (std::size_t i = 0; i < cell.metrics.size(); ++i) {
    const int lacking = cell.bacc.n - cell.metrics[i].n;
    if (lacking == 0) continue;
    table.notes.push_back(
        fmt::format("{}: {} of {} trials have no {}", where, lacking, cell.bacc.n, table.options.metrics[i]));
  }
}

}  // namespace

void add_fact(std::vector<Fact>& facts, const Fact& fact) {
  for (Fact& known : facts) {
    if (known.name != fact.name) continue;
    if ((", " + known.value + ", ").find(", " + fact.value + ", ") == std::string::npos) {
      known.value += ", " + fact.value;
    }
    return;
  }
  facts.push_back(fact);
}

void refuse_or_note(std::vector<std::string>& notes, bool allow_mixed, const std::optional<std::string>& why,
                    const char* done) {
  if (!why) return;
  if (!allow_mixed) throw usage_error(*why + "; --allow-mixed if you mean it");
  notes.push_back(fmt::format("{} all the same (--allow-mixed): {}", done, *why));
}

TableCell cell_of(ResultTable& table, const Group& group, const std::string& where, IdPrefix prefix,
                  const std::set<std::string>& may_differ) {
  refuse_or_note(table.notes, table.options.allow_mixed, why_not_average(records_of(group), where, may_differ),
                 "averaged");
  TableCell cell = average(group, table.options);
  note_lacking(table, cell, where);
  for (std::string& sentence : what_is_missing(group, where, table.options.selection, prefix)) {
    table.incomplete.push_back(std::move(sentence));
  }
  return cell;
}

}  // namespace m2m::report
