#include "parity/golden.hpp"

#include <cstdlib>

#include "support/test_root.hpp"

namespace m2m::parity {
namespace {

using results::hdf5::checked;
using results::hdf5::Handle;

Handle open_dataset(hid_t file, const std::string& path) {
  return {H5Dopen2(file, path.c_str(), H5P_DEFAULT), H5Dclose, path};
}

Handle open_attribute(hid_t file, const std::string& path, const std::string& name) {
  return {H5Aopen_by_name(file, path.c_str(), name.c_str(), H5P_DEFAULT, H5P_DEFAULT), H5Aclose, path + "@" + name};
}

/// HDF5 converts from the stored type to `memory_type`.
template <typename T>
std::vector<T> read_values(hid_t file, const std::string& path, hid_t memory_type) {
  const Handle dataset = open_dataset(file, path);
  const Handle space(H5Dget_space(dataset.get()), H5Sclose, path);
  std::vector<T> values(static_cast<std::size_t>(H5Sget_simple_extent_npoints(space.get())));
  checked(H5Dread(dataset.get(), memory_type, H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data()), path);
  return values;
}

std::optional<std::filesystem::path> existing(const char* variable, const char* otherwise) {
  const char* named = std::getenv(variable);
  const std::filesystem::path file =
      named != nullptr ? std::filesystem::path(named) : testing::test_root() / otherwise;
  if (!std::filesystem::exists(file)) return std::nullopt;
  return file;
}

}  // namespace

bool Golden::has(const std::string& path) const {
  for (std::size_t end = path.find('/');; end = path.find('/', end + 1)) {
    if (H5Lexists(file_.get(), path.substr(0, end).c_str(), H5P_DEFAULT) <= 0) return false;
    if (end == std::string::npos) return true;
  }
}

std::string Golden::lacking(std::initializer_list<std::string> paths) const {
  std::string names;
  for (const std::string& path : paths) {
    if (!has(path)) names += (names.empty() ? "" : ", ") + path;
  }
  return names;
}

std::vector<double> Golden::numbers(const std::string& path) const {
  return read_values<double>(file_.get(), path, H5T_NATIVE_DOUBLE);
}

std::vector<std::int64_t> Golden::integers(const std::string& path) const {
  return read_values<std::int64_t>(file_.get(), path, H5T_NATIVE_INT64);
}

std::vector<std::int64_t> Golden::shape(const std::string& path) const {
  const Handle dataset = open_dataset(file_.get(), path);
  const Handle space(H5Dget_space(dataset.get()), H5Sclose, path);
  std::vector<hsize_t> sizes(static_cast<std::size_t>(checked(H5Sget_simple_extent_ndims(space.get()), path)));
  checked(H5Sget_simple_extent_dims(space.get(), sizes.data(), nullptr), path);
  return {sizes.begin(), sizes.end()};
}

double Golden::attribute(const std::string& path, const std::string& name) const {
  const Handle attribute = open_attribute(file_.get(), path, name);
  double value = 0;
  checked(H5Aread(attribute.get(), H5T_NATIVE_DOUBLE, &value), path + "@" + name);
  return value;
}

std::string Golden::text_attribute(const std::string& path, const std::string& name) const {
  const Handle attribute = open_attribute(file_.get(), path, name);
  const Handle type(H5Aget_type(attribute.get()), H5Tclose, path + "@" + name);
  if (H5Tis_variable_str(type.get()) > 0) {
    char* text = nullptr;
    checked(H5Aread(attribute.get(), type.get(), &text), path + "@" + name);
    std::string copy = text;
    H5free_memory(text);
    return copy;
  }
  std::string text(H5Tget_size(type.get()), '\0');
  checked(H5Aread(attribute.get(), type.get(), text.data()), path + "@" + name);
  return text.c_str();
}

std::vector<std::string> Golden::members(const std::string& group) const {
  std::vector<std::string> names;
  const auto keep = [](hid_t, const char* name, const H5L_info_t*, void* list) -> herr_t {
    static_cast<std::vector<std::string>*>(list)->emplace_back(name);
    return 0;
  };
  const Handle open = results::hdf5::open_group(file_.get(), group);
  checked(H5Literate(open.get(), H5_INDEX_NAME, H5_ITER_INC, nullptr, keep, &names), group);
  return names;
}

std::optional<std::filesystem::path> golden_file() {
  return existing("M2M_GOLDEN", "../shared/reference/golden.h5");
}

std::optional<std::filesystem::path> published_network_file() {
  return existing("M2M_PUBLISHED_G", "../shared/reference/erm_r100_c10_trial1.t7");
}

}  // namespace m2m::parity
