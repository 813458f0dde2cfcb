#pragma once
// A file that could not be written: what comes after it cannot be kept either, so work stops there.
#include <filesystem>
#include <string>

#include "core/error.hpp"

namespace m2m {

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
