#include "report/formats.hpp"

#include <fmt/format.h>

#include "core/error.hpp"
#include "report/numbers.hpp"

namespace m2m::report {
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
