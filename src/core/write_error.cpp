#include "core/write_error.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>

namespace m2m {
namespace {

struct Advice {
  int reason;  // errno
  const char* text;
};

constexpr Advice advices[] = {
    {ENOSPC, "free space there, then "},
    {EDQUOT, "free space there or ask for a larger quota, then "},
    {EFBIG, "raise the limit of file sizes (ulimit -f), then "},
    {EIO, "check that disk, or choose another folder with --out, then "},
    {EROFS, "make that file system writable or choose another folder with --out, then "},
    {EACCES, "make that folder writable or choose another one with --out, then "},
    {EPERM, "make that folder writable or choose another one with --out, then "},
};

/// HDF5 and the C++ library give the system's words within a sentence of their own.
std::string advice_for(const std::string& reason) {
  for (const Advice& advice : advices) {
    if (reason.find(std::strerror(advice.reason)) != std::string::npos) return advice.text;
  }
  return "";
}

}  // namespace

WriteError write_error(const std::filesystem::path& file, const std::string& fault, const std::string& reason) {
  return WriteError(
      fmt::format("{}: {}: {}; {}run the same command again", file.string(), fault, reason, advice_for(reason)));
}

WriteError write_error(const std::filesystem::path& file, const std::string& fault, int reason) {
  return write_error(file, fault, std::string(std::strerror(reason == 0 ? EIO : reason)));
}

}  // namespace m2m
