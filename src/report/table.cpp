#include "report/table.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/error.hpp"
#include "report/cells.hpp"
#include "report/choice.hpp"
#include "report/groups.hpp"
#include "report/notes.hpp"

namespace m2m::report {
namespace {

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

}  // namespace

const char* selection_name(Selection selection) {
  return selection == Selection::last ? "last epoch" : "best validation epoch";
}

const char* gm_name(GmKind gm) { return gm == GmKind::zero ? "GM" : "GM without classes of zero recall"; }

bool shows_published(const TableOptions& options) {
  return has_standard_axes(options) && options.metrics.size() >= 2 && options.metrics[0] == "bacc" &&
         options.metrics[1] == "gm";
}

ResultTable make_table(const results::StudyResults& results, const TableOptions& options) {
  ResultTable table;
  table.options = options;
  check_axes(results, options);
  check_metrics(options.metrics);
  if (options.choose) check_choosable(results);
  GroupedTrials grouped = group_trials(results, options);
  table.rows = std::move(grouped.rows);
  table.columns = std::move(grouped.columns);
  const auto& groups = grouped.groups;
  const IdPrefix prefix = unique_prefix(results);
  for (std::size_t row = 0; row < groups.size(); ++row) {
    std::vector<TableCell>& cells = table.cells.emplace_back();
    for (std::size_t column = 0; column < groups[row].size(); ++column) {
      const Group& group = groups[row][column];
      const std::string of = axis_title(options.rows, table.rows[row]);
      const std::string on = axis_title(options.columns, table.columns[column]);
      cells.push_back(options.choose ? chosen_cell(table, group, of, on, prefix)
                                     : cell_of(table, group, fmt::format("{} on {}", of, on), prefix));
      for (const Fact& fact : cells.back().facts) add_fact(table.facts, fact);
    }
  }
  if (!options.choose) check_selection(table);
  note_rerun(table);
  for (const std::string& note : untested_notes(results, options.selection)) table.notes.push_back(note);
  return table;
}

}  // namespace m2m::report
