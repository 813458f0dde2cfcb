#pragma once
// What names this program's results: its version, and the version of its numbers.
#include <string>

namespace m2m {

inline constexpr const char* program_version = "0.1.0";

/// Bumped by hand whenever the same configuration would train to different numbers. Part of every id.
inline constexpr int numerics_version = 2;

/// The layout of result files; see results/README.md. Files of every version from 1 on can be read.
inline constexpr int schema_version = 2;

/// True for a version whose files this program reads.
constexpr bool is_readable_schema(long long version) { return version >= 1 && version <= schema_version; }

// Which sources this program was built from; written into revision.cpp by every build (cmake/WriteRevision.cmake).

/// The git commit, "unknown" where there is no git.
std::string git_revision();
/// Whether tracked files differed from that commit.
bool git_dirty();

}  // namespace m2m
