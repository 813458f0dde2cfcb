#pragma once
// Whole files: read at once, or replaced so that a reader sees the old or the new content, nothing between. Files
// that come with the project. The owner of a file descriptor.
#include <filesystem>
#include <string>
#include <utility>

#include "core/error.hpp"

namespace m2m {

/// Owns the descriptor of an open file or pipe, and closes it. Move-only.
class FileDescriptor {
 public:
  FileDescriptor() = default;
  /// number: as returned by open(); negative if that failed.
  explicit FileDescriptor(int number) : number_(number) {}
  FileDescriptor(FileDescriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  FileDescriptor& operator=(FileDescriptor&& other) noexcept {
    std::swap(number_, other.number_);
    return *this;
  }
  ~FileDescriptor() { static_cast<void>(close()); }

  int number() const { return number_; }
  bool is_open() const { return number_ >= 0; }
  /// Closes it now. Returns false, with errno set, if written data may be lost.
  bool close();

 private:
  int number_ = -1;
};

/// The bytes of a file. Throws Error (input_output) if it cannot be read.
std::string read_file(const std::filesystem::path& file);

/// A file that is written under a temporary name and takes its final name only when it is complete.
///
/// After a kill at any moment the final file is absent, old or new, never half written. The destructor removes the
/// temporary file unless it was committed.
class PendingFile {
 public:
  /// Makes the folders above `file`. Throws WriteError if that fails, or if `file` is a device, pipe or socket,
  /// which the rename would replace.
  explicit PendingFile(const std::filesystem::path& file);
  ~PendingFile();
  PendingFile(const PendingFile&) = delete;
  PendingFile& operator=(const PendingFile&) = delete;

  /// The temporary name, beside the final one: write and close this file, then commit.
  const std::filesystem::path& path() const { return path_; }
  /// Syncs the temporary file to disk and renames it to the final name. Throws WriteError if that fails.
  void commit();

 private:
  std::filesystem::path file_, path_;
};

/// Removes what PendingFiles of killed processes left in a folder, which may be missing; not those of processes
/// that live on this host. Errors are ignored: the files only take space.
void remove_unfinished_files(const std::filesystem::path& folder);

/// Writes `bytes` to a PendingFile and commits it. Throws WriteError.
void write_file(const std::filesystem::path& file, const std::string& bytes);

/// A file or folder that comes with the project, such as "jobs/digits.toml": in the checkout that the running
/// program lies in, or in share/m2m of its installation. Empty if there is none. Local.
std::filesystem::path find_shipped(const std::filesystem::path& name);

/// True if there is something at `path`. Throws Error (input_output) if that cannot be found out, as in a folder
/// that may not be read. Local.
bool exists_or_throw(const std::filesystem::path& path);

/// The path beside a missing one whose name is nearest to its: of a file with that extension, or of a folder
/// without one. Empty if none is near. Local.
std::filesystem::path nearest_entry(const std::filesystem::path& missing, const std::string& extension = "");

/// Makes the folder and those above it. Throws WriteError.
void make_folder(const std::filesystem::path& folder);

/// The error of a file or folder that could not be written (input_output). A sweep stops at it, because later
/// results could not be kept either. Made by write_error.
class WriteError : public Error {
 public:
  explicit WriteError(const std::string& sentence) : Error(ExitCode::input_output, sentence) {}
};

/// The error "FILE: FAULT: REASON; free space there, then run the same command again". The advice depends on the
/// reason: space, quota, permission, the disk.
///
/// fault: for example "cannot be written". reason: a text that contains the system's message, as of std::strerror.
WriteError write_error(const std::filesystem::path& file, const std::string& fault, const std::string& reason);
/// The error with the reason of `reason`, an errno.
WriteError write_error(const std::filesystem::path& file, const std::string& fault, int reason);

}  // namespace m2m
