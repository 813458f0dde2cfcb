#pragma once
// A table of results as text.
#include <string>

#include "report/sheet.hpp"
#include "report/table.hpp"

namespace m2m::report {

/// Writes a table in Markdown with aligned columns, numbers in % with one decimal. Pure.
std::string to_markdown(const ResultTable& table);
/// Writes a table as a LaTeX tabular with the same text, ruled by booktabs. Pure.
std::string to_latex(const ResultTable& table);
/// Writes a line per cell that has trials, numbers in % and unrounded, null empty. RFC 4180. Pure.
std::string to_csv(const ResultTable& table);
/// Writes one object with the numbers of the CSV: {"title", "facts", "cells", "incomplete", "notes"}. Pure.
std::string to_json(const ResultTable& table);
/// Writes a table in any of these formats. Pure.
std::string format(const ResultTable& table, Format format);

/// Makes a row per cell that has trials, with all its numbers by name; percentages are unrounded. Pure.
Sheet to_sheet(const ResultTable& table);

}  // namespace m2m::report
