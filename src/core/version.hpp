#pragma once
// Versions: of the program, of its numbers, of its result files, of its sources.
#include <string>

namespace m2m {

/// The numerics version: raised by hand if the same settings would train to other numbers. Part of every id.
inline constexpr int numerics_version = 2;

/// The version of the layout of result files; see docs/results_format.md. Files of versions 1 and later can be
/// read.
inline constexpr int schema_version = 2;

/// True for a version whose files this program reads.
constexpr bool is_readable_schema(long long version) { return version >= 1 && version <= schema_version; }

// Every build writes the following into revision.cpp (cmake/WriteRevision.cmake).

/// The version of the project, of CMakeLists.txt: "0.2.0".
std::string program_version();
/// The version, and how `git describe` names the sources: "0.2.0 (v0.2.0-12-g0123456789ab-dirty)". Without git the
/// version alone.
std::string full_version();
/// The git commit that the program was built from; "unknown" without git.
std::string git_revision();
/// True if tracked files differed from that commit.
bool git_dirty();

}  // namespace m2m
