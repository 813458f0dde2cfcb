#pragma once
// A table as text.
#include <string>

#include "report/table.hpp"

namespace m2m {

/// A Markdown table with aligned columns, numbers in % with one decimal: for people.
std::string as_markdown(const ResultTable& table);
/// A LaTeX tabular with the same text; needs no package.
std::string as_latex(const ResultTable& table);
/// A line per method and data setting, numbers in % and unrounded, empty where there is none. RFC 4180.
std::string as_csv(const ResultTable& table);
/// One object with the same numbers as the CSV, null where there is none.
std::string as_json(const ResultTable& table);

/// The text of a table for people: columns (data settings, and beside each how a chosen setting validates and
/// what others published) and rows.
struct TextGrid {
  std::vector<std::string> header;             // the first is "method"
  std::vector<std::vector<std::string>> rows;  // as long as the header
};
/// `plus_minus`: " +- " or what a format writes for it.
TextGrid text_grid(const ResultTable& table, const std::string& plus_minus);

/// "CIFAR-LT-10 rho=100, last epoch, bACC / GM in %, mean +- std (n)", with the options' metrics; without the
/// setting where there are several.
std::string title(const ResultTable& table);
/// "validation: test-head   protocol: code   precision: float32 ..."
std::string fact_line(const ResultTable& table);

}  // namespace m2m
