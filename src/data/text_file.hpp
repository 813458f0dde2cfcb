#pragma once
// Files of UTF-8 text, a record a line.
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/error.hpp"
#include "core/hash.hpp"
#include "core/text.hpp"

namespace m2m::data {

struct TextFile {
  std::string name;   // its path, for error sentences
  std::string bytes;  // valid UTF-8
};

/// Reads `file` and adds its bytes to `content`. Local.
///
/// missing: the sentence for people where there is no such file. Throws Error: bad_data there, and where a line is
/// not UTF-8, which it names; input_output where the file cannot be read.
TextFile read_text_file(const std::filesystem::path& file, const std::string& missing, Sha256& content);

/// The lines of `text` without their ends ("\n" or "\r\n"), views into it; the last one needs no end. Leaves out
/// blank lines at the end and a byte order mark at the beginning. Pure.
std::vector<std::string_view> split_lines(std::string_view text);
std::vector<std::string_view> split_lines(const TextFile& file);

/// "FILE:LINE: what" as an Error (bad_data). line: its number, from 1.
Error line_error(const TextFile& file, std::size_t line, const std::string& what);

enum class SecondPart { needed, may_be_empty };

/// The two parts of a line "a<TAB>b"; `a` is not empty, and `b` only where `second` allows it.
/// layout: what such a line is, for the Error (bad_data) that another one is answered with.
std::pair<std::string_view, std::string_view> split_at_tab(const TextFile& file, std::size_t line,
                                                           std::string_view text, const char* layout,
                                                           SecondPart second = SecondPart::needed);

}  // namespace m2m::data
