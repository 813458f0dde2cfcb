#include "core/text.hpp"

#include <gtest/gtest.h>

namespace m2m {
namespace {

TEST(Text, SaysDurationsAsPeopleDo) {
  EXPECT_EQ(duration_text(0.4), "0 s");
  EXPECT_EQ(duration_text(81), "81 s");
  EXPECT_EQ(duration_text(700), "12 min");
  EXPECT_EQ(duration_text(6480), "1 h 48 min");
  EXPECT_EQ(duration_text(76.2 * 3600), "3 d 4 h");
}

TEST(Text, GroupsDigitsByThree) {
  EXPECT_EQ(group_digits(0), "0");
  EXPECT_EQ(group_digits(999), "999");
  EXPECT_EQ(group_digits(3900), "3,900");
  EXPECT_EQ(group_digits(1'000'000'000), "1,000,000,000");
  EXPECT_EQ(count_text(1, "trial"), "1 trial");
  EXPECT_EQ(count_text(3900, "trial"), "3,900 trials");
}

TEST(Text, IsAWordForTheShell) {
  EXPECT_EQ(shell_quoted("results/a-b_1.0"), "results/a-b_1.0");
  EXPECT_EQ(shell_quoted("my results"), "'my results'");
  EXPECT_EQ(shell_quoted("it's"), "'it'\\''s'");
  EXPECT_EQ(shell_quoted("$HOME"), "'$HOME'");
  EXPECT_EQ(shell_quoted(""), "''");
}

TEST(Text, ShowsControlCharacters) {
  using namespace std::string_literals;
  EXPECT_EQ(printable("a b\u00e4"), "a b\u00e4");
  EXPECT_EQ(printable("a\nb\x1b[31m\x7f\0c"s), "a\\nb\\x1b[31m\\x7f\\x00c");
}

TEST(Text, NeverCutsACharacterInTwo) {
  EXPECT_EQ(truncate_utf8("ab", 5), "ab");
  EXPECT_EQ(truncate_utf8("a\xce\xbb"
                          "b",
                          2),
            "a");
  EXPECT_EQ(truncate_utf8("a\xce\xbb"
                          "b",
                          3),
            "a\xce\xbb");
}

TEST(Utf8, IsTakenAsTheStandardHasIt) {
  for (const char* good : {"", "plain", "gr\xC3\xBC\xC3\x9F", "\xE2\x82\xAC", "\xED\x9F\xBF", "\xEE\x90\x93",
                           "\xF0\x9F\x98\x80", "\xF4\x8F\xBF\xBF"}) {
    EXPECT_TRUE(is_utf8(good)) << good;
  }
  for (const char* bad :
       {"\x80", "\xC3", "a\xFF", "\xC0\xAF", "\xC1\xBF", "\xE0\x9F\xBF", "\xED\xA0\x80", "\xE2\x82",
        "\xF0\x8F\xBF\xBF", "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\xE2\x82g", "\xFC"}) {
    EXPECT_FALSE(is_utf8(bad)) << bad;
  }
}

}  // namespace
}  // namespace m2m
