// How tests read numbers in the output of a program.
#include "support/counts.hpp"

#include <gtest/gtest.h>

namespace m2m::apps {
namespace {

using testing::Counts;
using testing::counts_in;
using testing::line_with;
using testing::numbers_in;

TEST(Counts, AreThoseThatAreSaidExactlyOnce) {
  const std::string output = "14:01:02 5 of 6 trials done, 1 failed in 3 s\n";
  EXPECT_EQ(counts_in(output), (Counts{5, 6, 1}));
  EXPECT_EQ(counts_in("0 of 1 trial done, 1 failed"), (Counts{0, 1, 1}));
  EXPECT_EQ(counts_in(output + output), Counts{});
  EXPECT_EQ(counts_in("5 of 6 trials done"), Counts{});
}

TEST(Numbers, AreThoseOutsideOfWordsInTheirOrder) {
  EXPECT_EQ(numbers_in("M2m on a17: 3,900 of 1,000,000 images, 12.5 %, [1/96]."),
            (std::vector<double>{3900, 1e6, 12.5, 1, 96}));
  EXPECT_EQ(numbers_in("1, 2 or 4"), (std::vector<double>{1, 2, 4}));
  EXPECT_TRUE(numbers_in("no number in m2m.g_seed2 or 4x").empty());
}

TEST(Lines, AreFoundByAPart) {
  EXPECT_EQ(line_with("one\ntwo b\nthree b\n", "b"), "two b");
  EXPECT_EQ(line_with("one", "one"), "one");
  EXPECT_EQ(line_with("one\n", "b"), "");
}

}  // namespace
}  // namespace m2m::apps
