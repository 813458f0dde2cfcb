#include <algorithm>

#include "core/hash.hpp"
#include "data/readers.hpp"
#include "support/said.hpp"
#include "support/synthetic_text.hpp"
#include "support/temporary_folder.hpp"

namespace m2m::data {
namespace {

std::string repeated(const std::string& line, int times) {
  std::string text;
  for (int i = 0; i < times; ++i) text += line;
  return text;
}

/// "ship" and "trade" are tested five times, "zinc" four times.
const std::string some_test =
    repeated("trade\toil tin\n", 5) + repeated("ship\tsea new\n", 5) + repeated("zinc\toil\n", 4);
const std::string some_train = "trade\toil oil  tin\nzinc\tzinc zinc zinc\nship\tsea oil\nship\tsea sun\n";

void write_files(const testing::TemporaryFolder& folder, const std::string& train, const std::string& test) {
  write_file(folder.path() / reuters_folder / "r52-train.txt", train);
  write_file(folder.path() / reuters_folder / "r52-test.txt", test);
}

DataSet read(const std::string& train, const std::string& test) {
  const testing::TemporaryFolder folder;
  write_files(folder, train, test);
  return read_reuters(folder.path());
}

std::string reading_fails(const std::string& train, const std::string& test) {
  return testing::complaint([&] { read(train, test); }, ExitCode::bad_data);
}

std::vector<float> row_of(const Samples& images, std::int64_t row) {
  const float* first = images.features.data() + row * images.shape.width;
  return {first, first + images.shape.width};
}

TEST(Reuters, KeepsTheClassesThatAreTestedFiveTimesAndNumbersThemByName) {
  const DataSet data = read(some_train, some_test);
  EXPECT_EQ(data.classes, 2);
  EXPECT_EQ(data.class_names, (std::vector<std::string>{"ship", "trade"}));
  EXPECT_EQ(data.train.labels, (std::vector<std::int32_t>{1, 0, 0}));
  EXPECT_EQ(data.test.count(), 10);
  EXPECT_EQ(data.validation.count(), 0);
  EXPECT_FALSE(data.published);
  EXPECT_EQ(data.files_sha256, sha256_hex(std::string_view(some_train + some_test)));
}

TEST(Reuters, MakesBagsOfTheWordsThatTrainingRepeatsMost) {
  // oil 3 times, sea twice, then sun and tin once each; zinc is not kept.
  const DataSet data = read(some_train, some_test);
  EXPECT_TRUE(data.has_features());
  EXPECT_EQ(data.train.shape, (ImageShape{1, 1, 4}));
  EXPECT_EQ(row_of(data.train, 0), (std::vector<float>{1, 0, 0, 1}));
  EXPECT_EQ(row_of(data.train, 1), (std::vector<float>{1, 1, 0, 0}));
  EXPECT_EQ(row_of(data.train, 2), (std::vector<float>{0, 1, 1, 0}));
  EXPECT_EQ(row_of(data.test, 0), (std::vector<float>{1, 0, 0, 1}));
  EXPECT_EQ(row_of(data.test, 5), (std::vector<float>{0, 1, 0, 0}));
}

TEST(Reuters, HasAThousandWordsAtMost) {
  std::string words;
  for (int i = 0; i < 1200; ++i) words += " w" + std::to_string(i);
  EXPECT_EQ(read("ship\t" + words + "\ntrade\tw7\n", some_test).train.shape.width, 1000);
}

TEST(Reuters, TakesADocumentWithoutWordsForASampleOfZeros) {
  const DataSet data = read(some_train + "trade\t\nship\t  \n", some_test + "ship\t\n");
  EXPECT_EQ(data.train.labels, (std::vector<std::int32_t>{1, 0, 0, 1, 0}));
  EXPECT_EQ(row_of(data.train, 3), (std::vector<float>{0, 0, 0, 0}));
  EXPECT_EQ(row_of(data.train, 4), (std::vector<float>{0, 0, 0, 0}));
  EXPECT_EQ(row_of(data.test, 10), (std::vector<float>{0, 0, 0, 0}));
}

TEST(Reuters, TakesBlankLinesAtTheEndAndEditorsMarksForNothing) {
  const DataSet plain = read(some_train, some_test);
  for (const char* ends : {"\n", "\r\n\r\n", "\n\n\n"}) {
    const DataSet data = read("\xEF\xBB\xBF" + some_train + ends, some_test + ends);
    EXPECT_EQ(data.train.labels, plain.train.labels);
    EXPECT_EQ(data.test.labels, plain.test.labels);
    EXPECT_EQ(data.train.features, plain.train.features);
  }
  EXPECT_NE(reading_fails("\n" + some_train, some_test).find("r52-train.txt:1: "), std::string::npos);
  EXPECT_NE(reading_fails(some_train, some_test + "\nship\tsea\n").find("r52-test.txt:15: "), std::string::npos);
  EXPECT_NE(reading_fails(some_train + "ship\n", some_test).find("r52-train.txt:5: "), std::string::npos);
}

TEST(Reuters, NamesTheLineThatIsWrong) {
  EXPECT_TRUE(
      testing::says(reading_fails(some_train + "no tab\n", some_test), {"r52-train.txt:5", "label<TAB>text"}));
  EXPECT_TRUE(testing::says(reading_fails(some_train, "ship\t\xFF\n" + some_test), {"r52-test.txt:1", "UTF-8"}));
}

TEST(Reuters, IsRefusedWhereTooLittleIsThere) {
  EXPECT_NE(reading_fails(some_train, "").find("expected at least 2"), std::string::npos);
  EXPECT_TRUE(testing::says(reading_fails("", some_test), {"r52-train.txt", "'ship'"}));
  EXPECT_NE(reading_fails("ship\t\ntrade\t\n", some_test).find("no words"), std::string::npos);
  const testing::TemporaryFolder folder;
  const std::string sentence = testing::complaint([&] { read_reuters(folder.path()); }, ExitCode::bad_data);
  EXPECT_TRUE(testing::says(sentence, {"is missing", "reuters36", "reuters52/r52-train.txt"}));
}

TEST(Reuters, ThatIsDamagedSucceedsOrIsRefused) {
  for (std::uint32_t number = 0; number < 300; ++number) {
    EXPECT_TRUE(testing::ends_well([&] {
      read(testing::damaged(some_train, number), testing::damaged(some_test, number + 1000));
    })) << number;
  }
}

TEST(Reuters, HasTheCountsOfTheField) {
  const auto root = testing::real_text_root();
  if (!std::filesystem::exists(root / reuters_folder)) GTEST_SKIP() << "skipped: no data";
  const settings::DataSettings config =
      testing::data_settings({{"data.set", "reuters36"}, {"data.root", root.string()}});
  const DataSet data = load_data_set(config);
  const Split split = split_data(data, config, {1, SeedRole::subset});
  EXPECT_EQ(data.classes, 36);
  EXPECT_EQ(split.train.rows.size(), 6436U);
  EXPECT_EQ(split.test.rows.size(), 2530U);
  EXPECT_TRUE(split.validation.rows.empty());
  EXPECT_EQ(largest(split.counts), 2840);
  EXPECT_EQ(*std::min_element(split.counts.begin(), split.counts.end()), 4);
  EXPECT_EQ(data.train.shape, (ImageShape{1, 1, 1000}));
  EXPECT_EQ(std::count(data.train.features.begin(), data.train.features.begin() + 1000, 1.0F), 110);
  EXPECT_TRUE(data.published) << data.notice;
}

}  // namespace
}  // namespace m2m::data
