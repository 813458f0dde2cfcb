#pragma once
// Reads the text of a sheet back, so that formats can be compared.
#include <string>
#include <vector>

#include "report/sheet.hpp"

namespace m2m::testing {

/// [row][column]: the cells under the header as text, without the padding and escapes of the format.
using TextRows = std::vector<std::vector<std::string>>;

/// Reads a Markdown table.
TextRows markdown_rows(const std::string& text);
/// Reads a LaTeX tabular.
TextRows latex_rows(const std::string& text);
/// Reads CSV.
TextRows csv_rows(const std::string& text);

/// Writes the sheet in all four formats, reads them back, and expects the same cells in each: Markdown and LaTeX
/// those of columns with a title, fractions rounded to the column's decimals.
void expect_same_in_all_formats(const report::Sheet& sheet);

}  // namespace m2m::testing
