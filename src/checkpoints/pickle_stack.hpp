#pragma once
// The bytes of a pickle, taken in turn: never past the end.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "checkpoints/pickle.hpp"
#include "core/error.hpp"

namespace m2m::checkpoints {

class ByteReader {
 public:
  /// bytes, origin: must outlive this.
  ByteReader(std::string_view bytes, std::size_t offset, const std::string& origin)
      : bytes_(bytes), offset_(offset), origin_(origin) {}

  std::size_t offset() const { return offset_; }
  const std::string& origin() const { return origin_; }

  /// The code of the next instruction; faults are said to be at its byte.
  std::uint8_t read_opcode();
  std::string_view read(std::size_t count);
  /// A little-endian integer of `count` bytes, at most 8.
  std::uint64_t read_unsigned(std::size_t count);
  /// A signed integer of as many bytes as its first byte says; throws where they are more than 8.
  std::int64_t read_long();
  /// Eight bytes, the most significant first.
  double read_double();
  /// Up to the next newline, which is taken too; at most 256 bytes.
  std::string read_line();

  /// "FILE: damaged or incomplete file: at byte N, what". All of the above throw it where the bytes end.
  Error error_at(const std::string& what) const;

 private:
  std::string_view bytes_;
  std::size_t offset_;
  std::size_t opcode_at_ = 0;
  const std::string& origin_;
};

// Where a pickle's values stand while it is read: a stack with marks, and a memo. Every access is checked.

class PickleStack {
 public:
  /// bytes: says where a fault is; must outlive this.
  explicit PickleStack(const ByteReader& bytes) : bytes_(bytes) {}

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

  void memo_put(std::uint64_t key);
  void memo_get(std::uint64_t key);

  /// What was read; `root` is the value on top.
  Pickle finish();

 private:
  std::size_t available() const { return stack_.size() - (marks_.empty() ? 0 : marks_.back()); }
  void push(PickleId id);

  const ByteReader& bytes_;
  Pickle pickle_;
  std::vector<PickleId> stack_;
  std::vector<std::size_t> marks_;  // heights of the stack
  std::unordered_map<std::uint64_t, PickleId> memo_;
};

}  // namespace m2m::checkpoints
