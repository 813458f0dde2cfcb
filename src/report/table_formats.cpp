#include "report/table_formats.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <utility>

#include "core/error.hpp"
#include "report/groups.hpp"

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

namespace {

constexpr const char* no_trials = "The study plans no trials.\n";

Page page_of(const ResultTable& table) {
  Page page{{title(table), fact_line(table)}, text_grid(table, " +- "), {}};
  for (const std::string& sentence : table.incomplete) page.remarks.push_back("* " + sentence);
  for (const std::string& note : table.notes) page.remarks.push_back("- " + note);
  return page;
}

}  // namespace

std::string as_markdown(const ResultTable& table) {
  return table.rows.empty() ? no_trials : as_markdown(page_of(table));
}

std::string as_latex(const ResultTable& table) {
  return table.rows.empty() ? fmt::format("% {}", no_trials) : as_latex(page_of(table));
}

std::string as_csv(const ResultTable& table) { return as_csv(numbers_of(table)); }

std::string as_json(const ResultTable& table) {
  nlohmann::ordered_json facts = nlohmann::ordered_json::object();
  for (const Fact& fact : table.facts) facts[fact.name] = fact.value;
  const nlohmann::ordered_json all = {{"title", title(table)},
                                      {"facts", std::move(facts)},
                                      {"cells", json_rows(numbers_of(table))},
                                      {"incomplete", table.incomplete},
                                      {"notes", table.notes}};
  return all.dump(2) + "\n";
}

std::string written(const ResultTable& table, Format format) {
  switch (format) {
    case Format::markdown:
      return as_markdown(table);
    case Format::csv:
      return as_csv(table);
    case Format::latex:
      return as_latex(table);
    case Format::json:
      return as_json(table);
  }
  throw internal_error("a format has no writer");
}

}  // namespace m2m::report
