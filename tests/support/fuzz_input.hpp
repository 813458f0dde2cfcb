#pragma once
// What the fuzz targets share: an input as text and as files, and the only exceptions that it may cause.
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.hpp"
#include "support/temporary_folder.hpp"

namespace m2m::testing {

/// The input as text; a view into it. Pure.
inline std::string_view to_text(const std::uint8_t* bytes, std::size_t size) {
  return {reinterpret_cast<const char*>(bytes), size};
}

/// Ends the process unless `holds`, which libFuzzer reports as a finding.
inline void require(bool holds, const std::string& what) {
  if (holds) return;
  std::fprintf(stderr, "finding: %s\n", what.c_str());
  std::abort();
}

/// Calls `read`. An Error with one of `codes` and a sentence is a refusal; any other exception ends the process.
template <typename Read>
void read_or_refuse(const Read& read, std::initializer_list<ExitCode> codes = {ExitCode::bad_data}) {
  try {
    read();
  } catch (const Error& error) {
    const std::string sentence = error.what();
    const bool is_refusal = std::find(codes.begin(), codes.end(), error.code()) != codes.end();
    require(is_refusal && !sentence.empty(),
            "exit code " + std::to_string(static_cast<int>(error.code())) + ": " + sentence);
  }
}

/// A folder for the files of this process, in TMPDIR; scripts/fuzz.sh puts that into memory.
inline const TemporaryFolder& scratch() {
  static const TemporaryFolder folder;
  return folder;
}

/// Writes a file below scratch(), without the syncs of write_file, and returns its path.
inline std::filesystem::path write_scratch(const std::string& name, std::string_view bytes) {
  std::filesystem::path file = scratch() / name;
  std::ofstream(file, std::ios::binary).write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  return file;
}

/// Splits an input that stands for several files at lines "%%"; always `count` parts, the last ones may be empty.
/// Pure.
inline std::vector<std::string_view> split_input(std::string_view input, std::size_t count) {
  constexpr std::string_view mark = "%%\n";
  std::vector<std::string_view> parts;
  while (parts.size() + 1 < count) {
    const std::size_t end = std::min(input.find(mark), input.size());
    parts.push_back(input.substr(0, end));
    input.remove_prefix(std::min(end + mark.size(), input.size()));
  }
  parts.push_back(input);
  return parts;
}

/// True if `file` lies below `folder` however its path is spelt. Pure.
inline bool lies_below(const std::filesystem::path& file, const std::filesystem::path& folder) {
  const std::filesystem::path inside = file.lexically_normal().lexically_relative(folder.lexically_normal());
  return !inside.empty() && *inside.begin() != "..";
}

}  // namespace m2m::testing

/// The function that libFuzzer calls with each input. Returns 0.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size);
