#include <algorithm>

#include "core/hash.hpp"
#include "data/readers.hpp"
#include "data/word_vectors.hpp"
#include "support/said.hpp"
#include "support/synthetic_text.hpp"
#include "support/temporary_folder.hpp"

namespace m2m::data {
namespace {

const std::string some_train = "i\tO\nRun\tV\nyay\tM\nhome\tN\n\nhome\tN\n\n";
const std::string some_dev = "home\tN\n\n";
const std::string some_devtest = "run\tV\nit\tO\nnew\tN\n";
const std::string some_clusters = "0111\ti\n1010\trun\n1100\tyay\n110\thome\n";

/// A line of embeddings whose numbers are all `value`.
std::string embedding(const std::string& word, const std::string& value, int width = 50) {
  std::string line = word;
  for (int i = 0; i < width; ++i) line += " " + value;
  return line + "\n";
}

const std::string some_embeddings = embedding("i", "1") + embedding("run", "-1.5") + embedding("home", "2e0");

struct Files {
  std::string train = some_train, dev = some_dev, devtest = some_devtest, clusters = some_clusters;
  std::string embeddings = {};  // empty: stand-ins
};

DataSet read(const Files& files) {
  const testing::TemporaryFolder folder;
  const auto root = folder.path() / twitter_folder;
  write_file(root / "tweets-train.txt", files.train);
  write_file(root / "tweets-dev.txt", files.dev);
  write_file(root / "tweets-devtest.txt", files.devtest);
  if (!files.clusters.empty()) write_file(root / "brown-clusters.tsv", files.clusters);
  if (files.embeddings.empty()) return read_twitter(folder.path(), "");
  write_file(folder / "vectors.txt", files.embeddings);
  return read_twitter(folder.path(), (folder / "vectors.txt").string());
}

std::string reading_fails(const Files& files) {
  return testing::complaint([&] { read(files); }, ExitCode::bad_data);
}

std::string with_embeddings_it_fails(const std::string& embeddings) {
  Files files;
  files.embeddings = embeddings;
  return reading_fails(files);
}

/// The first number of each of the three words.
std::vector<float> window_of(const Samples& images, std::size_t row) {
  const float* first = images.features.data() + row * 150;
  return {first[0], first[50], first[100]};
}

TEST(Twitter, DropsTagsThatAreNeverTestedAndNumbersTheOthers) {
  const DataSet data = read({});
  EXPECT_EQ(data.classes, 3);
  EXPECT_EQ(data.train.labels, (std::vector<std::int32_t>{1, 2, 0, 0}));
  EXPECT_EQ(data.validation.labels, std::vector<std::int32_t>{0});
  EXPECT_EQ(data.test.labels, (std::vector<std::int32_t>{2, 1, 0}));
  EXPECT_EQ(data.train.shape, (ImageShape{1, 1, 150}));
  EXPECT_EQ(data.train.features.size(), 4U * 150);
}

TEST(Twitter, TakesAWordBetweenItsNeighboursOfTheSameTweet) {
  Files files;
  files.embeddings = some_embeddings;
  const DataSet data = read(files);  // from -1.5 to 2
  constexpr float zero = 1.5F / 3.5F, one = 2.5F / 3.5F;
  EXPECT_EQ(window_of(data.train, 0), (std::vector<float>{zero, one, 0}));   // - i Run, found as "run"
  EXPECT_EQ(window_of(data.train, 1), (std::vector<float>{one, 0, zero}));   // i Run yay, which has no vector
  EXPECT_EQ(window_of(data.train, 2), (std::vector<float>{zero, 1, zero}));  // yay home -
  EXPECT_EQ(window_of(data.train, 3), (std::vector<float>{zero, 1, zero}));  // - home -
  EXPECT_EQ(window_of(data.test, 0), (std::vector<float>{zero, 0, zero}));   // - run it
}

TEST(Twitter, LeavesTestValuesOutsideOfTheTrainingRange) {
  Files files;
  files.embeddings = some_embeddings + embedding("new", "9");
  EXPECT_EQ(window_of(read(files).test, 2)[1], 10.5F / 3.5F);
}

TEST(Twitter, KeepsDroppedTokensAsNeighbours) {
  Files files;
  files.embeddings = some_embeddings + embedding("yay", "-5");
  EXPECT_EQ(window_of(read(files).train, 2), (std::vector<float>{0, 1, 5.0F / 7}));
}

TEST(Twitter, SaysWhichVectorsItUsedAndHashesAllThatItRead) {
  const std::string tweets = some_train + some_dev + some_devtest;
  const DataSet stand_in = read({});
  EXPECT_TRUE(testing::says(stand_in.notice, {"stand-in", "Brown"}));
  EXPECT_EQ(stand_in.files_sha256, sha256_hex(std::string_view(tweets + some_clusters)));
  Files files;
  files.embeddings = some_embeddings;
  const DataSet own = read(files);
  EXPECT_EQ(own.notice.find("stand-in"), std::string::npos);
  EXPECT_EQ(own.files_sha256, sha256_hex(std::string_view(tweets + some_embeddings)));
}

TEST(Twitter, ReadsTheEmbeddingsThatDataPathNames) {
  const testing::TemporaryFolder folder;
  for (const char* name : {"tweets-train.txt", "tweets-dev.txt", "tweets-devtest.txt"})
    write_file(folder.path() / twitter_folder / name, some_train);
  write_file(folder / "v.txt", some_embeddings);
  const settings::DataSettings config = testing::data_settings(
      {{"data.set", "twitter"}, {"data.root", folder.path().string()}, {"data.path", (folder / "v.txt").string()}});
  EXPECT_EQ(load_data_set(config).classes, 4);
}

TEST(Twitter, NamesTheLineThatIsWrong) {
  Files files;
  files.train += "lonely\n";
  EXPECT_TRUE(testing::says(reading_fails(files), {"tweets-train.txt:8", "token<TAB>tag"}));
  files = {};
  files.dev = "\xE9t\xE9\tN\n";
  EXPECT_TRUE(testing::says(reading_fails(files), {"tweets-dev.txt:1", "UTF-8"}));
  files = {};
  files.clusters += "01x\tword\n";
  EXPECT_TRUE(testing::says(reading_fails(files), {"brown-clusters.tsv:5", "'01x'"}));
}

TEST(Twitter, NamesWhatAnIncompleteFileLacks) {
  Files files;
  files.devtest = "\n";
  EXPECT_TRUE(testing::says(reading_fails(files), {"tweets-devtest.txt", "no token"}));
  files = {};
  files.devtest += "wow\t!\n";
  EXPECT_TRUE(testing::says(reading_fails(files), {"tweets-train.txt", "tag '!'"}));
  files.train += "wow\t!\n";
  EXPECT_EQ(read(files).classes, 4);
}

TEST(Twitter, RefusesEmbeddingsOfTheWrongWidth) {
  EXPECT_TRUE(testing::says(with_embeddings_it_fails(some_embeddings + embedding("new", "1", 49)),
                            {"vectors.txt:4", "49 numbers", "50"}));
  EXPECT_NE(with_embeddings_it_fails(embedding("new", "1", 51)).find("51 numbers"), std::string::npos);
  EXPECT_TRUE(
      testing::says(with_embeddings_it_fails("\n" + some_embeddings), {"vectors.txt:1", "0 numbers", "50"}));
  EXPECT_NE(with_embeddings_it_fails("\n").find("holds no embeddings"), std::string::npos);
  EXPECT_TRUE(
      testing::says(with_embeddings_it_fails("3 50\n" + some_embeddings), {"vectors.txt:1", "1 numbers", "50"}));
  EXPECT_EQ(with_embeddings_it_fails(some_embeddings + "\n"), "");
}

TEST(Twitter, RefusesEmbeddingsThatAreNotFiniteNumbers) {
  for (const char* bad : {"nan", "inf", "-inf", "1e99", "0x1p", "1,5", "abc"}) {
    const std::string sentence = with_embeddings_it_fails(some_embeddings + embedding("new", bad));
    EXPECT_TRUE(testing::says(sentence, {"vectors.txt:4", "finite"})) << bad;
  }
}

TEST(Twitter, SaysWhatIsMissing) {
  const testing::TemporaryFolder folder;
  const auto complaint = [&](const std::string& embeddings) {
    return testing::complaint([&] { read_twitter(folder.path(), embeddings); }, ExitCode::bad_data);
  };
  EXPECT_TRUE(testing::says(complaint(""), {"tweets-train.txt: is missing", "twitter"}));
  for (const char* name : {"tweets-train.txt", "tweets-dev.txt", "tweets-devtest.txt"})
    write_file(folder.path() / twitter_folder / name, some_train);
  EXPECT_TRUE(testing::says(complaint(""), {"brown-clusters.tsv: is missing", "50-dimensional", "data.path"}));
  EXPECT_TRUE(testing::says(complaint("/nowhere"), {"/nowhere: is missing", "data.path"}));
}

TEST(Twitter, ThatIsDamagedSucceedsOrIsRefused) {
  for (std::uint32_t number = 0; number < 300; ++number) {
    Files files;
    std::string* damaged[] = {&files.train, &files.dev, &files.devtest, &files.clusters, &files.embeddings};
    if (number % 5 == 4) files.embeddings = some_embeddings;
    *damaged[number % 5] = testing::damaged(*damaged[number % 5], number);
    EXPECT_TRUE(testing::ends_well([&] { read(files); })) << number;
  }
}

TEST(Twitter, HasTheCountsOfTheField) {
  const auto root = testing::real_text_root();
  if (!std::filesystem::exists(root / twitter_folder)) GTEST_SKIP() << "skipped: no data";
  const settings::DataSettings config =
      testing::data_settings({{"data.set", "twitter"}, {"data.root", root.string()}});
  const DataSet data = load_data_set(config);
  const Split split = split_data(data, config, {1, SeedRole::subset});
  EXPECT_EQ(data.classes, 23);
  EXPECT_EQ(split.train.rows.size(), 14'614U);
  EXPECT_EQ(split.validation.rows.size(), 4823U);
  EXPECT_EQ(split.validation.pool, Pool::validation);
  EXPECT_EQ(split.test.rows.size(), 7152U);
  EXPECT_EQ(largest(split.counts), 2219);
  EXPECT_EQ(*std::min_element(split.counts.begin(), split.counts.end()), 15);
  EXPECT_TRUE(testing::says(data.notice, {"stand-in", "Brown"}));
  EXPECT_FALSE(testing::says(data.notice, {"tweets"}));
  const auto [least, most] = std::minmax_element(data.train.features.begin(), data.train.features.end());
  EXPECT_EQ(*least, 0);
  EXPECT_EQ(*most, 1);
}

}  // namespace
}  // namespace m2m::data
