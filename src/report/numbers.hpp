#pragma once
// The numbers of a table's cells, named: what CSV and JSON write.
#include "report/sheet.hpp"
#include "report/table.hpp"

namespace m2m::report {

/// Everything that is known of each cell that has trials, a row a cell; percentages are unrounded.
Sheet numbers_of(const ResultTable& table);

}  // namespace m2m::report
