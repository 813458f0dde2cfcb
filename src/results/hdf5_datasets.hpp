#pragma once
// Datasets: texts and arrays. Every function throws hdf5::Failure where HDF5 fails.
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "results/hdf5.hpp"

namespace m2m::results::hdf5 {

/// A scalar dataset of fixed-length UTF-8.
void write_text(hid_t where, const std::string& name, const std::string& text);
std::string read_text(hid_t where, const std::string& name);

/// How a dataset of this shape is stored: small ones inside the (checksummed) metadata, others in chunks along the
/// first dimension, compressed, with a checksum each.
Handle storage(std::span<const hsize_t> dims, std::size_t element_bytes);

template <typename T>
struct Array {
  std::vector<hsize_t> dims;
  std::vector<T> values;  // row-major
};

/// T: std::int32_t or std::int64_t, stored as such.
template <typename T>
void write_array(hid_t where, const std::string& name, std::span<const hsize_t> dims, std::span<const T> values);
/// Throws Failure where the dataset's number of dimensions is not `rank`.
template <typename T>
Array<T> read_array(hid_t where, const std::string& name, int rank);

/// Stored as IEEE 754 binary16, rounded to nearest; beyond its range becomes infinite.
void write_half_array(hid_t where, const std::string& name, std::span<const hsize_t> dims,
                      std::span<const float> values);
Array<float> read_half_array(hid_t where, const std::string& name, int rank);

/// The dimensions of an open dataset.
std::vector<hsize_t> dimensions(hid_t dataset);

}  // namespace m2m::results::hdf5
