#include "checkpoints/pickle_stack.hpp"

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

namespace {
constexpr std::size_t most_values = 1 << 20;
constexpr std::size_t deepest_stack = 1 << 16;
}  // namespace

void PickleStack::push(PickleId id) {
  if (stack_.size() >= deepest_stack) throw bytes_.fault("the stack grows too deep");
  stack_.push_back(id);
}

void PickleStack::push(PickleValue value) {
  if (pickle_.values.size() >= most_values) throw bytes_.fault("there are more than a million values");
  pickle_.values.push_back(std::move(value));
  push(static_cast<PickleId>(pickle_.values.size() - 1));
}

void PickleStack::push_mark() {
  if (marks_.size() >= deepest_stack) throw bytes_.fault("there are too many marks");
  marks_.push_back(stack_.size());
}

std::vector<PickleId> PickleStack::pop_many(std::size_t count) {
  if (within_reach() < count) throw bytes_.fault("the stack is empty");
  std::vector<PickleId> items(stack_.end() - static_cast<std::ptrdiff_t>(count), stack_.end());
  stack_.resize(stack_.size() - count);
  return items;
}

std::vector<PickleId> PickleStack::pop_to_mark() {
  if (marks_.empty()) throw bytes_.fault("a mark is missing");
  std::vector<PickleId> items = pop_many(within_reach());
  marks_.pop_back();
  return items;
}

PickleValue& PickleStack::top(PickleKind kind, const char* name) {
  if (within_reach() == 0 || pickle_.values[stack_.back()].kind != kind) {
    throw bytes_.fault(fmt::format("a {} is expected on the stack", name));
  }
  return pickle_.values[stack_.back()];
}

void PickleStack::remember(std::uint64_t key) {
  if (within_reach() == 0) throw bytes_.fault("there is nothing to remember");
  memo_[key] = stack_.back();
}

void PickleStack::recall(std::uint64_t key) {
  const auto found = memo_.find(key);
  if (found == memo_.end()) throw bytes_.fault("what is recalled was never remembered");
  push(found->second);
}

Pickle PickleStack::finish() {
  pickle_.root = pop();
  return std::move(pickle_);
}

}  // namespace m2m::checkpoints
