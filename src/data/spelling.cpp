#include "data/spelling.hpp"

#include <algorithm>

namespace m2m::data {
namespace {

// Not those of <cctype>, which ask the locale.
bool is_capital(char c) { return c >= 'A' && c <= 'Z'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_beyond_ascii(char c) { return static_cast<unsigned char>(c) >= 0x80; }
/// Letters of other alphabets count, and so do the other characters beyond ASCII.
bool is_letter(char c) { return is_capital(c) || (c >= 'a' && c <= 'z') || is_beyond_ascii(c); }

bool any(std::string_view word, bool (*is_one)(char)) { return std::any_of(word.begin(), word.end(), is_one); }

bool is_address(std::string_view word) {
  return word.starts_with("http") || word.starts_with("www.") || word.starts_with("<URL") ||
         word.starts_with("<url");
}

bool has_thrice(std::string_view word) {
  for (std::size_t at = 2; at < word.size(); ++at) {
    if (is_letter(word[at]) && word[at] == word[at - 1] && word[at] == word[at - 2]) return true;
  }
  return false;
}

}  // namespace

std::array<float, spelling_width> spelling_of(std::string_view word) {
  const bool has_letter = any(word, is_letter), has_digit = any(word, is_digit);
  const std::array<bool, spelling_width - 1> facts{
      is_capital(word.front()),
      word.starts_with('@') || word.starts_with("<@"),
      word.starts_with('#'),
      is_address(word),
      has_digit,
      has_digit && !has_letter,
      !has_digit && !has_letter,
      any(word, is_beyond_ascii),
      word.find('\'') != std::string_view::npos,
      has_thrice(word),
      word.ends_with("ing"),
      word.ends_with("ed"),
      word.ends_with("ly"),
      word.ends_with('s'),
      word.ends_with("'s"),
      word.ends_with("er"),
      word.ends_with("tion"),
  };
  std::array<float, spelling_width> spelling{};
  std::transform(facts.begin(), facts.end(), spelling.begin(), [](bool fact) { return fact ? 1.0F : 0.0F; });
  spelling.back() = static_cast<float>(std::min<std::size_t>(word.size(), 16)) / 16.0F;
  return spelling;
}

}  // namespace m2m::data
