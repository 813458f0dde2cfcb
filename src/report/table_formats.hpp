#pragma once
// A table of results as text.
#include <string>

#include "report/sheet.hpp"
#include "report/table.hpp"

namespace m2m::report {

/// A Markdown table with aligned columns, numbers in % with one decimal: for people.
std::string as_markdown(const ResultTable& table);
/// A LaTeX tabular with the same text, ruled by booktabs.
std::string as_latex(const ResultTable& table);
/// A line per cell that has trials, numbers in % and unrounded, empty where there is none. RFC 4180.
std::string as_csv(const ResultTable& table);
/// One object with the same numbers as the CSV, null where there is none.
std::string as_json(const ResultTable& table);
/// Any of these.
std::string written(const ResultTable& table, Format format);

/// The text of a table for people: its columns, and beside each how a chosen setting validates and what others
/// published. `plus_minus`: " +- " or what a format writes for it.
TextGrid text_grid(const ResultTable& table, const std::string& plus_minus);

/// "CIFAR-LT-10 rho=100, last epoch, bACC / GM in %, mean +- std (n)", with the options' metrics; without the
/// column's name where there are several.
std::string title(const ResultTable& table);
/// "validation: test-head   protocol: code   precision: float32 ..."
std::string fact_line(const ResultTable& table);

// The numbers of a table's cells, named: what CSV and JSON write.

/// Everything that is known of each cell that has trials, a row a cell; percentages are unrounded.
Sheet numbers_of(const ResultTable& table);

}  // namespace m2m::report
