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

/// Of a choice: what is asked for with --choose, null where nothing could be chosen.
CellNumbers numbers_of(const Choice& choice) {
  const bool none = choice.label.empty();
  return {{"chosen", none ? Json() : Json(choice.label)},
          {"settings_tried", choice.settings},
          {"validation_planned", none ? Json() : Json(choice.planned)},
          {"validation_n", choice.bacc.n},
          {"validation_complete", choice.complete},
          {"validation_bacc", number(choice.bacc.mean)},
          {"validation_bacc_std", number(choice.bacc.std)},
          {"validation_gm", number(choice.gm.mean)},
          {"validation_gm_std", number(choice.gm.std)},
          {"pools_folds", choice.pools_folds},
          {"tau_least", choice.tau ? Json(choice.tau->least) : Json()},
          {"tau_most", choice.tau ? Json(choice.tau->most) : Json()},
          {"tau_tried", choice.tau ? Json(choice.tau->tried) : Json()}};
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
  if (table.options.choose) {
    const CellNumbers chosen = numbers_of(cell.choice.value_or(Choice()));
    numbers.insert(numbers.end(), chosen.begin(), chosen.end());
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
