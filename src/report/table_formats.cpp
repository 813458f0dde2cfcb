#include "report/table_formats.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "core/error.hpp"

namespace m2m::report {
namespace {

constexpr const char* no_trials = "The study plans no trials.\n";

// The text for people.

std::string estimate_text(const Estimate& value) {
  if (value.n == 0) return "-";
  return value.n < 2 ? fmt::format("{:.1f}", value.mean) : fmt::format("{:.1f} +- {:.1f}", value.mean, value.std);
}

/// " [68.1, 69.9]"; empty if the cell has no such interval.
std::string interval_text(const TableCell& cell, std::size_t metric) {
  if (metric >= cell.intervals.size() || std::isnan(cell.intervals[metric].low)) return "";
  return fmt::format(" [{:.1f}, {:.1f}]", cell.intervals[metric].low, cell.intervals[metric].high);
}

/// The metrics of the options: "69.0 +- 1.2 / 66.1 +- 1.5 (10)"; "(9*)" if trials are missing, "- (0*)" if all are.
/// Empty if there is no test result to expect.
std::string metrics_text(const TableCell& cell) {
  if (cell.planned == 0 || (cell.choice && cell.choice->pools_folds)) return "";
  const char* mark = cell.is_complete() ? "" : "*";
  if (cell.bacc.n == 0) return fmt::format("- (0{})", mark);
  std::vector<std::string> values;
  for (std::size_t i = 0; i < cell.metrics.size(); ++i) {
    values.push_back(estimate_text(cell.metrics[i]) + interval_text(cell, i));
  }
  return fmt::format("{} ({}{})", fmt::join(values, " / "), cell.bacc.n, mark);
}

/// The validation result of the chosen setting: "81.0 +- 1.2 / 80.1 +- 1.5 (3)".
std::string validation_text(const TableCell& cell) {
  if (cell.planned == 0) return "";
  const Choice& choice = *cell.choice;
  const char* mark = choice.complete ? "" : "*";
  if (choice.bacc.n == 0) return fmt::format("- (0{})", mark);
  return fmt::format("{} / {} ({}{})", estimate_text(choice.bacc), estimate_text(choice.gm), choice.bacc.n, mark);
}

/// ", tau 0.8 to 1.2 of 21"; empty if tau was given, not chosen.
std::string tau_text(const TauRange& tau) {
  if (tau.tried < 2) return "";
  const std::string values =
      tau.min == tau.max ? fmt::format("{}", tau.min) : fmt::format("{} to {}", tau.min, tau.max);
  return fmt::format(", tau {} of {}", values, tau.tried);
}

/// The chosen setting: "M2m, beta=0.9: chosen of 18 on validation".
std::string choice_text(const TableCell& cell) {
  if (cell.planned == 0) return "";
  const Choice& choice = *cell.choice;
  if (choice.label.empty()) return fmt::format("none chosen of {}", choice.settings);
  return fmt::format(
      "{}{}: {}", choice.label, choice.tau ? tau_text(*choice.tau) : "",
      choice.settings == 1 ? "the only setting" : fmt::format("chosen of {} on validation", choice.settings));
}

std::string quoted_text(const Quoted& numbers) {
  if (numbers.bacc.empty()) return "-";
  std::string text(numbers.bacc);
  if (!numbers.bacc_std.empty()) text += fmt::format(" +- {}", numbers.bacc_std);
  if (!numbers.gm.empty()) text += fmt::format(" / {}", numbers.gm);
  return text;
}

bool any_in_column(const ResultTable& table, std::size_t column, Quoted PublishedNumbers::*source) {
  return shows_published(table.options) &&
         std::any_of(table.cells.begin(), table.cells.end(),
                     [&](const auto& row) { return !(row[column].published.*source).bacc.empty(); });
}

/// The columns of a table; beside each how the chosen setting validates, and published numbers.
TextGrid text_grid(const ResultTable& table) {
  TextGrid grid{{axis_name(table.options, table.options.rows)}, {}};
  for (const std::string& row : table.rows) grid.rows.push_back({row});
  const auto add = [&](const std::string& name, const auto& text) {
    grid.header.push_back(name);
    for (std::size_t row = 0; row < table.rows.size(); ++row) grid.rows[row].push_back(text(table.cells[row]));
  };
  for (std::size_t c = 0; c < table.columns.size(); ++c) {
    const bool is_single = table.columns.size() == 1;  // the title names it
    const std::string name = axis_title(table.options.columns, table.columns[c]);
    const std::string prefix = is_single ? "" : name + ", ";
    add(is_single ? "ours" : name, [&](const auto& row) { return metrics_text(row[c]); });
    if (table.options.choose) {
      add(fmt::format("{}validation bACC / {}", prefix, to_text(table.options.gm)),
          [&](const auto& row) { return validation_text(row[c]); });
      add(prefix + "setting", [&](const auto& row) { return choice_text(row[c]); });
    }
    if (any_in_column(table, c, &PublishedNumbers::paper)) {
      add(prefix + "published", [&](const auto& row) { return quoted_text(row[c].published.paper); });
    }
    if (any_in_column(table, c, &PublishedNumbers::rerun)) {
      add(prefix + "rerun by others", [&](const auto& row) { return quoted_text(row[c].published.rerun); });
    }
  }
  return grid;
}

/// "CIFAR-LT-10 rho=100, last epoch, bACC / GM in %, mean +- std (n)", with the metrics of the options. The name of
/// the column is left out if there are several.
std::string title(const ResultTable& table) {
  const std::string column =
      table.columns.size() == 1 ? axis_title(table.options.columns, table.columns.front()) + ", " : "";
  std::vector<std::string> metrics;
  for (const std::string& name : table.options.metrics) metrics.push_back(metric_title(name, table.options.gm));
  const int resamples = table.options.resamples;
  return fmt::format("{}{}, {} in %, mean +- std{} (n){}", column, to_text(table.options.selection),
                     fmt::join(metrics, " / "),
                     resamples == 0 ? "" : fmt::format(" [95 % over {} resamples of the test set]", resamples),
                     table.options.choose ? ", of the setting with the best mean validation bACC" : "");
}

/// "validation: test-head   protocol: code   precision: float32 ..."
std::string fact_line(const ResultTable& table) {
  std::string line;
  for (const Fact& fact : table.facts) {
    line += fmt::format("{}{}: {}", line.empty() ? "" : "   ", fact.name, fact.value);
  }
  return line;
}

Page to_page(const ResultTable& table) {
  Page page{{title(table), fact_line(table)}, text_grid(table), {}};
  for (const std::string& sentence : table.incomplete) page.remarks.push_back("* " + sentence);
  for (const std::string& note : table.notes) page.remarks.push_back("- " + note);
  return page;
}

// The numbers for programs.

/// Name and value, in the order of the columns of CSV; null if there is no value.
using CellNumbers = std::vector<std::pair<std::string, Json>>;

Json quoted_number(std::string_view quoted) {
  return quoted.empty() ? Json() : Json(std::stod(std::string(quoted)));
}

Json fact_value(const TableCell& cell, const std::string& name) {
  for (const Fact& known : cell.facts) {
    if (known.name == name) return known.value;
  }
  return nullptr;
}

/// Joins labels: "2 7"; null if there are none.
Json labels_text(const std::set<int>& labels) {
  return labels.empty() ? Json() : Json(fmt::format("{}", fmt::join(labels, " ")));
}

/// The numbers of a choice, null if nothing could be chosen.
CellNumbers choice_numbers(const Choice& choice) {
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
          {"tau_least", choice.tau ? Json(choice.tau->min) : Json()},
          {"tau_most", choice.tau ? Json(choice.tau->max) : Json()},
          {"tau_tried", choice.tau ? Json(choice.tau->tried) : Json()}};
}

CellNumbers origin_numbers(const TableCell& cell) {
  return {{"data", fmt::format("{}", fmt::join(cell.data, "; "))},
          {"validation", fact_value(cell, "validation")},
          {"protocol", fact_value(cell, "protocol")},
          {"precision", fact_value(cell, "precision")},
          {"network", fact_value(cell, "network")},
          {"epochs", fact_value(cell, "epochs")},
          {"start_from", fact_value(cell, "started from")},
          {"published_bacc", quoted_number(cell.published.paper.bacc)},
          {"published_bacc_std", quoted_number(cell.published.paper.bacc_std)},
          {"rerun_bacc", quoted_number(cell.published.rerun.bacc)},
          {"rerun_gm_nonzero", quoted_number(cell.published.rerun.gm)}};
}

/// All numbers of the cell of `row` and `column`, which are values on the axes of the options.
CellNumbers cell_numbers(const TableCell& cell, const std::string& row, const std::string& column,
                         const TableOptions& options) {
  CellNumbers numbers = {{axis_name(options, options.rows), row},
                         {axis_name(options, options.columns), column},
                         {"selection", options.selection == Selection::last ? "last" : "best"},
                         {"gm_kind", options.gm == GmKind::zero ? "zero" : "nonzero"},
                         {"planned", cell.planned},
                         {"n", cell.bacc.n},
                         {"failed", cell.failed},
                         {"diverged", cell.diverged},
                         {"missing", cell.missing}};
  for (std::size_t i = 0; i < cell.metrics.size(); ++i) {
    numbers.emplace_back(options.metrics[i] + "_mean", number_or_null(cell.metrics[i].mean));
    numbers.emplace_back(options.metrics[i] + "_std", number_or_null(cell.metrics[i].std));
    if (options.resamples == 0) continue;
    const Interval interval = i < cell.intervals.size() ? cell.intervals[i] : Interval();
    numbers.emplace_back(options.metrics[i] + "_low", number_or_null(interval.low));
    numbers.emplace_back(options.metrics[i] + "_high", number_or_null(interval.high));
  }
  numbers.emplace_back("untested", labels_text(cell.untested));
  if (options.choose) {
    const CellNumbers choice = choice_numbers(cell.choice.value_or(Choice()));
    numbers.insert(numbers.end(), choice.begin(), choice.end());
  }
  for (auto& number : origin_numbers(cell)) {
    const bool is_axis = number.first == numbers[0].first || number.first == numbers[1].first;
    if (!is_axis) numbers.push_back(std::move(number));
  }
  return numbers;
}

/// The columns, which a table without cells has too.
std::vector<SheetColumn> sheet_columns(const TableOptions& options) {
  TableCell blank;
  blank.metrics.resize(options.metrics.size());
  std::vector<SheetColumn> columns;
  for (const auto& [name, value] : cell_numbers(blank, "", "", options)) columns.push_back({name, name});
  return columns;
}

}  // namespace

Sheet to_sheet(const ResultTable& table) {
  Sheet sheet{"", sheet_columns(table.options), {}, {}};
  for (std::size_t row = 0; row < table.rows.size(); ++row) {
    for (std::size_t column = 0; column < table.columns.size(); ++column) {
      const TableCell& cell = table.cells[row][column];
      if (cell.planned == 0) continue;
      std::vector<Json>& line = sheet.rows.emplace_back();
      for (auto& [name, value] : cell_numbers(cell, table.rows[row], table.columns[column], table.options)) {
        line.push_back(value);
      }
    }
  }
  return sheet;
}

std::string to_markdown(const ResultTable& table) {
  return table.rows.empty() ? no_trials : to_markdown(to_page(table));
}

std::string to_latex(const ResultTable& table) {
  return table.rows.empty() ? fmt::format("% {}", no_trials) : to_latex(to_page(table));
}

std::string to_csv(const ResultTable& table) { return to_csv(to_sheet(table)); }

std::string to_json(const ResultTable& table) {
  nlohmann::ordered_json facts = nlohmann::ordered_json::object();
  for (const Fact& fact : table.facts) facts[fact.name] = fact.value;
  const nlohmann::ordered_json all = {{"title", title(table)},
                                      {"facts", std::move(facts)},
                                      {"cells", json_rows(to_sheet(table))},
                                      {"incomplete", table.incomplete},
                                      {"notes", table.notes}};
  return all.dump(2) + "\n";
}

std::string format(const ResultTable& table, Format format) {
  switch (format) {
    case Format::markdown:
      return to_markdown(table);
    case Format::csv:
      return to_csv(table);
    case Format::latex:
      return to_latex(table);
    case Format::json:
      return to_json(table);
  }
  throw internal_error("a format has no writer");
}

}  // namespace m2m::report
