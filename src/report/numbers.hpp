#pragma once
// The numbers of a table's cell, named: what CSV and JSON write.
#include <string>
#include <utility>
#include <vector>

#include "report/table.hpp"

namespace m2m {

/// Name and value, in the order of the CSV's columns; null where there is none. Percentages are unrounded.
using CellNumbers = std::vector<std::pair<std::string, Json>>;

/// Everything that is known of the cell in `row`, `column`.
CellNumbers numbers_of(const ResultTable& table, std::size_t row, std::size_t column);

}  // namespace m2m
