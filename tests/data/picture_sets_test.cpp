#include <fmt/format.h>

#include <sstream>

#include "core/text.hpp"
#include "data/readers.hpp"
#include "settings/data_settings.hpp"
#include "support/made_pictures.hpp"
#include "support/said.hpp"
#include "support/synthetic_data.hpp"
#include "support/temporary_folder.hpp"

namespace m2m::data {
namespace {

namespace fs = std::filesystem;

void write_picture(const fs::path& file, int seed) {
  write_file(file, testing::encode_png(testing::pattern(12, 10, seed)));
}

class OwnPicturesTest : public ::testing::Test {
 protected:
  settings::DataSettings settings(Json changes = Json::object()) const {
    changes["data.set"] = "images";
    changes["data.path"] = folder_.path().string();
    return testing::data_settings(std::move(changes));
  }
  DataSet load(const Json& changes = Json::object()) const { return load_data_set(settings(changes)); }
  std::string loading_fails() const {
    return testing::complaint([&] { load(); }, ExitCode::bad_data);
  }
  void write(const std::string& name, const std::string& text) const { write_file(folder_ / name, text); }

  void write_folders() const {
    int seed = 0;
    for (const char* file : {"train/cat/2.png", "train/cat/10.PNG", "train/ant/a.png", "train/bee/b.png",
                             "test/bee/t.png", "test/ant/t.png"})
      write_picture(folder_ / file, seed++);
  }
  /// train: p0 p1 p2 p3; test: p4 and, again, p1.
  void write_lists() const {
    for (int i = 0; i < 5; ++i) write_picture(folder_ / fmt::format("p{}.png", i), i);
    write("train.txt", "p0.png 0\np1.png 1\np2.png 2\np3.png 1\n");
    write("test.txt", "p4.png 0\np1.png 2\n");
  }

  testing::TemporaryFolder folder_;
};

TEST_F(OwnPicturesTest, NumberClassesByTheNamesOfTheirFolders) {
  write_folders();
  write("train/notes.txt", "no class");
  write("train/cat/notes.txt", "no picture");
  const DataSet data = load();
  EXPECT_EQ(data.classes, 3);
  EXPECT_EQ(data.class_names, (std::vector<std::string>{"ant", "bee", "cat"}));
  EXPECT_EQ(data.train.labels, (std::vector<std::int32_t>{0, 1, 2, 2}));
  EXPECT_EQ(data.test.labels, (std::vector<std::int32_t>{0, 1}));
  EXPECT_EQ(data.validation.count(), 0);
  const auto first_of = [](int seed) { return resize_square(testing::pattern(12, 10, seed), 32).rgb[0]; };
  EXPECT_EQ(data.train.pixels[2 * 3072], first_of(1));  // "10.PNG" comes before "2.png"
  EXPECT_EQ(data.train.shape, (ImageShape{3, 32, 32}));
  EXPECT_EQ(data.augmentation.pad, 4);
  EXPECT_TRUE(data.augmentation.flip);
  EXPECT_TRUE(data.mean.empty());
}

TEST_F(OwnPicturesTest, AreNotWhatIsHidden) {
  write_folders();
  const std::string whole = load().files_sha256;
  write("train/cat/._2.png", "macOS's companion of a file");
  write("train/.ipynb_checkpoints/x.png", "no class");
  write("train/cat/.thumbnails/2.png", "no picture");
  const DataSet data = load();
  EXPECT_EQ(data.files_sha256, whole);
  EXPECT_EQ(data.notice, "");
}

/// The only line of a notice with these words.
std::string only_line_with(const std::string& notice, const std::string& words) {
  std::istringstream lines(notice);
  std::string found;
  for (std::string line; std::getline(lines, line);) {
    if (line.find(words) == std::string::npos) continue;
    EXPECT_EQ(found, "") << notice;
    found = line;
  }
  EXPECT_NE(found, "") << notice;
  return found;
}

TEST_F(OwnPicturesTest, NameWhatElseLiesInTheirFolders) {
  write_folders();
  const std::string whole = load().files_sha256;
  for (int i = 0; i < 5; ++i) write(fmt::format("train/bee/b{}.bmp", i), "a BMP");
  write("test/bee/\xE9.tif", "a TIFF");
  write("train/cat/more/1.png", "");
  write("train/cat/more/deep/2.png", "");
  write("train/1.png", "");
  write("valid/cat/1.png", "");
  const DataSet data = load();
  EXPECT_EQ(data.files_sha256, whole);
  const std::string endings = only_line_with(data.notice, ".png: 6 (");
  EXPECT_NE(endings.find("train/bee/b0.bmp, train/bee/b1.bmp, train/bee/b2.bmp, and 3 more"), std::string::npos)
      << endings;
  EXPECT_NE(only_line_with(data.notice, "folders below those of classes: 2 (")
                .find("train/cat/more/1.png, train/cat/more/deep/2.png"),
            std::string::npos);
  EXPECT_NE(only_line_with(data.notice, "beside the folders of classes: 1 (").find("train/1.png"),
            std::string::npos);
  EXPECT_NE(only_line_with(data.notice, "test and val: 1 (").find("valid"), std::string::npos);
  EXPECT_TRUE(is_utf8(data.notice));
}

TEST_F(OwnPicturesTest, BehindLinksThatLeadNowhereAreMissing) {
  write_folders();
  fs::create_symlink("gone.png", folder_ / "train/cat/3.png");
  EXPECT_TRUE(testing::says(loading_fails(), {"1 of 7", "train/cat/3.png", "link"}));
  fs::create_symlink("gone", folder_ / "train/dog");
  EXPECT_TRUE(testing::says(loading_fails(), {"train/dog", "link"}));
}

TEST_F(OwnPicturesTest, AreLeftOutWhereAskedAndTheHashSaysSo) {
  write_folders();
  const std::string whole = load().files_sha256;
  write("train/cat/3.png", "GIF89a");
  EXPECT_NE(loading_fails().find("data.skip_unreadable = true"), std::string::npos) << loading_fails();
  const DataSet data = load({{"data.skip_unreadable", true}});
  EXPECT_EQ(data.files_sha256, whole);
  EXPECT_TRUE(testing::says(only_line_with(data.notice, "left out"), {"train/cat/3.png", "GIF"}));
  write("train/cat/2.png", "GIF89a");
  EXPECT_NE(load({{"data.skip_unreadable", true}}).files_sha256, whole);
}

TEST_F(OwnPicturesTest, ThatOnlyGiveWarningsAreReadUnlessStrict) {
  write_folders();
  const std::string whole = load().files_sha256;
  std::string picture = read_file(folder_ / "test/ant/t.png");
  picture.insert(33, testing::png_chunk("tIME", std::string(7, '\0')));  // of the year 0, month 0
  write("test/ant/t.png", picture);
  const DataSet data = load();
  EXPECT_EQ(data.files_sha256, whole);
  const std::string line = only_line_with(data.notice, "1 of 2 pictures are read");
  EXPECT_NE(line.find("test/ant/t.png"), std::string::npos) << line;
  EXPECT_NE(line.find(".m2m-cache-test-32.bin.notes.txt"), std::string::npos) << line;
  const std::string refusal = testing::complaint([&] { load({{"data.strict", true}}); }, ExitCode::bad_data);
  EXPECT_NE(refusal.find("data.strict = false"), std::string::npos) << refusal;
}

TEST_F(OwnPicturesTest, ComeInTheSizeAskedFor) {
  write_folders();
  const DataSet data = load({{"data.image_size", 16}});
  EXPECT_EQ(data.test.shape, (ImageShape{3, 16, 16}));
  EXPECT_EQ(data.augmentation.pad, 2);
  EXPECT_NE(data.files_sha256, load().files_sha256);
}

TEST_F(OwnPicturesTest, MayValidateOnTheirOwn) {
  write_folders();
  write_picture(folder_ / "val/cat/v.png", 9);
  const settings::DataSettings config = settings({{"data.validation", "own"}});
  const DataSet data = load_data_set(config);
  EXPECT_EQ(data.validation.labels, std::vector<std::int32_t>{2});
  EXPECT_EQ(split_data(data, config, {1, SeedRole::subset}).validation.pool, Pool::validation);
}

TEST_F(OwnPicturesTest, AreTheSameByListsAndByFolders) {
  write_folders();
  const DataSet by_folders = load();
  write("train.txt", "train/ant/a.png 0\r\ntrain/bee/b.png 1\r\ntrain/cat/10.PNG 2\r\ntrain/cat/2.png 2\r\n");
  write("test.txt", "test/ant/t.png 0\ntest/bee/t.png 1\n");
  const DataSet by_lists = load();
  EXPECT_EQ(by_lists.train.pixels, by_folders.train.pixels);
  EXPECT_EQ(by_lists.train.labels, by_folders.train.labels);
  EXPECT_EQ(by_lists.files_sha256, by_folders.files_sha256);
}

TEST_F(OwnPicturesTest, HaveTheSameHashWhereverTheyAndTheirCachesLie) {
  write_lists();
  const std::string here = load().files_sha256;
  EXPECT_TRUE(fs::exists(folder_ / ".m2m-cache-train-32.bin"));
  const testing::TemporaryFolder cache, moved;
  EXPECT_EQ(load({{"data.cache", cache.path().string()}}).files_sha256, here);
  EXPECT_EQ(std::distance(fs::directory_iterator(cache.path()), {}), 4);  // two caches and their locks
  fs::copy(folder_.path(), moved / "copy", fs::copy_options::recursive);
  EXPECT_EQ(load({{"data.path", (moved / "copy").string()}}).files_sha256, here);
}

TEST_F(OwnPicturesTest, ListedTwiceAreSpokenOf) {
  write_lists();
  const DataSet data = load();
  EXPECT_EQ(data.train.count(), 4);
  EXPECT_TRUE(testing::says(data.notice, {"1 pictures", "1 of them", "train", "test", "data.drop_doubles = true"}));
}

TEST_F(OwnPicturesTest, ListedInTestAreDroppedFromTrainWhereAsked) {
  write_lists();
  const DataSet whole = load(), data = load({{"data.drop_doubles", true}});
  EXPECT_EQ(data.train.labels, (std::vector<std::int32_t>{0, 2, 1}));
  EXPECT_EQ(data.test.labels, whole.test.labels);
  EXPECT_EQ(data.train.pixels[3072], whole.train.pixels[2 * 3072]);
  EXPECT_NE(data.files_sha256, whole.files_sha256);
  EXPECT_TRUE(testing::says(data.notice, {"train", "1 that", "test"}));
}

TEST_F(OwnPicturesTest, NeedTwoClasses) {
  write_picture(folder_ / "a.png", 0);
  write("train.txt", "a.png 0\n");
  write("test.txt", "a.png 0\n");
  EXPECT_TRUE(testing::says(loading_fails(), {"one class", "2"}));
}

TEST_F(OwnPicturesTest, NeedATrainingSampleOfEveryClass) {
  write_lists();
  write("train.txt", "p0.png 0\np1.png 1\np3.png 3\n");
  EXPECT_TRUE(testing::says(loading_fails(), {"class 2", "validation", "training"}));
}

TEST_F(OwnPicturesTest, NeedAPictureInEveryFolderOfAClass) {
  write_folders();
  fs::remove(folder_ / "train/bee/b.png");
  EXPECT_TRUE(testing::says(loading_fails(), {"train/bee", "class 'bee'"}));
}

TEST_F(OwnPicturesTest, RefuseAClassThatIsOnlyTested) {
  write_folders();
  write_picture(folder_ / "test/dog/d.png", 1);
  EXPECT_TRUE(testing::says(loading_fails(), {"class 'dog'", "test/", "train/"}));
}

TEST_F(OwnPicturesTest, NeedATest) {
  write_folders();
  fs::remove_all(folder_ / "test");
  EXPECT_TRUE(testing::says(loading_fails(), {"train/", "test/ is missing"}));
}

TEST_F(OwnPicturesTest, SayWhatWasExpectedOfAFolder) {
  EXPECT_TRUE(testing::says(loading_fails(), {"train.txt", "train/", "docs/data.md"}));
  EXPECT_NE(testing::complaint(
                [] {
                  load_data_set(testing::data_settings({{"data.set", "images"}}));
                },
                ExitCode::usage),
            "");
}

TEST_F(OwnPicturesTest, OfNamesThatAreNotUtf8AreRefusedByLineOrFolder) {
  write_folders();
  write_picture(folder_ / "train/bee/\xE9.png", 1);
  EXPECT_TRUE(testing::says(loading_fails(), {"train", "class 1", "UTF-8"}));
}

/// CelebA-5 in miniature: five pictures in train, one elsewhere.
class CelebTest : public ::testing::Test {
 protected:
  CelebTest() {
    std::string train;
    for (int i = 0; i < 5; ++i) {
      write_picture(home() / fmt::format("image64/{}.png", i), i);
      train += fmt::format("image64/{}.png {}\n", i, i);
    }
    write_picture(home() / "image64/5.png", 5);
    write_file(home() / "celebA_train_orig.txt", train);
    for (const char* part : {"val", "test"})
      write_file(home() / fmt::format("celebA_{}_orig.txt", part), "image64/5.png 3\n");
  }
  fs::path home() const { return root_ / "celeba5"; }
  settings::DataSettings settings() const {
    return testing::data_settings({{"data.set", "celeba5"}, {"data.root", root_.path().string()}});
  }
  testing::TemporaryFolder root_;
};

TEST_F(CelebTest, IsReadByItsListsAndCutAsTheyAre) {
  const settings::DataSettings config = settings();
  const DataSet data = load_data_set(config);
  EXPECT_EQ(data.classes, 5);
  EXPECT_EQ(data.train.shape, (ImageShape{3, 32, 32}));
  EXPECT_EQ(data.train.labels, (std::vector<std::int32_t>{0, 1, 2, 3, 4}));
  EXPECT_EQ(data.augmentation.pad, 4);
  EXPECT_FALSE(data.published);
  const Split split = split_data(data, config, {1, SeedRole::subset});
  EXPECT_EQ(split.counts, (ClassCounts{1, 1, 1, 1, 1}));
  EXPECT_EQ(split.validation.pool, Pool::validation);
  EXPECT_EQ(split.validation.rows.size(), 1U);
}

TEST_F(CelebTest, NamesALineThatIsNotOfTheSet) {
  write_file(home() / "celebA_val_orig.txt", "image64/5.png 3\nimage64/5.png 5\n");
  const std::string sentence = testing::complaint([&] { load_data_set(settings()); }, ExitCode::bad_data);
  EXPECT_TRUE(testing::says(sentence, {"celebA_val_orig.txt:2", "0 to 4"}));
}

TEST_F(CelebTest, NamesAMissingList) {
  fs::remove(home() / "celebA_test_orig.txt");
  const std::string sentence = testing::complaint([&] { load_data_set(settings()); }, ExitCode::bad_data);
  EXPECT_TRUE(testing::says(sentence, {"CelebA-5", "celeba5/celebA_test_orig.txt is missing"}));
}

TEST(PictureSets, AreThoseOfTheField) {
  EXPECT_EQ(sun397().classes, 397);
  EXPECT_EQ(sun397().augmentation.min_scale, .8);
  EXPECT_EQ(imagenet_lt().size, 224);
  EXPECT_EQ(imagenet_lt().augmentation.min_scale, .08);
  for (const char* name : {"celeba5", "sun397", "imagenet-lt"}) {
    const settings::DataSetFacts& facts = settings::find_data_set(name);
    EXPECT_EQ(facts.imbalance, settings::Imbalance::own);
    EXPECT_EQ(facts.validation, settings::Validation::own);
    EXPECT_TRUE(facts.has_pictures);
  }
}

}  // namespace
}  // namespace m2m::data
