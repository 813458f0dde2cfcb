#include "data/image_list.hpp"

#include <fmt/format.h>

#include "support/said.hpp"
#include "support/synthetic_data.hpp"

namespace m2m::data {
namespace {

using Strings = std::vector<std::string>;
using Labels = std::vector<std::int32_t>;

std::string refusal(const std::string& text, int classes = max_classes) {
  return testing::complaint([&] { parse_image_list(text, "list.txt", classes); }, ExitCode::bad_data);
}

TEST(ImageList, TakesTheLastTokenOfALineAsLabel) {
  const ImageList list = parse_image_list("a.jpg 0\nfolder/b c.jpg 12\n", "x");
  EXPECT_EQ(list.paths, (Strings{"a.jpg", "folder/b c.jpg"}));
  EXPECT_EQ(list.labels, (Labels{0, 12}));
}

TEST(ImageList, IsTheSameWithWindowsLineEndsBlankLinesTabsAndAByteOrderMark) {
  const ImageList list = parse_image_list(
      "\xEF\xBB\xBF"
      "a.jpg 0\r\n\r\n  \t\n b.jpg\t 1 \r\n\n",
      "x");
  EXPECT_EQ(list_text(list), "a.jpg 0\nb.jpg 1\n");
}

TEST(ImageList, NeedsNoNewlineAtItsEnd) { EXPECT_EQ(parse_image_list("a 0\nb 1", "x").count(), 2); }

TEST(ImageList, KeepsNamesOfOtherAlphabetsAndDotsWithinNames) {
  EXPECT_EQ(parse_image_list("é…/a..b.jpg 3", "x").paths.front(), "é…/a..b.jpg");
}

TEST(ImageList, NamesTheLineWithoutALabel) {
  EXPECT_TRUE(testing::says(refusal("a 0\n\nb.jpg\n"), {"list.txt:3", "space"}));
}

TEST(ImageList, RefusesLabelsThatAreNoClass) {
  EXPECT_TRUE(testing::says(refusal("a 5", 5), {"list.txt:1", "0 to 4", "'5'"}));
  for (const char* label : {"-1", "1.0", "x", "+1", "0x1", "100000", "99999999999999999999", "\xFF"})
    EXPECT_TRUE(
        testing::says(refusal(std::string("a ") + label), {"list.txt:1", fmt::format("0 to {}", max_classes - 1)}))
        << label;
}

TEST(ImageList, RefusesPathsThatLeadOutOfItsFolder) {
  for (const char* path : {"/a.jpg", "../a.jpg", "b/../a.jpg", "b/.."})
    EXPECT_TRUE(testing::says(refusal(std::string(path) + " 0"), {"list.txt:1", "below"})) << path;
}

TEST(ImageList, RefusesWhatIsNotUtf8OrHoldsAZeroByte) {
  EXPECT_NE(refusal("good.jpg 0\nb\xE9.jpg 0\n").find("list.txt:2: "), std::string::npos);
  EXPECT_NE(refusal("b\xE9.jpg 0").find("is not UTF-8"), std::string::npos);
  EXPECT_NE(refusal(std::string("a\0b 0", 5)).find("control character"), std::string::npos);
}

TEST(ImageList, RefusesAListOfNothing) {
  EXPECT_NE(refusal(""), "");
  EXPECT_NE(refusal("\n \r\n"), "");
}

TEST(DuplicateCounts, AreCountedOverAllParts) {
  const ImageList train{{"a", "b", "b", "c", "d"}, {0, 0, 1, 2, 3}};
  const ImageList validation{{"d", "e"}, {3, 0}};
  const ImageList test{{"c", "f", "a", "a"}, {2, 0, 1, 1}};
  const DuplicateCounts duplicates = count_duplicates(train, validation, test);
  EXPECT_EQ(duplicates.pictures, 4);          // a, b, c, d
  EXPECT_EQ(duplicates.with_other_label, 2);  // a, b
  EXPECT_EQ(duplicates.train_and_test, 2);    // a, c
}

TEST(DuplicateCounts, LeaveTrainInOrderWhereTheyAreAlsoInTest) {
  const ImageList kept = without_paths_of_test({{"a", "b", "c", "b"}, {0, 1, 2, 3}}, {{"c", "a"}, {0, 0}});
  EXPECT_EQ(list_text(kept), "b 1\nb 3\n");
}

}  // namespace
}  // namespace m2m::data
