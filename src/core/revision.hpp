#pragma once
// Which sources this program was built from; written into revision.cpp by every build (cmake/WriteRevision.cmake).
#include <string>

namespace m2m {

/// The git commit, "unknown" where there is no git.
std::string git_revision();
/// Whether tracked files differed from that commit.
bool git_dirty();

}  // namespace m2m
