#include "report/sheet.hpp"

#include <fmt/format.h>

#include <cmath>

#include "core/error.hpp"

namespace m2m::report {
namespace {

std::string cell_text(const Json& value, const SheetColumn& column) {
  if (value.is_null()) return column.absent;
  if (value.is_string()) return value.get<std::string>();
  if (value.is_boolean()) return value.get<bool>() ? "yes" : "no";
  const char* sign = column.has_sign ? "+" : "";
  if (!value.is_number_float()) return sign + value.dump();
  return fmt::format(fmt::runtime(fmt::format("{{:{}.{}f}}", sign, column.decimals)), value.get<double>());
}

Page page_of(const Sheet& sheet) {
  Page page{{sheet.title}, {}, {}};
  page.grid.rows.resize(sheet.rows.size());
  for (std::size_t c = 0; c < sheet.columns.size(); ++c) {
    if (sheet.columns[c].title.empty()) continue;
    page.grid.header.push_back(sheet.columns[c].title);
    for (std::size_t r = 0; r < sheet.rows.size(); ++r) {
      page.grid.rows[r].push_back(cell_text(sheet.rows[r][c], sheet.columns[c]));
    }
  }
  for (const std::string& note : sheet.notes) page.remarks.push_back("- " + note);
  return page;
}

}  // namespace

Json number_or_null(double value) { return std::isfinite(value) ? Json(value) : Json(); }

std::string written(const Sheet& sheet, Format format) {
  switch (format) {
    case Format::markdown:
      return as_markdown(page_of(sheet));
    case Format::csv:
      return as_csv(sheet);
    case Format::latex:
      return as_latex(page_of(sheet));
    case Format::json: {
      const nlohmann::ordered_json all = {
          {"title", sheet.title}, {"rows", json_rows(sheet)}, {"notes", sheet.notes}};
      return all.dump(2) + "\n";
    }
  }
  throw internal_error("a format has no writer");
}

}  // namespace m2m::report
