#include "sweep/terminal.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <set>

#include "core/files.hpp"

namespace m2m::sweep {
namespace {

std::optional<TerminalSize> size_of(int handle) {
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

std::optional<TerminalSize> terminal_of_standard_error() {
  const char* kind = std::getenv("TERM");
  if (kind == nullptr || std::string(kind) == "dumb") return std::nullopt;
  if (const auto size = size_of(STDERR_FILENO)) return size;
  const auto parent = std::filesystem::path("/proc") / std::to_string(::getppid());
  if (!launched_by_mpirun(parent)) return std::nullopt;
  const FileDescriptor terminal(
      ::open((parent / "fd" / "2").c_str(), O_WRONLY | O_NOCTTY | O_NONBLOCK | O_CLOEXEC));
  return size_of(terminal.number());
}

bool log_reader_is_gone() {
  struct stat what {};
  if (::fstat(STDERR_FILENO, &what) != 0 || !S_ISFIFO(what.st_mode)) return false;
  pollfd end{STDERR_FILENO, POLLOUT, 0};
  return ::poll(&end, 1, 0) == 1 && (end.revents & POLLERR) != 0;
}

}  // namespace m2m::sweep
