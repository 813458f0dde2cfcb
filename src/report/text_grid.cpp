#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "report/axis.hpp"
#include "report/formats.hpp"
#include "report/metrics.hpp"

namespace m2m::report {
namespace {

bool any_in_column(const ResultTable& table, std::size_t column, Quoted PublishedNumbers::*source) {
  return shows_published(table.options) &&
         std::any_of(table.cells.begin(), table.cells.end(),
                     [&](const auto& row) { return !(row[column].published.*source).bacc.empty(); });
}

std::string spread(const Estimate& value, const std::string& plus_minus) {
  if (value.n == 0) return "-";
  return value.n < 2 ? fmt::format("{:.1f}", value.mean)
                     : fmt::format("{:.1f}{}{:.1f}", value.mean, plus_minus, value.std);
}

/// "69.0 +- 1.2 / 66.1 +- 1.5 (10)", "(9*)" where trials are lacking, "-" where all are; the options' metrics.
/// Empty where there is nothing to test.
std::string ours(const TableCell& cell, const std::string& plus_minus) {
  if (cell.planned == 0 || (cell.choice && cell.choice->pools_folds)) return "";
  const char* mark = cell.is_complete() ? "" : "*";
  if (cell.bacc.n == 0) return fmt::format("- (0{})", mark);
  std::vector<std::string> values;
  for (const Estimate& value : cell.metrics) values.push_back(spread(value, plus_minus));
  return fmt::format("{} ({}{})", fmt::join(values, " / "), cell.bacc.n, mark);
}

/// "81.0 +- 1.2 / 80.1 +- 1.5 (3)": how the chosen setting validates.
std::string validation(const TableCell& cell, const std::string& plus_minus) {
  if (cell.planned == 0) return "";
  const Choice& choice = *cell.choice;
  const char* mark = choice.complete ? "" : "*";
  if (choice.bacc.n == 0) return fmt::format("- (0{})", mark);
  return fmt::format("{} / {} ({}{})", spread(choice.bacc, plus_minus), spread(choice.gm, plus_minus),
                     choice.bacc.n, mark);
}

/// ", tau 0.8 to 1.2 of 21"; empty where it was given and not chosen.
std::string tau_text(const TauRange& tau) {
  if (tau.tried < 2) return "";
  const std::string values =
      tau.least == tau.most ? fmt::format("{}", tau.least) : fmt::format("{} to {}", tau.least, tau.most);
  return fmt::format(", tau {} of {}", values, tau.tried);
}

/// "M2m, beta=0.9: chosen of 18 on validation"
std::string setting(const TableCell& cell) {
  if (cell.planned == 0) return "";
  const Choice& choice = *cell.choice;
  if (choice.label.empty()) return fmt::format("none chosen of {}", choice.settings);
  return fmt::format(
      "{}{}: {}", choice.label, choice.tau ? tau_text(*choice.tau) : "",
      choice.settings == 1 ? "the only setting" : fmt::format("chosen of {} on validation", choice.settings));
}

std::string quoted(const Quoted& numbers, const std::string& plus_minus) {
  if (numbers.bacc.empty()) return "-";
  std::string text(numbers.bacc);
  if (!numbers.bacc_std.empty()) text += fmt::format("{}{}", plus_minus, numbers.bacc_std);
  if (!numbers.gm.empty()) text += fmt::format(" / {}", numbers.gm);
  return text;
}

}  // namespace

TextGrid text_grid(const ResultTable& table, const std::string& plus_minus) {
  TextGrid grid{{axis_name(table.options, table.options.rows)}, {}};
  for (const std::string& row : table.rows) grid.rows.push_back({row});
  const auto add = [&](const std::string& name, const auto& text) {
    grid.header.push_back(name);
    for (std::size_t row = 0; row < table.rows.size(); ++row) grid.rows[row].push_back(text(table.cells[row]));
  };
  for (std::size_t c = 0; c < table.columns.size(); ++c) {
    const bool alone = table.columns.size() == 1;
    const std::string name = axis_title(table.options.columns, table.columns[c]);
    const std::string on = alone ? "" : name + ", ";
    add(alone ? "ours" : name, [&](const auto& row) { return ours(row[c], plus_minus); });
    if (table.options.choose) {
      add(fmt::format("{}validation bACC / {}", on, gm_name(table.options.gm)),
          [&](const auto& row) { return validation(row[c], plus_minus); });
      add(on + "setting", [&](const auto& row) { return setting(row[c]); });
    }
    if (any_in_column(table, c, &PublishedNumbers::paper)) {
      add(on + "published", [&](const auto& row) { return quoted(row[c].published.paper, plus_minus); });
    }
    if (any_in_column(table, c, &PublishedNumbers::rerun)) {
      add(on + "rerun by others", [&](const auto& row) { return quoted(row[c].published.rerun, plus_minus); });
    }
  }
  return grid;
}

std::string title(const ResultTable& table) {
  const std::string setting =
      table.columns.size() == 1 ? axis_title(table.options.columns, table.columns.front()) + ", " : "";
  std::vector<std::string> metrics;
  for (const std::string& name : table.options.metrics) metrics.push_back(metric_title(name, table.options.gm));
  return fmt::format("{}{}, {} in %, mean +- std (n){}", setting, selection_name(table.options.selection),
                     fmt::join(metrics, " / "),
                     table.options.choose ? ", of the setting with the best mean validation bACC" : "");
}

std::string fact_line(const ResultTable& table) {
  std::string line;
  for (const Fact& fact : table.facts) {
    line += fmt::format("{}{}: {}", line.empty() ? "" : "   ", fact.name, fact.value);
  }
  return line;
}

}  // namespace m2m::report
