#pragma once
// Numbers, times and texts as people read them.
#include <cstdint>
#include <string>
#include <string_view>

#include "core/config.hpp"

namespace m2m {

/// "81 s", "12 min", "1 h 48 min", "3 d 4 h"; seconds >= 0.
std::string duration_text(double seconds);

/// A setting's value: "0.5", "true", "cifar10", "160/180".
std::string value_text(const Json& value);

/// 30720000 -> "30,720,000"
std::string group_digits(std::uintmax_t number);

/// "1 trial", "3 trials"
std::string count_text(std::uintmax_t number, const std::string& singular);

/// `text` cut to at most `columns` bytes, never inside a UTF-8 character.
std::string truncate_utf8(const std::string& text, std::size_t columns);

/// Whether `text` is UTF-8, so that it may stand in sentences and JSON: nothing overlong, no surrogates, nothing
/// above U+10FFFF (RFC 3629). Pure.
bool is_utf8(std::string_view text);

}  // namespace m2m
