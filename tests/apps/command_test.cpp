// The tests' own shell: folders and words with any sign in them.
#include "support/command.hpp"

#include <gtest/gtest.h>

#include "support/fake_training.hpp"
#include "support/temporary_folder.hpp"

namespace m2m::apps {
namespace {

using testing::quoted;

const std::string awkward = "Jörg's m2m (try) $HOME `x` \"y\" \\ ;";

TEST(Command, TakesWordsAndFoldersWithAnySign) {
  const testing::TemporaryFolder parent;
  const std::filesystem::path folder = parent.path() / awkward;
  std::filesystem::create_directory(folder);
  EXPECT_EQ(testing::run_command("printf %s " + quoted(awkward), folder).output, awkward);
  EXPECT_EQ(testing::run_command("basename \"$PWD\"", folder).output, awkward + "\n");
  EXPECT_EQ(testing::Background("sh -c 'exit 7'", folder).wait(), 7);
  EXPECT_TRUE(std::filesystem::exists(folder / "background.log"));
}

TEST(Command, ThatIsNotThereEndsWithTheShellsCode) {
  EXPECT_EQ(testing::run_command(quoted("/no such/program"), ".").code, 127);
  EXPECT_NE(testing::run_command("true", "/no such/folder").code, 0);
}

}  // namespace
}  // namespace m2m::apps
