#pragma once
// Files that are there and cannot be used: found before anything relies on them, and moved out of the way.
#include <filesystem>
#include <string>

namespace m2m::results {

struct Damage {
  std::filesystem::path file;
  std::filesystem::path marker;  // the file by which what it belongs to counts as done; may be `file` itself
  std::string why;               // "FILE: truncated (...)"
};

/// How closely to look.
enum class Look {
  quick,     // whether files are complete, for counts: 0.1 ms a result, a size for each file of a stage
  thorough,  // what is going to be read of them: a result's metrics, 1 to 2 ms for 100 classes; checksums of a
             // stage
};

/// Renames FILE to FILE.damaged, or to FILE.damaged-2 and so on if that is taken, so that it can be looked at and
/// another takes its place. Returns the new name; an empty path if there is no such file. Throws WriteError.
std::filesystem::path set_aside(const std::filesystem::path& file);

/// Sets aside both files of `damage`. Returns a sentence of that for the log. Throws WriteError.
std::string set_aside(const Damage& damage);

}  // namespace m2m::results
