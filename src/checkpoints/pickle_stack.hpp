#pragma once
// Where a pickle's values stand while it is read: a stack with marks, and a memo. Every access is checked.
#include <cstdint>
#include <unordered_map>
#include <vector>

#include "checkpoints/legacy_pickle.hpp"
#include "checkpoints/pickle_bytes.hpp"

namespace m2m::checkpoints {

class PickleStack {
 public:
  /// bytes: says where a fault is; must outlive this.
  explicit PickleStack(const PickleBytes& bytes) : bytes_(bytes) {}

  void push(PickleValue value);
  void push(PickleKind kind, std::vector<PickleId> items = {}) { push({kind, 0, 0, "", std::move(items)}); }
  void push_integer(std::int64_t value) { push({PickleKind::integer, value, 0, "", {}}); }
  void push_flag(bool value) { push({PickleKind::flag, value, 0, "", {}}); }
  void push_mark();

  /// Nothing below the last mark is taken.
  PickleId pop() { return pop_many(1)[0]; }
  std::vector<PickleId> pop_many(std::size_t count);
  /// Everything above the last mark, and the mark.
  std::vector<PickleId> pop_to_mark();
  /// The value on top, which has to be a `kind`, called `name` where it is not.
  PickleValue& top(PickleKind kind, const char* name);

  void remember(std::uint64_t key);
  void recall(std::uint64_t key);

  /// What was read; `root` is the value on top.
  Pickle finish();

 private:
  std::size_t within_reach() const { return stack_.size() - (marks_.empty() ? 0 : marks_.back()); }
  void push(PickleId id);

  const PickleBytes& bytes_;
  Pickle pickle_;
  std::vector<PickleId> stack_;
  std::vector<std::size_t> marks_;  // heights of the stack
  std::unordered_map<std::uint64_t, PickleId> memo_;
};

}  // namespace m2m::checkpoints
