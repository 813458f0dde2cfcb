#include "results/hdf5.hpp"

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
  // Checksums over metadata came with 1.8; every HDF5 in use reads them.
  checked(H5Pset_libver_bounds(access.get(), H5F_LIBVER_V18, H5F_LIBVER_LATEST), "choosing the file format");
  // With a forgotten handle closing then fails instead of leaving the file open unseen.
  checked(H5Pset_fclose_degree(access.get(), H5F_CLOSE_SEMI), "preparing to open a file");
  return access;
}

/// Without the time of day, equal contents are equal bytes.
Handle creation_properties(hid_t kind) {
  Handle creation(H5Pcreate(kind), H5Pclose, "preparing to create an object");
  checked(H5Pset_obj_track_times(creation.get(), false), "preparing to create an object");
  return creation;
}

}  // namespace

Failure failure(const std::string& doing) {
  const std::string reason = innermost_reason();
  return Failure(reason.empty() ? doing : doing + ": " + reason);
}

std::unique_lock<std::recursive_mutex> only_user() {
  static std::recursive_mutex mutex;
  return std::unique_lock(mutex);
}

void prepare_library() {
  H5dont_atexit();  // fails where it was said before
  checked(H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr), "silencing HDF5");
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

Handle create_group(hid_t where, const std::string& name) {
  const Handle creation = creation_properties(H5P_GROUP_CREATE);
  return {H5Gcreate2(where, name.c_str(), H5P_DEFAULT, creation.get(), H5P_DEFAULT), H5Gclose,
          "creating group " + name};
}

Handle open_group(hid_t where, const std::string& name) {
  return {H5Gopen2(where, name.c_str(), H5P_DEFAULT), H5Gclose, "opening group " + name};
}

bool contains(hid_t where, const std::string& name) {
  return checked(H5Lexists(where, name.c_str(), H5P_DEFAULT), "looking for " + name) > 0;
}

}  // namespace m2m::results::hdf5
