#include "report/numbers.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <utility>

#include "report/axis.hpp"

namespace m2m::report {
namespace {

/// Name and value, in the order of the CSV's columns; null where there is none.
using CellNumbers = std::vector<std::pair<std::string, Json>>;

Json number(std::string_view quoted) { return quoted.empty() ? Json() : Json(std::stod(std::string(quoted))); }

Json fact(const TableCell& cell, const std::string& name) {
  for (const Fact& known : cell.facts) {
    if (known.name == name) return known.value;
  }
  return nullptr;
}

/// "2 7"; null if there are none.
Json labels_text(const std::set<int>& labels) {
  return labels.empty() ? Json() : Json(fmt::format("{}", fmt::join(labels, " ")));
}

/// Of a choice: what is asked for with --choose, null where nothing could be chosen.
CellNumbers numbers_of(const Choice& choice) {
  const bool none = choice.label.empty();
  return {{"chosen", none ? Json() : Json(choice.label)},
          {"settings_tried", choice.settings},
          {"validation_planned", none ? Json() : Json(choice.planned)},
          {"validation_n", choice.bacc.n},
          {"validation_complete", choice.complete},
          {"validation_bacc", number_or_null(choice.bacc.mean)},
          {"validation_bacc_std", number_or_null(choice.bacc.std)},
          {"validation_gm", number_or_null(choice.gm.mean)},
          {"validation_gm_std", number_or_null(choice.gm.std)},
          {"pools_folds", choice.pools_folds},
          {"tau_least", choice.tau ? Json(choice.tau->least) : Json()},
          {"tau_most", choice.tau ? Json(choice.tau->most) : Json()},
          {"tau_tried", choice.tau ? Json(choice.tau->tried) : Json()}};
}

/// Everything that is known of the cell in `row`, `column`.
CellNumbers numbers_of(const ResultTable& table, std::size_t row, std::size_t column) {
  const TableCell& cell = table.cells[row][column];
  const bool last = table.options.selection == Selection::last;
  CellNumbers numbers = {{axis_name(table.options, table.options.rows), table.rows[row]},
                         {axis_name(table.options, table.options.columns), table.columns[column]},
                         {"selection", last ? "last" : "best"},
                         {"gm_kind", table.options.gm == GmKind::zero ? "zero" : "nonzero"},
                         {"planned", cell.planned},
                         {"n", cell.bacc.n},
                         {"failed", cell.failed},
                         {"diverged", cell.diverged},
                         {"missing", cell.missing}};
  for (std::size_t i = 0; i < cell.metrics.size(); ++i) {
    numbers.emplace_back(table.options.metrics[i] + "_mean", number_or_null(cell.metrics[i].mean));
    numbers.emplace_back(table.options.metrics[i] + "_std", number_or_null(cell.metrics[i].std));
  }
  numbers.emplace_back("untested", labels_text(cell.untested));
  if (table.options.choose) {
    const CellNumbers chosen = numbers_of(cell.choice.value_or(Choice()));
    numbers.insert(numbers.end(), chosen.begin(), chosen.end());
  }
  CellNumbers origin = {{"validation", fact(cell, "validation")},
                        {"protocol", fact(cell, "protocol")},
                        {"precision", fact(cell, "precision")},
                        {"network", fact(cell, "network")},
                        {"epochs", fact(cell, "epochs")},
                        {"start_from", fact(cell, "started from")},
                        {"published_bacc", number(cell.published.paper.bacc)},
                        {"published_bacc_std", number(cell.published.paper.bacc_std)},
                        {"rerun_bacc", number(cell.published.rerun.bacc)},
                        {"rerun_gm_nonzero", number(cell.published.rerun.gm)}};
  std::erase_if(origin, [&](const auto& one) {  // an axis may be one of these, and has its column
    return one.first == numbers[0].first || one.first == numbers[1].first;
  });
  numbers.insert(numbers.end(), origin.begin(), origin.end());
  return numbers;
}

/// The names of the columns, which a table without cells has too.
std::vector<SheetColumn> columns_of(const TableOptions& options) {
  ResultTable blank;
  blank.options = options;
  blank.rows = blank.columns = {""};
  blank.cells = {{TableCell()}};
  blank.cells[0][0].metrics.resize(options.metrics.size());
  std::vector<SheetColumn> columns;
  for (const auto& [name, value] : numbers_of(blank, 0, 0)) columns.push_back({name, name});
  return columns;
}

}  // namespace

Sheet numbers_of(const ResultTable& table) {
  Sheet sheet{"", columns_of(table.options), {}, {}};
  for (std::size_t row = 0; row < table.rows.size(); ++row) {
    for (std::size_t column = 0; column < table.columns.size(); ++column) {
      if (table.cells[row][column].planned == 0) continue;
      std::vector<Json>& line = sheet.rows.emplace_back();
      for (auto& [name, value] : numbers_of(table, row, column)) line.push_back(value);
    }
  }
  return sheet;
}

}  // namespace m2m::report
