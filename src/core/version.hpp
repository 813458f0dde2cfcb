#pragma once
// What names this program's results: its version, and the version of its numbers.

namespace m2m {

inline constexpr const char* program_version = "0.1.0";

/// Bumped by hand whenever the same configuration would train to different numbers. Part of every id.
inline constexpr int numerics_version = 2;

/// The layout of result files; see results/README.md.
inline constexpr int schema_version = 1;

}  // namespace m2m
