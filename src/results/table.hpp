#pragma once
// A compound dataset: rows of named columns, as pandas and NumPy read them.
#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "results/hdf5.hpp"

namespace m2m::results::hdf5 {

using Flags = std::vector<std::uint8_t>;
using Integers = std::vector<std::int64_t>;
using Numbers = std::vector<double>;
using Texts = std::vector<std::string>;

/// A column's cells, one a row. Texts are stored at the length of the longest.
struct TableColumn {
  std::string name;
  std::variant<Flags, Integers, Numbers, Texts> cells;
};

/// Writes a compound dataset [rows] with one member per column.
/// Throws Failure; Error (internal) where the columns' lengths differ.
void write_table(hid_t where, const std::string& name, const std::vector<TableColumn>& columns);

/// One numeric column of a table. T: std::int64_t or double. Throws Failure where the table has no such column.
template <typename T>
std::vector<T> read_table_column(hid_t where, const std::string& name, const std::string& column);

}  // namespace m2m::results::hdf5
