#pragma once
// Compares the output of programs by its data: file and line, setting, value, command. The words between may
// change.
#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <string>
#include <vector>

#include "core/error.hpp"

namespace m2m::testing {

using Parts = std::vector<std::string>;

/// The sentence of the Error that `action` throws, which has to have the exit code `code`; "" if it throws none.
template <typename Action>
std::string complaint(const Action& action, ExitCode code) {
  try {
    action();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), code) << error.what();
    return error.what();
  }
  return "";
}

/// True if [begin, end) of `text` starts and ends at the edge of a word or number: false for "5" within "15",
/// "5.1" or "5,000".
inline bool is_whole(const std::string& text, std::size_t begin, std::size_t end) {
  const auto is_digit = [&](std::size_t i) { return i < text.size() && std::isdigit(text[i] & 0xFF); };
  const auto is_letter = [&](std::size_t i) {
    return i < text.size() && (std::isalnum(text[i] & 0xFF) || text[i] == '_');
  };
  const auto is_point = [&](std::size_t i) { return i < text.size() && (text[i] == '.' || text[i] == ','); };
  const bool is_piece = (is_letter(begin - 1) && is_letter(begin)) || (is_letter(end - 1) && is_letter(end));
  const bool has_point = (is_digit(begin - 2) && is_point(begin - 1) && is_digit(begin)) ||
                         (is_digit(end - 1) && is_point(end) && is_digit(end + 1));
  return !is_piece && !has_point;
}

/// True if `text` contains `part` other than within a longer word or number.
inline bool holds(const std::string& text, const std::string& part) {
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1))
    if (is_whole(text, at, at + part.size())) return true;
  return false;
}

/// Success if `text` contains all parts, in any order. A failure shows the text and a missing part.
inline ::testing::AssertionResult says(const std::string& text, const Parts& parts) {
  for (const std::string& part : parts)
    if (!holds(text, part)) return ::testing::AssertionFailure() << "'" << part << "' is not in: " << text;
  return ::testing::AssertionResult(!parts.empty());
}

/// Success if one of the `notes` contains all parts.
inline ::testing::AssertionResult says(const std::vector<std::string>& notes, const Parts& parts) {
  if (std::any_of(notes.begin(), notes.end(), [&](const std::string& note) { return says(note, parts); }))
    return ::testing::AssertionSuccess();
  return ::testing::AssertionFailure() << ::testing::PrintToString(parts) << " are in none of "
                                       << ::testing::PrintToString(notes);
}

}  // namespace m2m::testing
