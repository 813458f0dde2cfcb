#include "results/journal.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <map>
#include <stdexcept>
#include <utility>

#include "core/files.hpp"
#include "core/write_error.hpp"

namespace m2m::results {
namespace fs = std::filesystem;
namespace {

WriteError broken(const fs::path& file, const char* doing) {
  return write_error(file, fmt::format("cannot be {}", doing), errno);
}

/// A write may take only a part, or be interrupted by a signal.
void write_all(int handle, const std::string& bytes, const fs::path& file) {
  for (std::size_t done = 0; done < bytes.size();) {
    const ssize_t taken = ::write(handle, bytes.data() + done, bytes.size() - done);
    if (taken < 0 && errno != EINTR) throw broken(file, "written");
    if (taken > 0) done += static_cast<std::size_t>(taken);
  }
}

}  // namespace

Journal::Journal(const fs::path& file) : file_(file) {
  make_folder(file.parent_path());
  open_ = FileDescriptor(::open(file.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644));
  if (!open_.is_open()) throw broken(file, "opened");
  const std::string text = read_file(file);
  const auto whole = text.empty() ? 0 : text.rfind('\n') + 1;  // rfind's npos + 1 is 0
  if (whole < text.size() && ::ftruncate(open_.number(), static_cast<off_t>(whole)) != 0)
    throw broken(file, "shortened");
}

void Journal::append(const EpochRecord& epoch) {
  write_all(open_.number(), epoch_to_json(epoch).dump() + "\n", file_);
  if (::fsync(open_.number()) != 0) throw broken(file_, "synced to disk");
}

std::vector<EpochRecord> read_journal(const fs::path& file) {
  const std::string text = read_file(file);
  std::map<int, EpochRecord> by_epoch;
  std::size_t begin = 0;
  int line = 1;
  for (auto end = text.find('\n'); end != std::string::npos; end = text.find('\n', begin), ++line) {
    try {
      EpochRecord epoch = epoch_from_json(Json::parse(text.substr(begin, end - begin)));
      by_epoch[epoch.epoch] = std::move(epoch);
    } catch (const Json::exception& failed) {
      throw data_error(fmt::format("{}:{}: not a line of a journal: {}", file.string(), line, failed.what()));
    } catch (const std::out_of_range& failed) {
      throw data_error(fmt::format("{}:{}: not a line of a journal: {}", file.string(), line, failed.what()));
    }
    begin = end + 1;
  }
  std::vector<EpochRecord> epochs;
  epochs.reserve(by_epoch.size());
  for (auto& [number, epoch] : by_epoch) epochs.push_back(std::move(epoch));
  return epochs;
}

std::optional<EpochRecord> read_last_epoch(const fs::path& file) {
  const std::string text = read_file(file);
  const auto end = text.rfind('\n');
  if (end == std::string::npos || end == 0) return std::nullopt;
  const auto begin = text.rfind('\n', end - 1) + 1;  // rfind's npos + 1 is 0
  try {
    return epoch_from_json(Json::parse(text.substr(begin, end - begin)));
  } catch (const Json::exception&) {
    return std::nullopt;
  } catch (const std::out_of_range&) {
    return std::nullopt;
  }
}

}  // namespace m2m::results
