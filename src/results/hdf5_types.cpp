#include "results/hdf5_types.hpp"

#include <limits>

namespace m2m::results::hdf5 {
namespace {

Handle copied_type(hid_t type) { return {H5Tcopy(type), H5Tclose, "describing a type"}; }

}  // namespace

template <>
hid_t memory_type<std::int32_t>() {
  return H5T_NATIVE_INT32;
}
template <>
hid_t memory_type<std::int64_t>() {
  return H5T_NATIVE_INT64;
}
template <>
hid_t memory_type<double>() {
  return H5T_NATIVE_DOUBLE;
}

/// IEEE 754 binary16: HDF5 1.10 names no such type, but reads and writes any float it is described.
Handle half_type() {
  Handle type = copied_type(H5T_IEEE_F32LE);
  checked(H5Tset_fields(type.get(), 15, 10, 5, 0, 10), "describing float16");
  checked(H5Tset_size(type.get(), 2), "describing float16");
  checked(H5Tset_ebias(type.get(), 15), "describing float16");
  return type;
}

Handle flag_type() {
  Handle type(H5Tenum_create(H5T_NATIVE_INT8), H5Tclose, "describing a flag");
  for (const std::int8_t value : {0, 1}) {
    checked(H5Tenum_insert(type.get(), value == 0 ? "FALSE" : "TRUE", &value), "describing a flag");
  }
  return type;
}

Handle text_type(std::size_t size) {
  Handle type = copied_type(H5T_C_S1);
  checked(H5Tset_size(type.get(), size), "describing a text");
  checked(H5Tset_cset(type.get(), H5T_CSET_UTF8), "describing a text");
  return type;
}

Handle scalar_space() { return {H5Screate(H5S_SCALAR), H5Sclose, "describing a shape"}; }

Handle array_space(std::span<const hsize_t> dims) {
  return {H5Screate_simple(static_cast<int>(dims.size()), dims.data(), nullptr), H5Sclose, "describing a shape"};
}

std::size_t element_count(std::span<const hsize_t> dims, std::size_t element_bytes) {
  std::size_t count = 1;
  for (const hsize_t dim : dims) {
    if (dim != 0 && count > std::numeric_limits<std::ptrdiff_t>::max() / element_bytes / dim) {
      throw Failure("a dataset claims an impossible size");
    }
    count *= dim;
  }
  return count;
}

}  // namespace m2m::results::hdf5
