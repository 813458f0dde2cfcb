#pragma once
// What files that others may have made give: JSON, whole numbers and names. They are taken as they are, or refused.
#include <string>
#include <string_view>

#include "core/config.hpp"

namespace m2m {

/// Parses JSON. Throws a JSON error if the text is not JSON, or nests deeper than 100 levels: values are copied,
/// printed and compared by recursion, which a deep one would take beyond the stack. Pure.
Json parse_json(std::string_view text);

/// Parses JSON as parse_json does, but returns a discarded value instead of throwing. Pure.
Json try_parse_json(std::string_view text);

/// The whole number that `value` holds. T: int or std::int64_t. Throws a JSON error if it is another value, or out
/// of T's range. Pure.
template <typename T>
T whole_number(const Json& value);

/// The text with each byte that is not UTF-8 replaced by U+FFFD. Pure.
std::string replace_invalid_utf8(const std::string& text);

/// What is wrong with damaged JSON, for a sentence: UTF-8, although the error quotes the bytes, and short. Pure.
std::string json_fault(const Json::exception& failed);

/// True if `name` is one part of a path and leads to no other folder. Pure.
bool is_file_name(const std::string& name);

}  // namespace m2m
