#pragma once
// HDF5's C API with owned handles and checked calls: files, groups, types and shapes. Only results includes HDF5.
#include <hdf5.h>

#include <cstdint>
#include <filesystem>
#include <mutex>
#include <span>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace m2m::results::hdf5 {

/// The failure of an HDF5 call: the action, and the innermost reason that HDF5 gives. record_file.cpp, which knows
/// the name of the file, turns it into an Error.
class Hdf5Error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// The error of the call that failed last in this thread, with the reason from HDF5. doing: "writing last/test".
Hdf5Error last_error(const std::string& doing);

/// Returns `status`. Throws Hdf5Error if it is negative.
template <typename Status>
Status checked(Status status, const std::string& doing) {
  if (status < 0) throw last_error(doing);
  return status;
}

/// Owns one HDF5 identifier and releases it. Move-only.
class Handle {
 public:
  using Close = herr_t (*)(hid_t);

  /// Takes the identifier that a call returned. Throws Hdf5Error if it is negative.
  Handle(hid_t id, Close release, const std::string& doing) : id_(checked(id, doing)), close_(release) {}
  Handle(Handle&& other) noexcept : id_(std::exchange(other.id_, H5I_INVALID_HID)), close_(other.close_) {}
  Handle& operator=(Handle&& other) noexcept {
    std::swap(id_, other.id_);
    std::swap(close_, other.close_);
    return *this;
  }
  Handle(const Handle&) = delete;
  Handle& operator=(const Handle&) = delete;
  ~Handle() {
    if (id_ >= 0) close_(id_);
  }

  hid_t get() const { return id_; }
  /// Closes it now, so that a failure after writing is not lost. Throws Hdf5Error.
  void close(const std::string& doing) { checked(close_(std::exchange(id_, H5I_INVALID_HID)), doing); }

 private:
  hid_t id_;
  Close close_;
};

/// Locks HDF5 for this thread, because many builds of HDF5 are not thread-safe. Recursive: merging reads files
/// while it writes one.
std::unique_lock<std::recursive_mutex> library_lock();

/// Prepares HDF5; has to be called before anything else of HDF5, as create_file and open_file do.
///
/// HDF5 then prints no errors of this thread and does no clean-up at exit. Files are always closed here, and the
/// clean-up crashes if one could not be closed, as on a full disk.
void prepare_library();

/// Creates a file, or truncates it if it exists. Takes no file lock (NFS and Lustre often have none); metadata
/// carry checksums. Throws Hdf5Error.
Handle create_file(const std::filesystem::path& file);
/// Opens an existing file for reading. Throws Hdf5Error.
Handle open_file(const std::filesystem::path& file);

/// Creates the group `name` at `location`. Throws Hdf5Error.
Handle create_group(hid_t location, const std::string& name);
/// Opens the group `name` at `location`. Throws Hdf5Error.
Handle open_group(hid_t location, const std::string& name);
/// True if `location` has a member of that name. Throws Hdf5Error.
bool contains(hid_t location, const std::string& name);

/// The HDF5 type of a T in memory; int32, int64 and float64 are stored as such.
template <typename T>
hid_t memory_type();
template <>
hid_t memory_type<std::int32_t>();
template <>
hid_t memory_type<std::int64_t>();
template <>
hid_t memory_type<double>();

/// The HDF5 type of float16 (IEEE 754 binary16).
Handle half_type();
/// The HDF5 type of a flag: an enumeration of 8-bit integers, FALSE and TRUE, as h5py's bool.
Handle flag_type();
/// The HDF5 type of UTF-8 text of `size` bytes, or of H5T_VARIABLE.
Handle text_type(std::size_t size);

/// The shape of one value.
Handle scalar_space();
/// The shape of an array, row-major.
Handle array_space(std::span<const hsize_t> dims);

/// Number of elements of a shape. Throws Hdf5Error if their bytes exceed the address space.
std::size_t element_count(std::span<const hsize_t> dims, std::size_t element_bytes);

/// Opens the dataset `name` at `location` for reading. Throws Hdf5Error, also if its values lie in another file, or
/// if it claims more values than the file can hold, compressed or not.
Handle open_dataset(hid_t location, const std::string& name);

}  // namespace m2m::results::hdf5
