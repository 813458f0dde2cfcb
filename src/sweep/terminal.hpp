#pragma once
// The terminal of standard error, and lines at its bottom that are redrawn in place.
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace m2m::sweep {

struct TerminalSize {
  int columns = 80;
  int rows = 24;
};

/// Size of the terminal of standard error; nothing if it is a file or a pipe. Under mpirun, standard error is
/// always a pipe; the standard error of mpirun counts.
std::optional<TerminalSize> stderr_terminal();

/// True if standard error is a pipe whose reader has closed it, as in `m2m-sweep ... 2>&1 | head -1`.
bool log_reader_is_gone();

/// Lines at the bottom of a terminal that are redrawn in place.
class LiveBlock {
 public:
  /// write: writes to the terminal.
  LiveBlock(TerminalSize size, std::function<void(const std::string&)> write);

  /// Replaces the block by `lines`, each truncated to the width. If they are more than the height, one line gives
  /// the number of hidden ones. The last line is always shown.
  void draw(const std::vector<std::string>& lines);
  /// Erases the block, so that other lines can be written in its place.
  void erase();

 private:
  std::string erasing() const;

  TerminalSize size_;
  std::function<void(const std::string&)> write_;
  std::size_t drawn_ = 0;
};

}  // namespace m2m::sweep
