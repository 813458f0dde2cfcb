#include "core/files.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <string_view>
#include <vector>

#include "core/config.hpp"

namespace m2m {
namespace fs = std::filesystem;
namespace {

void sync_to_disk(const fs::path& path) {
  const FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file.is_open()) throw write_error(path, "cannot be opened to sync it", errno);
  // Some network file systems answer EINVAL if a folder is synced; the file itself is safe there.
  if (::fsync(file.number()) != 0 && errno != EINVAL) throw write_error(path, "could not be synced to disk", errno);
}

}  // namespace

bool FileDescriptor::close() { return number_ < 0 || ::close(std::exchange(number_, -1)) == 0; }

std::string read_file(const fs::path& file) {
  std::error_code failed;
  const auto size = fs::file_size(file, failed);
  if (failed) throw io_error(fmt::format("{}: cannot be read: {}", file.string(), failed.message()));
  std::ifstream stream(file, std::ios::binary);
  if (!stream) throw io_error(fmt::format("{}: cannot be read: {}", file.string(), std::strerror(errno)));
  std::string bytes(size, '\0');
  stream.read(bytes.data(), static_cast<std::streamsize>(size));
  if (static_cast<std::uintmax_t>(stream.gcount()) != size) {
    throw io_error(fmt::format("{}: could be read only up to byte {}", file.string(), stream.gcount()));
  }
  return bytes;
}

bool exists_or_throw(const fs::path& path) {
  std::error_code failed;
  const fs::file_status status = fs::status(path, failed);
  if (status.type() == fs::file_type::none)
    throw io_error(fmt::format("{}: cannot be read: {}", path.string(), failed.message()));
  return fs::exists(status);
}

fs::path nearest_entry(const fs::path& missing, const std::string& extension) {
  const fs::path path = missing.has_filename() ? missing : missing.parent_path();  // without a slash at the end
  const fs::path folder = path.parent_path();
  std::vector<std::string> known;
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(folder.empty() ? "." : folder, ignored)) {
    const bool fits = extension.empty() ? entry.is_directory(ignored) : entry.path().extension() == extension;
    if (fits) known.push_back(extension.empty() ? entry.path().filename() : entry.path().stem());
  }
  std::sort(known.begin(), known.end());
  const std::string nearest = nearest_name(known, extension.empty() ? path.filename() : path.stem());
  return nearest.empty() ? fs::path() : folder / (nearest + extension);
}

fs::path find_shipped(const fs::path& name) {
  std::error_code unknown;
  const fs::path program = fs::read_symlink("/proc/self/exe", unknown);
  for (fs::path folder = program.parent_path(); folder.has_relative_path(); folder = folder.parent_path()) {
    for (const fs::path& found : {folder / name, folder / "share/m2m" / name}) {
      if (fs::exists(found, unknown)) return found;
    }
  }
  return {};
}

namespace {
constexpr std::string_view unfinished = ".partial-";  // before the number of the process
}

PendingFile::PendingFile(const fs::path& file)
    : file_(file), path_(file.string() + fmt::format("{}{}", unfinished, ::getpid())) {
  std::error_code ignored;
  const fs::file_status status = fs::status(file, ignored);
  if (fs::exists(status) && !fs::is_regular_file(status) && !fs::is_directory(status))
    throw WriteError(
        fmt::format("{}: cannot be written: this is a device, pipe or socket; name a file", file.string()));
  make_folder(file.parent_path());
}

PendingFile::~PendingFile() {
  if (path_.empty()) return;
  std::error_code ignored;
  fs::remove(path_, ignored);
}

void PendingFile::commit() {
  sync_to_disk(path_);
  std::error_code failed;
  fs::rename(path_, file_, failed);
  if (failed) throw write_error(file_, "cannot be written", failed.message());
  path_.clear();
  sync_to_disk(file_.parent_path().empty() ? fs::path(".") : file_.parent_path());
}

namespace {

/// True if the name ends in the number of another live process of this host, such as that of a merge.
bool is_being_written(const std::string& name) {
  const int process = std::atoi(name.c_str() + name.rfind('-') + 1);
  return process > 0 && process != ::getpid() && (::kill(process, 0) == 0 || errno != ESRCH);
}

}  // namespace

void remove_unfinished_files(const fs::path& folder) {
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(folder, ignored)) {
    const std::string name = entry.path().filename().string();
    if (name.find(unfinished) != std::string::npos && !is_being_written(name)) fs::remove(entry.path(), ignored);
  }
}

void write_file(const fs::path& file, const std::string& bytes) {
  PendingFile pending(file);
  std::ofstream stream(pending.path(), std::ios::binary);
  stream << bytes;
  stream.close();
  if (!stream) throw write_error(file, "cannot be written", errno);
  pending.commit();
}

void make_folder(const fs::path& folder) {
  if (folder.empty()) return;
  std::error_code failed;
  fs::create_directories(folder, failed);
  if (failed) throw write_error(folder, "cannot be created", failed.message());
}

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
    {ENOTDIR, "choose another folder with --out, then "},
    {ELOOP, "choose another folder with --out, then "},
    {ENAMETOOLONG, "choose a shorter name with --out, then "},
    {EPERM, "make that folder writable or choose another one with --out, then "},
};

/// The advice for a reason. HDF5 and the C++ library put the system's message into a longer sentence.
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
