#pragma once
// What the pickle reader works on: the bytes, never read past the end, and the stack of values with its memo.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "checkpoints/pickle.hpp"
#include "core/error.hpp"

namespace m2m::checkpoints {

/// Reads the bytes of a pickle in order. All read_* throw error_at if the bytes end.
class ByteReader {
 public:
  /// bytes, origin: must outlive this object.
  ByteReader(std::string_view bytes, std::size_t offset, const std::string& origin)
      : bytes_(bytes), offset_(offset), origin_(origin) {}

  std::size_t offset() const { return offset_; }
  const std::string& origin() const { return origin_; }

  /// Reads the next opcode; errors name its byte.
  std::uint8_t read_opcode();
  /// Reads `count` bytes, as a view.
  std::string_view read(std::size_t count);
  /// Reads a little-endian integer of `count` bytes, at most 8.
  std::uint64_t read_unsigned(std::size_t count);
  /// Reads a signed integer; its first byte is the number of bytes. Throws Error (bad_data) if they are more than
  /// 8.
  std::int64_t read_long();
  /// Reads eight bytes, most significant first.
  double read_double();
  /// Reads up to the next newline and consumes it; at most 256 bytes.
  std::string read_line();

  /// Makes the Error (bad_data) "FILE: damaged or incomplete file: at byte N, what".
  Error error_at(const std::string& what) const;

 private:
  std::string_view bytes_;
  std::size_t offset_;
  std::size_t opcode_at_ = 0;
  const std::string& origin_;
};

/// The stack of a pickle with its marks and memo. Every access is checked and throws Error (bad_data) if the pickle
/// is damaged.
class PickleStack {
 public:
  /// bytes: names the place of an error; must outlive this object.
  explicit PickleStack(const ByteReader& bytes) : bytes_(bytes) {}

  void push(PickleValue value);
  void push(PickleKind kind, std::vector<PickleId> items = {}) { push({kind, 0, 0, "", std::move(items)}); }
  void push_integer(std::int64_t value) { push({PickleKind::integer, value, 0, "", {}}); }
  void push_flag(bool value) { push({PickleKind::flag, value, 0, "", {}}); }
  void push_mark();

  /// Removes the top value, which is above the last mark.
  PickleId pop() { return pop_many(1)[0]; }
  /// Removes the top `count` values, which are above the last mark; in the order of the stack.
  std::vector<PickleId> pop_many(std::size_t count);
  /// Removes the values above the last mark, and the mark.
  std::vector<PickleId> pop_to_mark();
  /// The top value. Throws Error (bad_data) unless it is a `kind`, which the error calls `name`.
  PickleValue& top(PickleKind kind, const char* name);

  /// Stores the top value under `key`.
  void memo_put(std::uint64_t key);
  /// Pushes the value stored under `key`.
  void memo_get(std::uint64_t key);

  /// Returns all values; `root` is the top value.
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
