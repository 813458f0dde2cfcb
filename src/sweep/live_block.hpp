#pragma once
// Lines at the bottom of a terminal that are redrawn in place.
#include <functional>
#include <string>
#include <vector>

#include "sweep/terminal.hpp"

namespace m2m::sweep {

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
