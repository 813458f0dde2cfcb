#pragma once
// Attributes, texts, arrays and tables of HDF5 files, and float16. The functions throw hdf5::Hdf5Error if HDF5
// fails.
#include <cstdint>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "core/config.hpp"
#include "results/hdf5.hpp"

namespace m2m::results::hdf5 {

/// Writes one attribute in the value's own type: a flag as h5py's bool, integers as int64, numbers as float64,
/// texts as variable-length UTF-8, lists of numbers as float64 [n], anything else as its JSON text. null writes
/// nothing.
void write_attribute(hid_t location, const std::string& name, const Json& value);
/// Writes an attribute for each member of an object.
void write_attributes(hid_t location, const Json& object);

/// Reads an integer attribute. Throws Hdf5Error if it is missing or not a single integer.
std::int64_t read_integer_attribute(hid_t location, const std::string& name);
/// Reads a numeric attribute. Throws Hdf5Error if it is missing or not a single number.
double read_number_attribute(hid_t location, const std::string& name);
/// True if the object has an attribute of that name.
bool has_attribute(hid_t location, const std::string& name);

/// Writes a scalar dataset of fixed-length UTF-8.
void write_text(hid_t location, const std::string& name, const std::string& text);
/// Reads what write_text wrote. Throws Hdf5Error if it is missing or of another type.
std::string read_text(hid_t location, const std::string& name);

/// The storage of a dataset of this shape: small ones inside the metadata, which have a checksum; others in chunks
/// along the first dimension, compressed, with a checksum each.
Handle dataset_storage(std::span<const hsize_t> dims, std::size_t element_bytes);

/// An array that was read.
template <typename T>
struct Array {
  std::vector<hsize_t> dims;
  std::vector<T> values;  // row-major
};

/// Writes an array, row-major. T: std::int32_t or std::int64_t, stored as such.
template <typename T>
void write_array(hid_t location, const std::string& name, std::span<const hsize_t> dims, std::span<const T> values);
/// Reads an array of integers. Throws Hdf5Error unless it has `rank` dimensions.
template <typename T>
Array<T> read_array(hid_t location, const std::string& name, int rank);

/// Writes an array as float16, rounded to nearest; values beyond its range become infinite.
void write_half_array(hid_t location, const std::string& name, std::span<const hsize_t> dims,
                      std::span<const float> values);
/// Reads an array of float16. Throws Hdf5Error unless it has `rank` dimensions.
Array<float> read_half_array(hid_t location, const std::string& name, int rank);

/// The dimensions of an open dataset.
std::vector<hsize_t> dimensions(hid_t dataset);

/// The cells of a column of a table, by type.
using Flags = std::vector<std::uint8_t>;
using Integers = std::vector<std::int64_t>;
using Numbers = std::vector<double>;
using Texts = std::vector<std::string>;

/// A named column of a table, one cell per row. Texts are stored at the length of the longest.
struct TableColumn {
  std::string name;
  std::variant<Flags, Integers, Numbers, Texts> cells;
};

/// Writes a table: a compound dataset, [rows], with one member per column, as pandas and NumPy read it. Throws
/// Hdf5Error; Error (internal) if the lengths of the columns differ.
void write_table(hid_t location, const std::string& name, const std::vector<TableColumn>& columns);

/// Reads numeric columns of a table, in one access: [columns][rows], in the order of `columns`. T: std::int64_t or
/// double. Throws Hdf5Error if a column is missing.
template <typename T>
std::vector<std::vector<T>> read_table_columns(hid_t location, const std::string& name,
                                               std::span<const char* const> columns);
/// Reads one numeric column of a table, [rows]. Throws as read_table_columns does.
template <typename T>
std::vector<T> read_table_column(hid_t location, const std::string& name, const char* column);

}  // namespace m2m::results::hdf5

namespace m2m::results {

/// The bits of the nearest float16 (IEEE 754 binary16), ties to even; infinite from 65520 on; NaN for NaN. A
/// hundred times faster than the conversion by HDF5. Pure.
std::uint16_t half_from_float(float value);
/// The value of a float16 from its bits, exactly. Pure.
float float_from_half(std::uint16_t bits);

}  // namespace m2m::results
