#include "results/hdf5.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <limits>

namespace m2m::results::hdf5 {
namespace {

herr_t keep_innermost(unsigned /*level*/, const H5E_error2_t* error, void* reason) {
  *static_cast<std::string*>(reason) = error->desc == nullptr ? "" : error->desc;
  return 1;  // ends the walk
}

std::string innermost_reason() {
  std::string reason;
  H5Ewalk2(H5E_DEFAULT, H5E_WALK_UPWARD, keep_innermost, &reason);
  // "unable to open file: name = '...', errno = 28, error message = 'No space left on device', ..."
  const std::string mark = "error message = '";
  const auto begin = reason.find(mark);
  if (begin == std::string::npos) return reason;
  const auto end = reason.find('\'', begin + mark.size());
  return reason.substr(begin + mark.size(), end == std::string::npos ? end : end - begin - mark.size());
}

Handle access_properties() {
  Handle access(H5Pcreate(H5P_FILE_ACCESS), H5Pclose, "preparing to open a file");
  checked(H5Pset_file_locking(access.get(), false, true), "switching file locks off");
  // The format of 1.8 has checksums of metadata; every HDF5 in use reads it.
  checked(H5Pset_libver_bounds(access.get(), H5F_LIBVER_V18, H5F_LIBVER_LATEST), "choosing the file format");
  // Closing then fails if a handle is still open, instead of leaving the file open unnoticed.
  checked(H5Pset_fclose_degree(access.get(), H5F_CLOSE_SEMI), "preparing to open a file");
  return access;
}

/// Properties without time stamps, so that equal contents are equal bytes.
Handle creation_properties(hid_t kind) {
  Handle creation(H5Pcreate(kind), H5Pclose, "preparing to create an object");
  checked(H5Pset_obj_track_times(creation.get(), false), "preparing to create an object");
  return creation;
}

}  // namespace

Hdf5Error last_error(const std::string& doing) {
  const std::string reason = innermost_reason();
  return Hdf5Error(reason.empty() ? doing : doing + ": " + reason);
}

std::unique_lock<std::recursive_mutex> library_lock() {
  static std::recursive_mutex mutex;
  return std::unique_lock(mutex);
}

void prepare_library() {
  H5dont_atexit();  // fails if it was called before
  checked(H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr), "silencing HDF5");
  checked(H5PLset_loading_state(0), "switching plug-ins off");  // a file could name code to load as a filter
}

Handle create_file(const std::filesystem::path& file) {
  prepare_library();
  const Handle access = access_properties();
  const Handle creation = creation_properties(H5P_FILE_CREATE);
  return {H5Fcreate(file.c_str(), H5F_ACC_TRUNC, creation.get(), access.get()), H5Fclose, "creating the file"};
}

Handle open_file(const std::filesystem::path& file) {
  prepare_library();
  const Handle access = access_properties();
  return {H5Fopen(file.c_str(), H5F_ACC_RDONLY, access.get()), H5Fclose, "opening the file"};
}

Handle create_group(hid_t location, const std::string& name) {
  const Handle creation = creation_properties(H5P_GROUP_CREATE);
  return {H5Gcreate2(location, name.c_str(), H5P_DEFAULT, creation.get(), H5P_DEFAULT), H5Gclose,
          "creating group " + name};
}

namespace {

/// Throws Hdf5Error if the member `name` is a link to another place or file: this program writes none.
void check_link(hid_t location, const std::string& name) {
  H5L_info_t link{};
  checked(H5Lget_info(location, name.c_str(), &link, H5P_DEFAULT), "looking for " + name);
  if (link.type != H5L_TYPE_HARD) throw Hdf5Error(name + " is a link to another place");
}

/// Throws Hdf5Error if the values of the dataset lie in another file, or are fewer than it claims: libhdf5 1.10
/// reads beyond the end of values that are stored within the metadata.
void check_storage(hid_t dataset, const std::string& doing) {
  const Handle creation(H5Dget_create_plist(dataset), H5Pclose, doing);
  const H5D_layout_t layout = H5Pget_layout(creation.get());
  const bool is_elsewhere = layout != H5D_COMPACT && layout != H5D_CHUNKED && layout != H5D_CONTIGUOUS;
  if (is_elsewhere || H5Pget_external_count(creation.get()) != 0)
    throw Hdf5Error(doing + ": its values are in another file");
  if (layout == H5D_CHUNKED) return;
  const Handle space(H5Dget_space(dataset), H5Sclose, doing);
  const Handle type(H5Dget_type(dataset), H5Tclose, doing);
  const auto values = static_cast<std::uint64_t>(checked(H5Sget_simple_extent_npoints(space.get()), doing));
  if (values > H5Dget_storage_size(dataset) / std::max<std::size_t>(H5Tget_size(type.get()), 1))
    throw Hdf5Error(doing + ": it claims more values than it stores");
}

/// Throws Hdf5Error if the dataset claims more bytes than the whole file can hold.
void check_size(hid_t dataset, const std::string& doing) {
  constexpr std::uint64_t max_ratio = 1032;  // of DEFLATE
  const Handle space(H5Dget_space(dataset), H5Sclose, doing);
  const Handle type(H5Dget_type(dataset), H5Tclose, doing);
  const Handle file(H5Iget_file_id(dataset), H5Fclose, doing);
  hsize_t file_bytes = 0;
  checked(H5Fget_filesize(file.get(), &file_bytes), doing);
  const auto values = static_cast<std::uint64_t>(checked(H5Sget_simple_extent_npoints(space.get()), doing));
  if (values > max_ratio * file_bytes / std::max<std::size_t>(H5Tget_size(type.get()), 1))
    throw Hdf5Error(doing + ": it claims more values than the file can hold");
}

}  // namespace

Handle open_dataset(hid_t location, const std::string& name) {
  const std::string doing = "reading " + name;
  check_link(location, name);
  Handle dataset(H5Dopen2(location, name.c_str(), H5P_DEFAULT), H5Dclose, doing);
  check_storage(dataset.get(), doing);
  check_size(dataset.get(), doing);
  return dataset;
}

Handle open_group(hid_t location, const std::string& name) {
  check_link(location, name);
  return {H5Gopen2(location, name.c_str(), H5P_DEFAULT), H5Gclose, "opening group " + name};
}

bool contains(hid_t location, const std::string& name) {
  return checked(H5Lexists(location, name.c_str(), H5P_DEFAULT), "looking for " + name) > 0;
}

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

// HDF5 1.10 has no predefined float16, but reads and writes any float type that is described to it.
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
      throw Hdf5Error("a dataset claims an impossible size");
    }
    count *= dim;
  }
  return count;
}

}  // namespace m2m::results::hdf5
