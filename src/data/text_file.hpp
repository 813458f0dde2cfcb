#pragma once
// Files of UTF-8 text with one record a line.
#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/error.hpp"
#include "core/hash.hpp"
#include "core/text.hpp"

namespace m2m::data {

/// A text file that was read.
struct TextFile {
  std::string name;   // its path, for error sentences
  std::string bytes;  // valid UTF-8
};

/// Reads `file` and adds its bytes to `content`. Local.
///
/// missing: the error if there is no such file. Throws Error (bad_data) if the file is missing or a line is not
/// UTF-8, which is named; (input_output) if the file cannot be read.
TextFile read_text_file(const std::filesystem::path& file, const std::string& missing, Sha256& content);

/// Lines of `text` without their ends ("\n" or "\r\n"), as views into it; the last line needs no end. Skips blank
/// lines at the end and a byte order mark at the beginning. Pure.
std::vector<std::string_view> split_lines(std::string_view text);
/// Lines of a file, as views into it. Pure.
std::vector<std::string_view> split_lines(const TextFile& file);

/// Makes the Error (bad_data) "FILE:LINE: what". line: counted from 1. Pure.
Error line_error(const TextFile& file, std::size_t line, const std::string& what);

/// Whether the part after the tab may be empty.
enum class SecondPart { needed, may_be_empty };

/// Splits a line "a<TAB>b"; `a` is not empty, and `b` only if `second` allows it. layout: the expected form, for
/// errors. Pure.
/// Throws Error (bad_data), naming the line, if it has another form.
std::pair<std::string_view, std::string_view> split_at_tab(const TextFile& file, std::size_t line,
                                                           std::string_view text, const char* layout,
                                                           SecondPart second = SecondPart::needed);

/// Reads the SHA-256 of each file of `folder` from its `.md5-checked`, by file name. datasets/fetch_cifar.sh and
/// fetch_svhn.sh write it, as sha256sum prints it, after they have checked the published MD5. Empty if there is no
/// such file. Local. Throws Error (input_output) if it cannot be read.
std::map<std::string, std::string> read_checked_sums(const std::filesystem::path& folder);

}  // namespace m2m::data
