#include "report/table.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/error.hpp"
#include "report/cell.hpp"
#include "report/choice.hpp"
#include "report/data_setting.hpp"
#include "report/metrics.hpp"

namespace m2m {
namespace {

std::size_t position(std::vector<std::string>& names, const std::string& name) {
  const auto found = std::find(names.begin(), names.end(), name);
  if (found != names.end()) return static_cast<std::size_t>(found - names.begin());
  names.push_back(name);
  return names.size() - 1;
}

void check_metrics(const std::vector<std::string>& names) {
  for (auto name = names.begin(); name != names.end(); ++name) {
    find_metric(*name);
    if (std::find(names.begin(), name, *name) != name) {
      throw usage_error(fmt::format("the metric '{}' is asked for twice", *name));
    }
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

std::string row_of(const PlannedTrial& trial, const TableOptions& options) {
  return options.choose ? text_or(trial.config, "method", trial.label) : trial.label;
}

std::vector<std::vector<Group>> group_trials(const StudyResults& results, ResultTable& table) {
  std::vector<std::vector<Group>> groups;
  for (const TrialOutcome& trial : results.trials) {
    const std::size_t row = position(table.rows, row_of(trial.planned, table.options));
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
  if (options.choose) check_choosable(results);
  const auto groups = group_trials(results, table);
  const IdPrefix prefix = unique_prefix(results);
  for (std::size_t row = 0; row < groups.size(); ++row) {
    std::vector<TableCell>& cells = table.cells.emplace_back();
    for (std::size_t column = 0; column < groups[row].size(); ++column) {
      const Group& group = groups[row][column];
      const std::string& on = table.columns[column];
      cells.push_back(options.choose ? chosen_cell(table, group, table.rows[row], on, prefix)
                                     : cell_of(table, group, fmt::format("{} on {}", table.rows[row], on), prefix));
      for (const Fact& fact : cells.back().facts) add_fact(table.facts, fact);
    }
  }
  if (!options.choose) check_selection(table);
  note_rerun(table);
  return table;
}

}  // namespace m2m
