#include <numeric>

#include "data/readers.hpp"
#include "support/said.hpp"
#include "support/synthetic_data.hpp"
#include "support/temporary_folder.hpp"
#include "support/test_root.hpp"

namespace m2m::data {
namespace {

const std::filesystem::path shipped = testing::test_root() / "datasets" / digits_file;

std::string line(int first_pixel, int label) {
  std::string text = std::to_string(first_pixel);
  for (int i = 1; i < 64; ++i) text += ",0";
  return text + "," + std::to_string(label) + "\n";
}

DataSet read_text(const std::string& text) {
  const testing::TemporaryFolder folder;
  write_file(folder / "digits.csv.gz", testing::gzipped(text));
  return read_digits(folder / "digits.csv.gz");
}

std::string reading_fails(const std::string& text) {
  return testing::complaint([&] { read_text(text); }, ExitCode::bad_data);
}

TEST(Digits, ShipWithTheProject) {
  const DataSet data = read_digits(shipped);
  EXPECT_EQ(data.train.count(), 1797);
  EXPECT_EQ(data.test.count(), 0);
  EXPECT_EQ(data.train.shape, (ImageShape{1, 8, 8}));
  EXPECT_EQ(std::accumulate(data.train.labels.begin(), data.train.labels.end(), 0), 8070);
  EXPECT_EQ(*std::max_element(data.train.pixels.begin(), data.train.pixels.end()), 16);
  EXPECT_TRUE(data.published);
  EXPECT_EQ(data.augmentation.pad, 1);
  EXPECT_FALSE(data.augmentation.flip);
}

TEST(Digits, AreFoundWhereverTheUsersDataLies) {
  const testing::TemporaryFolder folder;
  const DataSet data =
      load_data_set(testing::data_settings({{"data.set", "digits"}, {"data.root", folder.path().string()}}));
  EXPECT_EQ(data.train.count(), 1797);
}

TEST(Digits, OfTheUsersOwnGoFirst) {
  const testing::TemporaryFolder folder;
  write_file(folder / digits_file, testing::gzipped(line(16, 9)));
  const DataSet data =
      load_data_set(testing::data_settings({{"data.set", "digits"}, {"data.root", folder.path().string()}}));
  EXPECT_EQ(data.train.labels, std::vector<std::int32_t>{9});
  EXPECT_EQ(data.train.pixels[0], 16);
  EXPECT_FALSE(data.published);
  EXPECT_NE(data.notice, "");
}

TEST(Digits, NeedNoLastNewline) {
  const std::string text = line(1, 2) + line(3, 4);
  EXPECT_EQ(read_text(text.substr(0, text.size() - 1)).train.labels, (std::vector<std::int32_t>{2, 4}));
}

TEST(Digits, MayEndTheirLinesAsWindowsDoesAndWithBlankOnes) {
  std::string text = "\xEF\xBB\xBF" + line(1, 2) + line(3, 4) + "\n\n";
  for (std::size_t at = text.find('\n'); at != std::string::npos; at = text.find('\n', at + 2))
    text.insert(at, "\r");
  EXPECT_EQ(read_text(text).train.labels, (std::vector<std::int32_t>{2, 4}));
}

TEST(Digits, AreReadAgainOnceADamagedCopyIsReplacedAsAdvised) {
  const testing::TemporaryFolder folder;
  write_file(folder / digits_file, testing::gzipped(line(17, 2)));
  const settings::DataSettings config =
      testing::data_settings({{"data.set", "digits"}, {"data.root", folder.path().string()}});
  const std::string sentence = testing::complaint([&] { load_data_set(config); }, ExitCode::bad_data);
  EXPECT_TRUE(testing::says(sentence, {"digits.csv.gz:1", "datasets/digits.csv.gz"}));
  std::filesystem::copy_file(shipped, folder / digits_file, std::filesystem::copy_options::overwrite_existing);
  EXPECT_EQ(load_data_set(config).train.count(), 1797);
}

TEST(Digits, NameTheLineThatIsWrong) {
  const std::string good = line(1, 2);
  EXPECT_TRUE(testing::says(reading_fails(good + line(17, 2)), {"digits.csv.gz:2", "64", "0 to 16", "0 to 9"}));
  for (const std::string& bad : {line(-1, 2), line(1, 10), line(1, -1), "\n" + line(1, 2), std::string("1,2,3\n"),
                                 "0," + good, "x" + good, good.substr(0, 20) + ",," + good.substr(21)}) {
    EXPECT_NE(reading_fails(good + bad), "") << bad;
  }
}

TEST(Digits, AreRefusedWhereTheTextEndsAnywhereInALine) {
  const std::string text = line(1, 2);
  for (std::size_t size = 1; size + 2 <= text.size(); ++size)
    EXPECT_NE(reading_fails(text.substr(0, size)), "") << size;
}

TEST(Digits, AreMissedWithASentence) {
  const testing::TemporaryFolder folder;
  EXPECT_NE(
      testing::complaint([&] { read_digits(folder / "digits.csv.gz"); }, ExitCode::bad_data).find("is missing"),
      std::string::npos);
}

}  // namespace
}  // namespace m2m::data
