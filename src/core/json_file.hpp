#pragma once
// JSON files, read with sentences about what is wrong with them.
#include <filesystem>
#include <functional>

#include "core/config.hpp"

namespace m2m {

/// Writes `value`, indented, by way of write_file. Throws Error (input_output).
void write_json_file(const std::filesystem::path& file, const Json& value);

/// Parses the file and has `read` take from it what it needs.
/// Throws Error: input_output where it cannot be read; bad_data where it is no JSON, or where `read` misses
/// something.
void read_json_file(const std::filesystem::path& file, const std::function<void(const Json&)>& read);

}  // namespace m2m
