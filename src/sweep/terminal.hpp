#pragma once
// Who reads standard error, where the log goes, and how wide their window is.
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace m2m::sweep {

struct TerminalSize {
  int columns = 80;
  int rows = 24;
};

/// The terminal that standard error ends up on; nothing where it is a file or a pipe. Under mpirun standard error
/// is always a pipe, and it is mpirun's own that counts.
std::optional<TerminalSize> stderr_terminal();

/// True once the reader of a pipe that standard error goes to has closed it, as `m2m-sweep ... 2>&1 | head -1`
/// does.
bool log_reader_is_gone();

// Lines at the bottom of a terminal that are redrawn in place.

class LiveBlock {
 public:
  /// `write` takes what goes to the terminal.
  LiveBlock(TerminalSize size, std::function<void(const std::string&)> write);

  /// Replaces the block by `lines`, each cut to the width; what does not fit the height is counted in one line. The
  /// last line always shows.
  void draw(const std::vector<std::string>& lines);
  /// Takes the block away, so that other lines can be written where it was.
  void erase();

 private:
  std::string erasing() const;

  TerminalSize size_;
  std::function<void(const std::string&)> write_;
  std::size_t drawn_ = 0;
};

}  // namespace m2m::sweep
