#include "checkpoints/pickle_bytes.hpp"

#include <fmt/format.h>

#include <bit>

namespace m2m::checkpoints {
namespace {
constexpr std::size_t longest_line = 256;
}

std::uint8_t PickleBytes::take_instruction() {
  instruction_at_ = offset_;
  return static_cast<std::uint8_t>(take(1)[0]);
}

std::string_view PickleBytes::take(std::size_t count) {
  if (count > bytes_.size() - offset_) throw fault("the file ends within a pickle");
  const std::string_view taken = bytes_.substr(offset_, count);
  offset_ += count;
  return taken;
}

std::uint64_t PickleBytes::take_unsigned(std::size_t count) {
  const std::string_view taken = take(count);
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < count; ++i) value |= std::uint64_t{static_cast<std::uint8_t>(taken[i])} << (8 * i);
  return value;
}

std::int64_t PickleBytes::take_long() {
  const auto count = static_cast<std::size_t>(take_unsigned(1));
  if (count > 8) throw fault("an integer has more than 64 bits");
  if (count == 0) return 0;
  const std::size_t unused = 64 - 8 * count;
  return static_cast<std::int64_t>(take_unsigned(count) << unused) >> unused;
}

double PickleBytes::take_double() {
  std::uint64_t bits = 0;
  for (const char byte : take(8)) bits = bits << 8 | static_cast<std::uint8_t>(byte);
  return std::bit_cast<double>(bits);
}

std::string PickleBytes::take_line() {
  const std::size_t end = bytes_.substr(offset_, longest_line).find('\n');
  if (end == std::string_view::npos) throw fault("a global's name does not end");
  const std::string line(take(end));
  take(1);
  return line;
}

Error PickleBytes::fault(const std::string& what) const {
  return data_error(fmt::format("{}: damaged or incomplete file: at byte {}, {}", origin_, instruction_at_, what));
}

}  // namespace m2m::checkpoints
