#include "support/ptx/declaration.hpp"

#include <charconv>
#include <cstddef>
#include <stdexcept>

namespace m2m::testing::ptx {
namespace {

/// All of a text as a number. Throws std::runtime_error unless it is one of 64 bits.
std::uint64_t parse_whole(std::string_view text, int base, std::string_view constant) {
  std::uint64_t value = 0;
  const char* const end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, value, base);
  if (read.ec != std::errc() || read.ptr != end)
    throw std::runtime_error("an operand the interpreter does not know: " + std::string(constant));
  return value;
}

bool is_real(std::string_view text) {
  const std::string_view kind = text.substr(0, 2);
  return ((kind == "0f" || kind == "0F") && text.size() == 10) ||
         ((kind == "0d" || kind == "0D") && text.size() == 18);
}

std::uint64_t parse_positive(std::string_view text, std::string_view constant) {
  if (text.ends_with('U')) text.remove_suffix(1);
  const std::string_view kind = text.substr(0, 2);
  if (kind == "0x" || kind == "0X") return parse_whole(text.substr(2), 16, constant);
  if (kind == "0b" || kind == "0B") return parse_whole(text.substr(2), 2, constant);
  return parse_whole(text, text.starts_with('0') ? 8 : 10, constant);
}

/// The count in "name[12]", 1 without brackets, 0 in "name[]".
std::uint32_t count_of(const std::string& word, std::size_t bracket) {
  if (bracket == std::string::npos) return 1;
  if (word.back() != ']') throw std::runtime_error("a declaration the interpreter does not know: " + word);
  const std::string_view count = std::string_view(word).substr(bracket + 1, word.size() - bracket - 2);
  return count.empty() ? 0 : static_cast<std::uint32_t>(parse_constant(count));
}

/// Passes ".ptr .global .align 4" behind the type of a parameter: it says where the parameter points to.
std::size_t behind_pointer(const std::vector<std::string>& words, std::size_t at) {
  ++at;
  if (at < words.size() &&
      (words[at] == ".global" || words[at] == ".shared" || words[at] == ".const" || words[at] == ".local"))
    ++at;
  return at < words.size() && words[at] == ".align" ? at + 2 : at;
}

}  // namespace

std::uint32_t bytes_of_type(std::string_view type) {
  if (type.size() >= 2 && std::string_view("busf").find(type.front()) != std::string_view::npos) {
    const std::string_view bits = type.substr(1);
    if (bits == "8") return 1;
    if (bits == "16") return 2;
    if (bits == "32") return 4;
    if (bits == "64") return 8;
  }
  throw std::runtime_error("a type the interpreter does not know: " + std::string(type));
}

std::uint64_t parse_constant(std::string_view text) {
  if (is_real(text)) return parse_whole(text.substr(2), 16, text);
  if (text.starts_with('-')) return 0 - parse_positive(text.substr(1), text);
  return parse_positive(text, text);
}

Declaration parse_declaration(const std::vector<std::string>& words) {
  Declaration declared;
  std::uint32_t of_type = 0;
  for (std::size_t i = 1; i < words.size();) {
    const std::string& word = words[i];
    if (word == ".ptr") {
      i = behind_pointer(words, i);
    } else if (word == ".align") {
      declared.align = static_cast<std::uint32_t>(parse_constant(words.at(i + 1)));
      i += 2;
    } else if (word.front() == '.') {
      of_type = bytes_of_type(word.substr(1));
      ++i;
    } else if (declared.name.empty()) {
      const std::size_t bracket = word.find('[');
      declared.name = word.substr(0, bracket);
      declared.bytes = of_type * count_of(word, bracket);
      ++i;
    } else {
      throw std::runtime_error("a declaration of more than a name, which the interpreter does not know: " + word);
    }
  }
  if (declared.align == 0) declared.align = of_type;
  return declared;
}

}  // namespace m2m::testing::ptx
