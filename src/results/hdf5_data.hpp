#pragma once
// Attributes of HDF5 objects. Every function throws hdf5::Failure where HDF5 fails.
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
/// write_attribute for each member of an object.
void write_attributes(hid_t location, const Json& object);

/// Throws Failure where there is none of that name, or it is no single integer.
std::int64_t read_integer_attribute(hid_t location, const std::string& name);
/// Throws Failure where there is none of that name, or it is no single number.
double read_number_attribute(hid_t location, const std::string& name);
bool has_attribute(hid_t location, const std::string& name);

// Datasets: texts and arrays. Every function throws hdf5::Failure where HDF5 fails.

/// A scalar dataset of fixed-length UTF-8.
void write_text(hid_t location, const std::string& name, const std::string& text);
std::string read_text(hid_t location, const std::string& name);

/// How a dataset of this shape is stored: small ones inside the (checksummed) metadata, others in chunks along the
/// first dimension, compressed, with a checksum each.
Handle dataset_storage(std::span<const hsize_t> dims, std::size_t element_bytes);

template <typename T>
struct Array {
  std::vector<hsize_t> dims;
  std::vector<T> values;  // row-major
};

/// T: std::int32_t or std::int64_t, stored as such.
template <typename T>
void write_array(hid_t location, const std::string& name, std::span<const hsize_t> dims, std::span<const T> values);
/// Throws Failure where the dataset's number of dimensions is not `rank`.
template <typename T>
Array<T> read_array(hid_t location, const std::string& name, int rank);

/// Stored as IEEE 754 binary16, rounded to nearest; beyond its range becomes infinite.
void write_half_array(hid_t location, const std::string& name, std::span<const hsize_t> dims,
                      std::span<const float> values);
Array<float> read_half_array(hid_t location, const std::string& name, int rank);

/// The dimensions of an open dataset.
std::vector<hsize_t> dimensions(hid_t dataset);

// A compound dataset: rows of named columns, as pandas and NumPy read them.

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
void write_table(hid_t location, const std::string& name, const std::vector<TableColumn>& columns);

/// One numeric column of a table. T: std::int64_t or double. Throws Failure where the table has no such column.
template <typename T>
std::vector<T> read_table_column(hid_t location, const std::string& name, const std::string& column);

}  // namespace m2m::results::hdf5

namespace m2m::results {

// IEEE 754 binary16 ("float16") as its bits. HDF5 converts it too, but a hundred times slower.

/// The nearest float16, ties to even; infinite from 65520 on; a NaN stays one.
std::uint16_t half_from_float(float value);
/// Exact.
float float_from_half(std::uint16_t bits);

}  // namespace m2m::results
