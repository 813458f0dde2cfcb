#include "sweep/terminal.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <set>

#include "core/files.hpp"
#include "core/text.hpp"

namespace m2m::sweep {
namespace {

std::optional<TerminalSize> query_size(int handle) {
  if (handle < 0 || ::isatty(handle) == 0) return std::nullopt;
  winsize size{};
  if (::ioctl(handle, TIOCGWINSZ, &size) != 0 || size.ws_col == 0 || size.ws_row == 0) return TerminalSize{};
  return TerminalSize{size.ws_col, size.ws_row};
}

bool launched_by_mpirun(const std::filesystem::path& parent) {
  static const std::set<std::string> launchers = {"mpirun", "mpiexec", "orterun", "prterun"};
  std::error_code failed;
  return launchers.contains(std::filesystem::read_symlink(parent / "exe", failed).filename().string());
}

}  // namespace

std::optional<TerminalSize> stderr_terminal() {
  const char* kind = std::getenv("TERM");
  if (kind == nullptr || std::string(kind) == "dumb") return std::nullopt;
  if (const auto size = query_size(STDERR_FILENO)) return size;
  const auto parent = std::filesystem::path("/proc") / std::to_string(::getppid());
  if (!launched_by_mpirun(parent)) return std::nullopt;
  const FileDescriptor terminal(
      ::open((parent / "fd" / "2").c_str(), O_WRONLY | O_NOCTTY | O_NONBLOCK | O_CLOEXEC));
  return query_size(terminal.number());
}

bool log_reader_is_gone() {
  struct stat what {};
  if (::fstat(STDERR_FILENO, &what) != 0 || !S_ISFIFO(what.st_mode)) return false;
  pollfd end{STDERR_FILENO, POLLOUT, 0};
  return ::poll(&end, 1, 0) == 1 && (end.revents & POLLERR) != 0;
}

LiveBlock::LiveBlock(TerminalSize size, std::function<void(const std::string&)> write)
    : size_(size), write_(std::move(write)) {}

std::string LiveBlock::erasing() const {
  return drawn_ == 0 ? "" : fmt::format("\r\033[{}A\033[J", drawn_);  // up to its first line, clear from there
}

void LiveBlock::erase() {
  if (drawn_ > 0) write_(erasing());
  drawn_ = 0;
}

void LiveBlock::draw(const std::vector<std::string>& lines) {
  std::vector<std::string> shown = lines;
  const auto height = static_cast<std::size_t>(std::max(3, size_.rows - 1));
  if (shown.size() > height) {
    const std::size_t hidden = shown.size() - height + 1;
    const auto first = shown.end() - 1 - static_cast<std::ptrdiff_t>(hidden);
    shown.erase(first, shown.end() - 1);
    shown.insert(shown.end() - 1, fmt::format(" ... and {} more", hidden));
  }
  std::string text = erasing();
  for (const std::string& line : shown) {
    text += truncate_utf8(line, static_cast<std::size_t>(std::max(1, size_.columns - 1))) + "\n";
  }
  write_(text);
  drawn_ = shown.size();
}

}  // namespace m2m::sweep
