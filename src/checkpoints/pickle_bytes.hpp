#pragma once
// The bytes of a pickle, taken in turn: never past the end.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/error.hpp"

namespace m2m::checkpoints {

class PickleBytes {
 public:
  /// bytes, origin: must outlive this.
  PickleBytes(std::string_view bytes, std::size_t offset, const std::string& origin)
      : bytes_(bytes), offset_(offset), origin_(origin) {}

  std::size_t offset() const { return offset_; }
  const std::string& origin() const { return origin_; }

  /// The code of the next instruction; faults are said to be at its byte.
  std::uint8_t take_instruction();
  std::string_view take(std::size_t count);
  /// A little-endian integer of `count` bytes, at most 8.
  std::uint64_t take_unsigned(std::size_t count);
  /// A signed integer of as many bytes as its first byte says; throws where they are more than 8.
  std::int64_t take_long();
  /// Eight bytes, the most significant first.
  double take_double();
  /// Up to the next newline, which is taken too; at most 256 bytes.
  std::string take_line();

  /// "FILE: damaged or incomplete file: at byte N, what". All of the above throw it where the bytes end.
  Error fault(const std::string& what) const;

 private:
  std::string_view bytes_;
  std::size_t offset_;
  std::size_t instruction_at_ = 0;
  const std::string& origin_;
};

}  // namespace m2m::checkpoints
