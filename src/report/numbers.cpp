#include "report/numbers.hpp"

#include <cmath>

namespace m2m {
namespace {

Json number(double value) { return std::isnan(value) ? Json() : Json(value); }

Json number(std::string_view quoted) { return quoted.empty() ? Json() : Json(std::stod(std::string(quoted))); }

Json fact(const TableCell& cell, const std::string& name) {
  for (const Fact& known : cell.facts) {
    if (known.name == name) return known.value;
  }
  return nullptr;
}

}  // namespace

CellNumbers numbers_of(const ResultTable& table, std::size_t row, std::size_t column) {
  const TableCell& cell = table.cells[row][column];
  const bool last = table.options.selection == Selection::last;
  CellNumbers numbers = {{"method", table.rows[row]},
                         {"data", table.columns[column]},
                         {"selection", last ? "last" : "best"},
                         {"gm_kind", table.options.gm == GmKind::zero ? "zero" : "nonzero"},
                         {"planned", cell.planned},
                         {"n", cell.bacc.n},
                         {"failed", cell.failed},
                         {"diverged", cell.diverged},
                         {"missing", cell.missing}};
  for (std::size_t i = 0; i < cell.metrics.size(); ++i) {
    numbers.emplace_back(table.options.metrics[i] + "_mean", number(cell.metrics[i].mean));
    numbers.emplace_back(table.options.metrics[i] + "_std", number(cell.metrics[i].std));
  }
  const CellNumbers origin = {{"validation", fact(cell, "validation")},
                              {"protocol", fact(cell, "protocol")},
                              {"precision", fact(cell, "precision")},
                              {"network", fact(cell, "network")},
                              {"epochs", fact(cell, "epochs")},
                              {"start_from", fact(cell, "started from")},
                              {"published_bacc", number(cell.published.paper.bacc)},
                              {"published_bacc_std", number(cell.published.paper.bacc_std)},
                              {"rerun_bacc", number(cell.published.rerun.bacc)},
                              {"rerun_gm_nonzero", number(cell.published.rerun.gm)}};
  numbers.insert(numbers.end(), origin.begin(), origin.end());
  return numbers;
}

}  // namespace m2m
