#include "results/hdf5_attributes.hpp"

#include <algorithm>
#include <array>
#include <vector>

#include "results/hdf5_types.hpp"

namespace m2m::results::hdf5 {
namespace {

void write_one(hid_t where, const std::string& name, hid_t type, hid_t space, const void* value) {
  const std::string doing = "writing attribute " + name;
  Handle attribute(H5Acreate2(where, name.c_str(), type, space, H5P_DEFAULT, H5P_DEFAULT), H5Aclose, doing);
  checked(H5Awrite(attribute.get(), type, value), doing);
  attribute.close(doing);
}

void write_text_attribute(hid_t where, const std::string& name, const std::string& text) {
  const Handle type = text_type(H5T_VARIABLE);
  const char* characters = text.c_str();
  write_one(where, name, type.get(), scalar_space().get(), &characters);
}

template <typename Number>
Number read_one(hid_t where, const std::string& name, hid_t type) {
  const std::string doing = "reading attribute " + name;
  const Handle attribute(H5Aopen(where, name.c_str(), H5P_DEFAULT), H5Aclose, doing);
  const Handle space(H5Aget_space(attribute.get()), H5Sclose, doing);
  if (H5Sget_simple_extent_npoints(space.get()) != 1) throw Failure(doing + ": it is not one number");
  Number value = 0;
  checked(H5Aread(attribute.get(), type, &value), doing);
  return value;
}

bool is_list_of_numbers(const Json& value) {
  return value.is_array() && std::all_of(value.begin(), value.end(), [](const Json& v) { return v.is_number(); });
}

}  // namespace

void write_attribute(hid_t where, const std::string& name, const Json& value) {
  if (value.is_null()) return;
  if (value.is_boolean()) {
    const std::int8_t flag = value.get<bool>() ? 1 : 0;
    write_one(where, name, flag_type().get(), scalar_space().get(), &flag);
  } else if (value.is_number_integer()) {
    const auto integer = value.get<std::int64_t>();
    write_one(where, name, H5T_NATIVE_INT64, scalar_space().get(), &integer);
  } else if (value.is_number()) {
    const auto number = value.get<double>();
    write_one(where, name, H5T_NATIVE_DOUBLE, scalar_space().get(), &number);
  } else if (is_list_of_numbers(value)) {
    const auto numbers = value.get<std::vector<double>>();
    const std::array<hsize_t, 1> dims{numbers.size()};
    const double nothing = 0;  // an empty list still wants an address
    write_one(where, name, H5T_NATIVE_DOUBLE, array_space(dims).get(), numbers.empty() ? &nothing : numbers.data());
  } else {
    write_text_attribute(where, name, value.is_string() ? value.get<std::string>() : canonical_json(value));
  }
}

void write_attributes(hid_t where, const Json& object) {
  for (const auto& [name, value] : object.items()) write_attribute(where, name, value);
}

bool has_attribute(hid_t where, const std::string& name) {
  return checked(H5Aexists(where, name.c_str()), "looking for attribute " + name) > 0;
}

std::int64_t read_integer_attribute(hid_t where, const std::string& name) {
  return read_one<std::int64_t>(where, name, H5T_NATIVE_INT64);
}

double read_number_attribute(hid_t where, const std::string& name) {
  return read_one<double>(where, name, H5T_NATIVE_DOUBLE);
}

}  // namespace m2m::results::hdf5
