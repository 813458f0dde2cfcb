#include "data/text_file.hpp"

#include "data/array_samples.hpp"
#include "support/said.hpp"
#include "support/synthetic_data.hpp"
#include "support/temporary_folder.hpp"

namespace m2m::data {
namespace {

TextFile text_of(const std::string& bytes) { return {"f.txt", bytes}; }

TEST(Lines, NeedNoLastEndAndMayEndAsWindowsEndsThem) {
  using Lines = std::vector<std::string_view>;
  const TextFile file = text_of("a\r\n\nb");
  EXPECT_EQ(split_lines(file), (Lines{"a", "", "b"}));
  EXPECT_EQ(split_lines(text_of("a\n")), Lines{"a"});
  EXPECT_TRUE(split_lines(text_of("")).empty());
  EXPECT_EQ(split_lines(text_of("\xEF\xBB\xBF\na\n\n\r\n")),
            (Lines{"", "a"}));  // blank lines at the end are nothing
  EXPECT_TRUE(split_lines(text_of("\n\n")).empty());
}

TEST(TabPair, HasTwoPartsOrNamesTheLine) {
  EXPECT_EQ(split_at_tab(text_of(""), 7, "a b\tc d", "x<TAB>y"),
            (std::pair<std::string_view, std::string_view>("a b", "c d")));
  for (const char* bad : {"", "a", "\t", "a\t", "\tb", "a\tb\tc"}) {
    EXPECT_TRUE(testing::complaint([&] { split_at_tab(text_of(""), 7, bad, "x<TAB>y"); }, ExitCode::bad_data)
                    .starts_with("f.txt:7: expected x<TAB>y"));
  }
  EXPECT_EQ(split_at_tab(text_of(""), 7, "a\t", "x<TAB>y", SecondPart::may_be_empty).second, "");
  for (const char* bad : {"", "a", "\t", "\tb", "a\tb\tc", "a\t\t"}) {
    const auto split = [&] { split_at_tab(text_of(""), 7, bad, "x<TAB>y", SecondPart::may_be_empty); };
    EXPECT_NE(testing::complaint(split, ExitCode::bad_data), "") << bad;
  }
}

TEST(TextFile, IsReadHashedAndRefusedWhereALineIsNotUtf8) {
  const testing::TemporaryFolder folder;
  write_file(folder / "good.txt", "a\n\xC3\xBC\n");
  Sha256 content;
  EXPECT_EQ(read_text_file(folder / "good.txt", "", content).bytes, "a\n\xC3\xBC\n");
  EXPECT_EQ(content.hex(), sha256_hex(std::string_view("a\n\xC3\xBC\n")));

  Sha256 ignored;
  write_file(folder / "latin.txt", "a\n\xFC\n");
  const std::string sentence =
      testing::complaint([&] { read_text_file(folder / "latin.txt", "", ignored); }, ExitCode::bad_data);
  EXPECT_TRUE(sentence.starts_with((folder / "latin.txt").string() + ":2: is not UTF-8")) << sentence;
  EXPECT_EQ(
      testing::complaint([&] { read_text_file(folder / "none", "put it there", ignored); }, ExitCode::bad_data),
      "put it there");
}

TEST(FeatureRange, ScalesByTheTrainingPartAloneAndClampsNothing) {
  std::vector<float> train{-2, 0, 2}, test{4, -4};
  const ValueRange range = value_range(train);
  scale_to_unit(range, train);
  scale_to_unit(range, test);
  EXPECT_EQ(train, (std::vector<float>{0, .5, 1}));
  EXPECT_EQ(test, (std::vector<float>{1.5, -.5}));
}

TEST(FeatureRange, OfOneValueIsZero) {
  std::vector<float> values{3, 3};
  scale_to_unit(value_range(values), values);
  EXPECT_EQ(values, (std::vector<float>{0, 0}));
  EXPECT_EQ(value_range(std::vector<float>{}).largest, 1);
}

}  // namespace
}  // namespace m2m::data
