#pragma once
// What PTX declares: types, numbers, variables and parameters.
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace m2m::testing::ptx {

/// The bytes of "f32" or "b8". Throws std::runtime_error for what is no such type.
std::uint32_t bytes_of_type(std::string_view type);

/// A constant as the bits that a register gets: "-5", "0x1f", "0b101", "017", "3U", "0f3F800000", "0d...". Throws
/// std::runtime_error for any other text.
std::uint64_t parse_constant(std::string_view text);

/// A variable or parameter: ".param .align 8 .b8 name[72]".
struct Declaration {
  std::string name;
  std::uint32_t align = 0, bytes = 0;
};

/// Reads the words of a declaration; the first one, which names the memory, says nothing here. Throws
/// std::runtime_error for words that the interpreter does not know.
Declaration parse_declaration(const std::vector<std::string>& words);

}  // namespace m2m::testing::ptx
