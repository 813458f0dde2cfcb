#pragma once
// Text of numbers, durations, counts and values of settings; and UTF-8.
#include <cstdint>
#include <string>
#include <string_view>

#include "core/config.hpp"

namespace m2m {

/// A duration as text: "81 s", "12 min", "1 h 48 min", "3 d 4 h". seconds >= 0. Pure.
std::string duration_text(double seconds);

/// The value of a setting as text: "0.5", "true", "cifar10", "160/180". Pure.
std::string value_text(const Json& value);

/// A number with its digits in groups of three: "30,720,000". Pure.
std::string group_digits(std::uintmax_t number);

/// A count with its noun: "1 trial", "3 trials". Pure.
std::string count_text(std::uintmax_t number, const std::string& singular);

/// The text, cut to at most `columns` bytes, never inside a UTF-8 character. Pure.
std::string truncate_utf8(const std::string& text, std::size_t columns);

/// "did you mean 'nearest'?", or `otherwise` if nothing is near. Pure.
std::string did_you_mean(const std::string& nearest, const std::string& otherwise);

/// A word as the shell reads it: as it is if that is harmless, else in single quotes. Pure.
std::string shell_quoted(const std::string& word);

/// The text with control characters as an editor shows them: "\\n", "\\x1b". Pure.
std::string printable(const std::string& text);

/// True if `text` is UTF-8 and may be put into sentences and JSON: nothing overlong, no surrogates, nothing above
/// U+10FFFF (RFC 3629). Pure.
bool is_utf8(std::string_view text);

}  // namespace m2m
