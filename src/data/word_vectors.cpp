#include "data/word_vectors.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <memory>
#include <unordered_map>
#include <utility>
#include <vector>

namespace m2m::data {
namespace {

constexpr std::size_t bits_width = 16;      // the longest paths have 17 bits
constexpr std::size_t prefixes_width = 16;  // one-hot code of four bits
constexpr std::size_t prefix_bits = 4;
static_assert(bits_width + prefixes_width + spelling_width == word_vector_width);

/// Removes the next part of a line that white space separates; "" at its end.
std::string_view next_part(std::string_view& rest) {
  rest.remove_prefix(std::min(rest.find_first_not_of(" \t"), rest.size()));
  const std::string_view part = rest.substr(0, rest.find_first_of(" \t"));
  rest.remove_prefix(part.size());
  return part;
}

float parse_number(const TextFile& file, std::size_t line, std::string_view text) {
  float value = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (failed == std::errc{} && end == text.data() + text.size() && std::isfinite(value)) return value;
  throw line_error(file, line, fmt::format("'{}' is not a finite number; correct or delete the line", text));
}

WordVector parse_embedding(const TextFile& file, std::size_t line, std::string_view numbers) {
  WordVector vector{};
  std::size_t width = 0;
  for (std::string_view part = next_part(numbers); !part.empty(); part = next_part(numbers), ++width) {
    const float value = parse_number(file, line, part);
    if (width < vector.size()) vector[width] = value;
  }
  if (width == vector.size()) return vector;
  const bool is_heading = line == 1 && width == 1;
  throw line_error(
      file, line,
      fmt::format("embeddings of the wrong width: {} numbers after the word, expected {}; {}", width, vector.size(),
                  is_heading ? "if the line counts words and numbers, delete it"
                             : "name a file of such embeddings with data.path"));
}

/// The entry of the word, or of its lower-case form; else a default.
template <typename Value>
Value look_up(const std::unordered_map<std::string_view, Value>& words, std::string_view word) {
  auto found = words.find(word);
  if (found == words.end()) found = words.find(lower_case(word));
  return found == words.end() ? Value{} : found->second;
}

WordVector brown_vector(std::string_view bits, std::string_view word) {
  WordVector vector{};
  float weight = 1;
  for (std::size_t at = 0; at < std::min(bits.size(), bits_width); ++at, weight *= 0.9F)
    vector[at] = bits[at] == '1' ? weight : -weight;
  if (bits.size() >= prefix_bits) {
    std::size_t prefix = 0;
    for (const char bit : bits.substr(0, prefix_bits)) prefix = 2 * prefix + (bit == '1' ? 1 : 0);
    vector[bits_width + prefix] = 1;
  }
  const auto spelling = spelling_features(word);
  std::copy(spelling.begin(), spelling.end(), vector.end() - spelling.size());
  return vector;
}

}  // namespace

std::string lower_case(std::string_view word) {
  std::string lower(word);
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return lower;
}

WordVectors read_embeddings(const TextFile& file) {
  const auto vectors = std::make_shared<std::unordered_map<std::string_view, WordVector>>();
  std::size_t number = 0;
  for (std::string_view line : split_lines(file)) {
    ++number;
    const std::string_view word = next_part(line);
    vectors->emplace(word, parse_embedding(file, number, line));
  }
  if (vectors->empty()) throw data_error(file.name + ": holds no embeddings; expected `word v1 ... v50` a line");
  return [vectors](std::string_view word) { return look_up(*vectors, word); };
}

WordVectors read_brown_clusters(const TextFile& file) {
  const auto clusters = std::make_shared<std::unordered_map<std::string_view, std::string_view>>();
  std::size_t number = 0;
  for (const std::string_view line : split_lines(file)) {
    const auto [bits, word] = split_at_tab(file, ++number, line, "bits<TAB>word");
    if (bits.find_first_not_of("01") != std::string_view::npos) {
      throw line_error(file, number,
                       fmt::format("'{}' is not a cluster of bits; correct or delete the line", bits));
    }
    clusters->emplace(word, bits);
  }
  return [clusters](std::string_view word) { return brown_vector(look_up(*clusters, word), word); };
}

namespace {

// Unlike those of <cctype>, these do not depend on the locale.
bool is_capital(char c) { return c >= 'A' && c <= 'Z'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_beyond_ascii(char c) { return static_cast<unsigned char>(c) >= 0x80; }
/// True for ASCII letters and for every character beyond ASCII.
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

std::array<float, spelling_width> spelling_features(std::string_view word) {
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
