#include "core/version.hpp"

#include <gtest/gtest.h>

#include "core/files.hpp"

namespace m2m {
namespace {

TEST(Version, IsThatOfTheProject) {
  const std::string project = read_file(std::string(M2M_SOURCE_DIR) + "/CMakeLists.txt");
  EXPECT_NE(project.find("\nproject(m2m VERSION " + program_version() + " "), std::string::npos)
      << program_version();
}

TEST(Version, NamesTheCommitIfItIsKnown) {
  const std::string version = full_version();
  EXPECT_TRUE(version.starts_with(program_version())) << version;
  if (git_revision() == "unknown") {
    EXPECT_EQ(version, program_version());
  } else {
    // On the commit of a tag `git describe` says the tag alone.
    const bool is_tagged = version.find("(v") != std::string::npos && version.find("-g") == std::string::npos;
    EXPECT_TRUE(is_tagged || version.find(git_revision()) != std::string::npos) << version;
  }
  EXPECT_EQ(version.ends_with("-dirty)"), git_dirty()) << version;
}

}  // namespace
}  // namespace m2m
