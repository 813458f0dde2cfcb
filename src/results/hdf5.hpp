#pragma once
// HDF5's C API with owned handles and checked calls: files and groups. Only this room includes it.
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

/// An HDF5 call failed: what was being done, and the innermost reason HDF5 gives. Caught in schema_file.cpp, where
/// the file's name is known, and turned into an Error there.
class Hdf5Error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// The Failure of a call that has just failed, with HDF5's own reason.
Hdf5Error last_error(const std::string& doing);

/// `status` as it is, where it is not negative; else throws Failure.
template <typename Status>
Status checked(Status status, const std::string& doing) {
  if (status < 0) throw last_error(doing);
  return status;
}

/// Owns one HDF5 identifier; move-only, leaves none behind.
class Handle {
 public:
  using Close = herr_t (*)(hid_t);

  /// Throws Failure where `id` says that the call which made it failed.
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
  /// Closes now, so that a failure is not lost: for what was written. Throws Failure.
  void close(const std::string& doing) { checked(close_(std::exchange(id_, H5I_INVALID_HID)), doing); }

 private:
  hid_t id_;
  Close close_;
};

/// Keeps other threads of the process out of HDF5 while it lives: many machines have one built for a thread at a
/// time. A thread that has it may take it again: merging reads files while it writes one.
std::unique_lock<std::recursive_mutex> library_lock();

/// To be called before anything else of HDF5; create_file and open_file do.
///
/// This thread's HDF5 errors are no longer printed, and the library cleans nothing up when the program ends: files
/// are always closed here, and its clean-up crashes where a file could not be, as on a full disk.
void prepare_library();

/// A new file, truncated where it exists. No file locks are taken (NFS and Lustre often offer none), and metadata
/// carry checksums.
Handle create_file(const std::filesystem::path& file);
/// An existing file, to be read.
Handle open_file(const std::filesystem::path& file);

Handle create_group(hid_t location, const std::string& name);
Handle open_group(hid_t location, const std::string& name);
/// Whether `where` has a member of that name.
bool contains(hid_t location, const std::string& name);

// The HDF5 types this project stores, and shapes.

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
