#include "support/said.hpp"

#include <gtest/gtest-spi.h>

namespace m2m::testing {
namespace {

TEST(Said, HoldsWholeWordsAndNumbersAlone) {
  EXPECT_TRUE(says("list.txt:1: label 5, expected 0 to 4", {"list.txt:1", "5", "0 to 4"}));
  for (const char* text : {"label 15", "label 51", "label 5.1", "label 0.5", "label 5,000", "label_5", "x5"})
    EXPECT_FALSE(says(text, {"5"})) << text;
  EXPECT_FALSE(says("train.epochs = 3", {"train.epoch"}));
  EXPECT_TRUE(says("15 of 5", {"5"})) << "the second one";
}

TEST(Said, NeedsEveryPartAndAtLeastOne) {
  EXPECT_FALSE(says("a.txt:2: label 5", {"a.txt:2", "6"}));
  EXPECT_FALSE(says("a.txt:2: label 5", Parts{}));
}

TEST(Said, LooksForAllPartsInOneOfSeveralNotes) {
  const std::vector<std::string> notes{"ERM: 1 of 3 diverged", "M2m: 2 of 3 missing"};
  EXPECT_TRUE(says(notes, {"M2m", "2 of 3"}));
  EXPECT_FALSE(says(notes, {"ERM", "2 of 3"}));
}

TEST(Said, KnowsARefusalByItsExitCode) {
  EXPECT_EQ(complaint([] { throw data_error("a.txt:2"); }, ExitCode::bad_data), "a.txt:2");
  EXPECT_EQ(complaint([] {}, ExitCode::bad_data), "");
  EXPECT_NONFATAL_FAILURE(complaint([] { throw data_error("a.txt:2"); }, ExitCode::usage), "a.txt:2");
}

}  // namespace
}  // namespace m2m::testing
