#include "report/table.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "core/error.hpp"
#include "report/bootstrap.hpp"
#include "report/choice.hpp"

namespace m2m::report {
namespace {

using Cells = std::vector<std::vector<TableCell>>;

void check_metrics(const std::vector<std::string>& names) {
  for (auto name = names.begin(); name != names.end(); ++name) {
    find_metric(*name);
    if (std::find(names.begin(), name, *name) != name) {
      throw usage_error(fmt::format("the metric '{}' is given twice", *name));
    }
  }
}

Cells make_cells(const GroupedTrials& grouped, const TableOptions& options, IdPrefix prefix) {
  Cells cells(grouped.rows.size());
  for (std::size_t row = 0; row < grouped.rows.size(); ++row) {
    const std::string row_title = axis_title(options.rows, grouped.rows[row]);
    for (std::size_t column = 0; column < grouped.columns.size(); ++column) {
      const Group& group = grouped.groups[row][column];
      const std::string column_title = axis_title(options.columns, grouped.columns[column]);
      cells[row].push_back(
          options.choose ? chosen_cell(group, row_title, column_title, options, prefix)
                         : make_cell(group, fmt::format("{} on {}", row_title, column_title), options, prefix));
    }
  }
  return cells;
}

/// A study without validation sets has no best epoch in any trial; an empty table would not say why.
void check_selection(const Cells& cells) {
  int selectable = 0;
  int without = 0;
  for (const auto& row : cells) {
    for (const TableCell& cell : row) {
      selectable += cell.bacc.n;
      without += cell.without_best;
    }
  }
  if (selectable == 0 && without > 0) {
    throw usage_error("no trial has a best epoch, since none has a validation set: use --select last");
  }
}

/// The facts of all cells; first the data settings if they are on no axis.
std::vector<Fact> all_facts(const Cells& cells) {
  std::vector<Fact> facts;
  std::vector<std::string> data;
  for (const auto& row : cells) {
    for (const TableCell& cell : row) {
      facts = merge_facts(std::move(facts), cell.facts);
      for (const std::string& title : cell.data) add_once(data, title);
    }
  }
  if (!data.empty()) facts.insert(facts.begin(), {"data", fmt::format("{}", fmt::join(data, "; "))});
  return facts;
}

std::vector<std::string> all_incomplete(const Cells& cells) {
  std::vector<std::string> incomplete;
  for (const auto& row : cells) {
    for (const TableCell& cell : row) {
      incomplete.insert(incomplete.end(), cell.incomplete.begin(), cell.incomplete.end());
    }
  }
  return incomplete;
}

bool has_rerun(const Cells& cells) {
  return std::any_of(cells.begin(), cells.end(), [](const auto& row) {
    return std::any_of(row.begin(), row.end(),
                       [](const TableCell& cell) { return !cell.published.rerun.bacc.empty(); });
  });
}

bool shows_calibration(const TableOptions& options) {
  return std::any_of(options.metrics.begin(), options.metrics.end(),
                     [](const std::string& name) { return find_metric(name).source == MetricSource::calibration; });
}

/// The notes of the cells, then those of the table.
std::vector<std::string> all_notes(const Cells& cells, const results::StudyResults& results,
                                   const TableOptions& options) {
  std::vector<std::string> notes;
  for (const auto& row : cells) {
    for (const TableCell& cell : row) {
      for (const std::string& note : cell.notes) add_once(notes, note);
    }
  }
  if (shows_published(options) && has_rerun(cells)) {
    notes.push_back(
        fmt::format("rerun by others: {}, one seed a cell, GM without classes of zero recall", rerun_source));
  }
  for (const std::string& note : untested_notes(results, options.selection)) add_once(notes, note);
  if (options.resamples > 0 && shows_calibration(options)) {
    notes.emplace_back("ECE has no interval of its mean: resampling biases it upwards");
  }
  return notes;
}

}  // namespace

bool shows_published(const TableOptions& options) {
  return has_default_axes(options) && options.metrics.size() >= 2 && options.metrics[0] == "bacc" &&
         options.metrics[1] == "gm";
}

ResultTable make_table(const results::StudyResults& results, const TableOptions& options) {
  check_axes(results, options);
  check_metrics(options.metrics);
  check_rankings(results, options);
  if (options.choose) check_choosable(results);
  const GroupedTrials grouped = group_trials(results, options);
  Cells cells = make_cells(grouped, options, unique_prefix(results));
  if (!options.choose) check_selection(cells);
  ResultTable table{options,
                    grouped.columns,
                    grouped.rows,
                    {},
                    all_facts(cells),
                    all_incomplete(cells),
                    all_notes(cells, results, options)};
  table.cells = std::move(cells);
  return table;
}

}  // namespace m2m::report
