#include "checkpoints/pickle_stack.hpp"

#include <fmt/format.h>

#include <bit>

namespace m2m::checkpoints {
namespace {

constexpr std::size_t max_line = 256;
constexpr std::size_t max_values = 1 << 20;
constexpr std::size_t max_depth = 1 << 16;

}  // namespace

std::uint8_t ByteReader::read_opcode() {
  opcode_at_ = offset_;
  return static_cast<std::uint8_t>(read(1)[0]);
}

std::string_view ByteReader::read(std::size_t count) {
  if (count > bytes_.size() - offset_) throw error_at("the file ends within a pickle");
  const std::string_view part = bytes_.substr(offset_, count);
  offset_ += count;
  return part;
}

std::uint64_t ByteReader::read_unsigned(std::size_t count) {
  const std::string_view part = read(count);
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < count; ++i) value |= std::uint64_t{static_cast<std::uint8_t>(part[i])} << (8 * i);
  return value;
}

std::int64_t ByteReader::read_long() {
  const auto count = static_cast<std::size_t>(read_unsigned(1));
  if (count > 8) throw error_at("an integer has more than 64 bits");
  if (count == 0) return 0;
  const std::size_t unused = 64 - 8 * count;
  return static_cast<std::int64_t>(read_unsigned(count) << unused) >> unused;
}

double ByteReader::read_double() {
  std::uint64_t bits = 0;
  for (const char byte : read(8)) bits = bits << 8 | static_cast<std::uint8_t>(byte);
  return std::bit_cast<double>(bits);
}

std::string ByteReader::read_line() {
  const std::size_t end = bytes_.substr(offset_, max_line).find('\n');
  if (end == std::string_view::npos) throw error_at("a global's name does not end");
  std::string line(read(end));
  read(1);
  return line;
}

Error ByteReader::error_at(const std::string& what) const {
  return data_error(fmt::format("{}: damaged or incomplete file: at byte {}, {}", origin_, opcode_at_, what));
}

void PickleStack::push(PickleId id) {
  if (stack_.size() >= max_depth) throw bytes_.error_at("the stack grows too deep");
  stack_.push_back(id);
}

void PickleStack::push(PickleValue value) {
  if (pickle_.values.size() >= max_values) throw bytes_.error_at("there are more than a million values");
  pickle_.values.push_back(std::move(value));
  push(static_cast<PickleId>(pickle_.values.size() - 1));
}

void PickleStack::push_mark() {
  if (marks_.size() >= max_depth) throw bytes_.error_at("there are too many marks");
  marks_.push_back(stack_.size());
}

std::vector<PickleId> PickleStack::pop_many(std::size_t count) {
  if (available() < count) throw bytes_.error_at("the stack is empty");
  std::vector<PickleId> items(stack_.end() - static_cast<std::ptrdiff_t>(count), stack_.end());
  stack_.resize(stack_.size() - count);
  return items;
}

std::vector<PickleId> PickleStack::pop_to_mark() {
  if (marks_.empty()) throw bytes_.error_at("a mark is missing");
  std::vector<PickleId> items = pop_many(available());
  marks_.pop_back();
  return items;
}

PickleValue& PickleStack::top(PickleKind kind, const char* name) {
  if (available() == 0 || pickle_.values[stack_.back()].kind != kind) {
    throw bytes_.error_at(fmt::format("expected a {} on the stack", name));
  }
  return pickle_.values[stack_.back()];
}

void PickleStack::memo_put(std::uint64_t key) {
  if (available() == 0) throw bytes_.error_at("there is no value to memoize");
  memo_[key] = stack_.back();
}

void PickleStack::memo_get(std::uint64_t key) {
  const auto found = memo_.find(key);
  if (found == memo_.end()) throw bytes_.error_at("the memo has no such key");
  push(found->second);
}

Pickle PickleStack::finish() {
  pickle_.root = pop();
  return std::move(pickle_);
}

}  // namespace m2m::checkpoints
