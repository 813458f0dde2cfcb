#pragma once
// Attributes of HDF5 objects. Every function throws hdf5::Failure where HDF5 fails.
#include <cstdint>
#include <string>

#include "core/config.hpp"
#include "results/hdf5.hpp"

namespace m2m::results::hdf5 {

/// Writes one attribute in the value's own type: a flag as h5py's bool, integers as int64, numbers as float64,
/// texts as variable-length UTF-8, lists of numbers as float64 [n], anything else as its JSON text. null writes
/// nothing.
void write_attribute(hid_t where, const std::string& name, const Json& value);
/// write_attribute for each member of an object.
void write_attributes(hid_t where, const Json& object);

/// Throws Failure where there is none of that name, or it is no single integer.
std::int64_t read_integer_attribute(hid_t where, const std::string& name);
/// Throws Failure where there is none of that name, or it is no single number.
double read_number_attribute(hid_t where, const std::string& name);
bool has_attribute(hid_t where, const std::string& name);

}  // namespace m2m::results::hdf5
