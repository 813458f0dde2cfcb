#pragma once
// The HDF5 types this project stores, and shapes.
#include <cstdint>
#include <span>
#include <vector>

#include "results/hdf5.hpp"

namespace m2m::results::hdf5 {

/// The HDF5 type of a T in memory and, for these, in files.
template <typename T>
hid_t memory_type();
template <>
hid_t memory_type<std::int32_t>();
template <>
hid_t memory_type<std::int64_t>();
template <>
hid_t memory_type<double>();

/// IEEE 754 binary16.
Handle half_type();
/// An enumeration of 8-bit integers, FALSE and TRUE: h5py's bool.
Handle flag_type();
/// UTF-8 of `size` bytes, or H5T_VARIABLE.
Handle text_type(std::size_t size);

Handle scalar_space();
Handle array_space(std::span<const hsize_t> dims);

/// How many elements a shape holds. Throws Failure where their bytes could not be addressed.
std::size_t element_count(std::span<const hsize_t> dims, std::size_t element_bytes);

}  // namespace m2m::results::hdf5
