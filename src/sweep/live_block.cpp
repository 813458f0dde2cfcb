#include "sweep/live_block.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/text.hpp"

namespace m2m::sweep {

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
  const auto room = static_cast<std::size_t>(std::max(3, size_.rows - 1));
  if (shown.size() > room) {
    const std::size_t hidden = shown.size() - room + 1;
    const auto first = shown.end() - 1 - static_cast<std::ptrdiff_t>(hidden);
    shown.erase(first, shown.end() - 1);
    shown.insert(shown.end() - 1, fmt::format(" ... and {} more", hidden));
  }
  std::string text = erasing();
  for (const std::string& line : shown) {
    text += cut_to(line, static_cast<std::size_t>(std::max(1, size_.columns - 1))) + "\n";
  }
  write_(text);
  drawn_ = shown.size();
}

}  // namespace m2m::sweep
