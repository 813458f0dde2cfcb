#include "checkpoints/pickle_stack.hpp"

#include <fmt/format.h>

namespace m2m::checkpoints {
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
