#include "report/table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/error.hpp"
#include "report/data_setting.hpp"
#include "report/incomplete.hpp"
#include "report/metrics.hpp"

namespace m2m {
namespace {

std::size_t position(std::vector<std::string>& names, const std::string& name) {
  const auto found = std::find(names.begin(), names.end(), name);
  if (found != names.end()) return static_cast<std::size_t>(found - names.begin());
  names.push_back(name);
  return names.size() - 1;
}

const Snapshot* selected(const TrialRecord& record, Selection selection) {
  if (selection == Selection::last) return &record.last;
  return record.best ? &*record.best : nullptr;
}

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

/// The trials of one cell, as planned.
using Group = std::vector<const TrialOutcome*>;

void count(TableCell& cell, const TrialOutcome& trial) {
  ++cell.planned;
  cell.failed += trial.status == TrialStatus::failed;
  cell.diverged += trial.status == TrialStatus::diverged;
  cell.missing += trial.status == TrialStatus::missing;
}

TableCell average(const Group& group, const TableOptions& options) {
  TableCell cell;
  std::vector<double> bacc;
  std::vector<double> gm;
  std::vector<std::vector<double>> metrics(options.metrics.size());
  for (const TrialOutcome* trial : group) {
    count(cell, *trial);
    for (const Fact& fact : facts_of(trial->planned.config)) add_fact(cell.facts, fact);
    if (!trial->record) continue;
    const Snapshot* snapshot = selected(*trial->record, options.selection);
    if (snapshot == nullptr) {
      ++cell.without_best;
      continue;
    }
    const Confusion& test = snapshot->test;
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
  if (!group.empty()) {
    cell.published = published_numbers(group.front()->planned.config, group.front()->planned.label);
  }
  return cell;
}

void check_mixture(ResultTable& table, const Group& group, const std::string& where) {
  std::vector<const TrialRecord*> records;
  for (const TrialOutcome* trial : group) {
    if (trial->record) records.push_back(&*trial->record);
  }
  if (records.empty()) return;
  const auto why = why_not_average(records, where);
  if (!why) return;
  if (!table.options.allow_mixed) throw usage_error(*why + "; --allow-mixed if you mean it");
  table.notes.push_back("averaged all the same (--allow-mixed): " + *why);
}

void check_metrics(const std::vector<std::string>& names) {
  for (auto name = names.begin(); name != names.end(); ++name) {
    find_metric(*name);
    if (std::find(names.begin(), name, *name) != name) {
      throw usage_error(fmt::format("the metric '{}' is asked for twice", *name));
    }
  }
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

void note_rerun(ResultTable& table) {
  if (!shows_published(table.options)) return;
  for (const auto& row : table.cells) {
    for (const TableCell& cell : row) {
      if (cell.published.rerun.bacc.empty()) continue;
      table.notes.push_back(
          fmt::format("rerun by others: {}, one seed a cell, GM without classes of zero recall", rerun_source));
      return;
    }
  }
}

void check_selection(const ResultTable& table) {
  int selectable = 0;
  int without = 0;
  for (const auto& row : table.cells) {
    for (const TableCell& cell : row) {
      selectable += cell.bacc.n;
      without += cell.without_best;
    }
  }
  if (selectable == 0 && without > 0) {
    throw usage_error("no trial has a best epoch, since none has a validation set: use --select last");
  }
}

std::vector<std::vector<Group>> group_trials(const StudyResults& results, ResultTable& table) {
  std::vector<std::vector<Group>> groups;
  for (const TrialOutcome& trial : results.trials) {
    const std::size_t row = position(table.rows, trial.planned.label);
    const std::size_t column = position(table.columns, data_setting_name(trial.planned.config));
    groups.resize(table.rows.size());
    for (auto& of_row : groups) of_row.resize(table.columns.size());
    Group& group = groups[row][column];
    const bool repeated = std::any_of(group.begin(), group.end(), [&](const TrialOutcome* other) {
      return other->planned.id == trial.planned.id;
    });
    if (!repeated) group.push_back(&trial);
  }
  return groups;
}

}  // namespace

const char* selection_name(Selection selection) {
  return selection == Selection::last ? "last epoch" : "best validation epoch";
}

const char* gm_name(GmKind gm) { return gm == GmKind::zero ? "GM" : "GM without classes of zero recall"; }

bool shows_published(const TableOptions& options) {
  return options.metrics.size() >= 2 && options.metrics[0] == "bacc" && options.metrics[1] == "gm";
}

ResultTable make_table(const StudyResults& results, const TableOptions& options) {
  ResultTable table;
  table.options = options;
  check_metrics(options.metrics);
  const auto groups = group_trials(results, table);
  const IdPrefix prefix = unique_prefix(results);
  for (std::size_t row = 0; row < groups.size(); ++row) {
    std::vector<TableCell>& cells = table.cells.emplace_back();
    for (std::size_t column = 0; column < groups[row].size(); ++column) {
      const Group& group = groups[row][column];
      const std::string where = fmt::format("{} on {}", table.rows[row], table.columns[column]);
      check_mixture(table, group, where);
      cells.push_back(average(group, options));
      note_lacking(table, cells.back(), where);
      for (const Fact& fact : cells.back().facts) add_fact(table.facts, fact);
      for (std::string& sentence : what_is_missing(group, where, options.selection, prefix)) {
        table.incomplete.push_back(std::move(sentence));
      }
    }
  }
  check_selection(table);
  note_rerun(table);
  return table;
}

}  // namespace m2m
