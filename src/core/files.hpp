#pragma once
// Whole files: read at once, or written so that a reader sees the old one or the new one and nothing between; and
// the owner of a file that is open.
#include <filesystem>
#include <functional>
#include <string>
#include <utility>

#include "core/error.hpp"

namespace m2m {

/// Owns an open file, pipe end or the like, by the number that the system gave it; closes it.
class FileDescriptor {
 public:
  FileDescriptor() = default;
  /// number: as open() returned it; negative where it failed.
  explicit FileDescriptor(int number) : number_(number) {}
  FileDescriptor(FileDescriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  FileDescriptor& operator=(FileDescriptor&& other) noexcept {
    std::swap(number_, other.number_);
    return *this;
  }
  ~FileDescriptor() { static_cast<void>(close()); }

  int number() const { return number_; }
  bool is_open() const { return number_ >= 0; }
  /// Closes it now. False, with errno, if the system says that what was written may be lost.
  bool close();

 private:
  int number_ = -1;
};

/// The file's bytes. Throws Error (input_output) where it cannot be read.
std::string read_file(const std::filesystem::path& file);

/// Has `write` make a file under a temporary name beside `file`, syncs it to disk and renames it.
///
/// Survives a kill at any moment: `file` is then absent, old or new, never half written. Folders above it are made.
/// Throws Error (input_output) where that fails; what `write` throws passes through and leaves nothing behind.
void replace_file(const std::filesystem::path& file,
                  const std::function<void(const std::filesystem::path&)>& write);

/// replace_file with these bytes.
void write_file(const std::filesystem::path& file, const std::string& bytes);

/// Makes the folder and those above it. Throws Error (input_output).
void make_folder(const std::filesystem::path& folder);

// A file that could not be written: what comes after it cannot be kept either, so work stops there.

/// A file or folder could not be written (input_output). Made by write_error.
class WriteError : public Error {
 public:
  explicit WriteError(const std::string& sentence) : Error(ExitCode::input_output, sentence) {}
};

/// "FILE: FAULT: REASON; free space there, then run the same command again". The advice depends on the reason:
/// space, quota, permission, the disk.
///
/// fault: for example "cannot be written". reason: a text with the system's words in it, as std::strerror gives
/// them.
WriteError write_error(const std::filesystem::path& file, const std::string& fault, const std::string& reason);
/// The same with the reason of an error number (errno).
WriteError write_error(const std::filesystem::path& file, const std::string& fault, int reason);

}  // namespace m2m
