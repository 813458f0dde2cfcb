// CINIC-10, Tiny ImageNet, Places-LT and iNaturalist 2018 in miniature.
#include <fmt/format.h>

#include <random>

#include "core/files.hpp"
#include "data/readers.hpp"
#include "data/split.hpp"
#include "settings/data_settings.hpp"
#include "support/made_pictures.hpp"
#include "support/said.hpp"
#include "support/synthetic_data.hpp"
#include "support/temporary_folder.hpp"

namespace m2m::data {
namespace {

namespace fs = std::filesystem;

class PublishedSetTest : public ::testing::Test {
 protected:
  DataRoots roots() const { return {root_.path(), root_.path()}; }
  settings::DataSettings settings(const char* set, Json changes = Json::object()) const {
    changes["data.set"] = set;
    changes["data.root"] = root_.path().string();
    return testing::data_settings(std::move(changes));
  }
  void write_picture(const std::string& name, int seed = 0) const {
    write_file(root_ / name, testing::encode_png(testing::pattern(12, 10, seed)));
  }
  void write(const std::string& name, const std::string& text) const { write_file(root_ / name, text); }
  testing::TemporaryFolder root_;
};

/// CINIC-10 with two training pictures of a class, and one for validation and for test.
class CinicTest : public PublishedSetTest {
 protected:
  CinicTest() {
    layout_.train = 2;
    layout_.validation = layout_.test = 1;
    int seed = 0;
    for (const std::string& name : layout_.class_folders) {
      write_picture("cinic10/train/" + name + "/cifar10-train-7.png", seed++);
      write_picture("cinic10/train/" + name + "/n02691156_10153.png", seed++);
      write_picture("cinic10/valid/" + name + "/v.png", seed++);
      write_picture("cinic10/test/" + name + "/t.png", seed++);
    }
  }
  DataSet read(const Json& changes = Json::object()) const {
    return read_cinic10(layout_, roots(), settings("cinic10", changes));
  }
  std::string refusal() const {
    return testing::complaint([&] { read(); }, ExitCode::bad_data);
  }
  FolderSet layout_ = cinic10();
};

TEST_F(CinicTest, HasThreePartsAndTheClassesOfCifar) {
  const DataSet data = read();
  EXPECT_EQ(data.name, "cinic10");
  EXPECT_EQ(data.classes, 10);
  EXPECT_EQ(data.train.shape, (ImageShape{3, 32, 32}));
  EXPECT_EQ(data.train.labels,
            (std::vector<std::int32_t>{0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 8, 9, 9}));
  EXPECT_EQ(data.validation.labels, (std::vector<std::int32_t>{0, 1, 2, 3, 4, 5, 6, 7, 8, 9}));
  EXPECT_EQ(data.test.labels, data.validation.labels);
  const auto first_of = [](int seed) { return resize_square(testing::pattern(12, 10, seed), 32).rgb[0]; };
  EXPECT_EQ(data.train.pixels[3072], first_of(1));       // airplane's second picture
  EXPECT_EQ(data.validation.pixels[3072], first_of(6));  // automobile's
  EXPECT_EQ(data.mean.size(), 3U);
  EXPECT_EQ(data.augmentation.pad, 4);
  EXPECT_TRUE(data.augmentation.flip);
  EXPECT_EQ(data.default_largest, 2);
  EXPECT_EQ(data.notice, "");
}

TEST_F(CinicTest, IsCutToALongTailAndValidatesOnItsOwn) {
  const DataSet data = read();
  const settings::DataSettings given = settings("cinic10", {{"data.ratio", 2.0}});
  const Split split = split_data(data, given, {1, SeedRole::subset});
  EXPECT_EQ(split.counts, (ClassCounts{2, 1, 1, 1, 1, 1, 1, 1, 1, 1}));
  EXPECT_EQ(split.validation.pool, Pool::validation);
  EXPECT_EQ(split.validation.rows.size(), 10U);
  EXPECT_EQ(split.test.rows.size(), 10U);
}

TEST_F(CinicTest, ThatIsIncompleteIsRefused) {
  fs::remove(root_ / "cinic10/valid/dog/v.png");
  write_picture("cinic10/valid/cat/w.png");
  EXPECT_TRUE(testing::says(refusal(), {"valid/ has 2 pictures of class 'cat'", "expected 1"}));
  fs::remove(root_ / "cinic10/valid/cat/w.png");
  EXPECT_TRUE(testing::says(
      refusal(),
      {"valid/ has 0 pictures of class 'dog'", "expected 1", "delete '" + (root_ / "cinic10").string() + "'",
       "datasets/fetch_pictures.sh cinic10 --dest '" + root_.path().string() + "'"}));
  fs::remove_all(root_ / "cinic10/valid/dog");
  EXPECT_TRUE(testing::says(refusal(), {"class 'dog'"}));
  fs::remove_all(root_ / "cinic10/valid");
  EXPECT_TRUE(testing::says(refusal(), {"incomplete CINIC-10", "cinic10/valid is missing", "delete"}));
  fs::remove_all(root_ / "cinic10");
  const std::string absent = refusal();
  EXPECT_TRUE(testing::says(absent, {"contains no CINIC-10", "cinic10/train is missing", "M2M_DATA"}));
  EXPECT_EQ(absent.find("delete"), std::string::npos) << absent;
}

TEST_F(CinicTest, OfOtherClassesIsRefused) {
  fs::rename(root_ / "cinic10/train/truck", root_ / "cinic10/train/van");
  EXPECT_TRUE(testing::says(refusal(), {"ship, van", "expected airplane", "truck"}));
}

TEST_F(CinicTest, CountsWhatItLeavesOut) {
  write("cinic10/train/cat/notes.txt", "no picture");
  write("cinic10/imagenet-contributors.csv", "of the archive");
  EXPECT_TRUE(testing::says(read().notice, {"CINIC-10", "left out", ".png: 1", "train/cat/notes.txt"}));
}

TEST_F(CinicTest, LeavesOutPicturesThatCannotBeDecodedOnlyWhereAsked) {
  write("cinic10/train/cat/cifar10-train-7.png", "GIF89a");
  EXPECT_TRUE(testing::says(refusal(), {"train/cat/cifar10-train-7.png", "GIF", "data.skip_unreadable = true"}));
  EXPECT_EQ(read({{"data.skip_unreadable", true}}).train.count(), 19);
}

/// Tiny ImageNet with three classes of two training pictures, and one for test.
class TinyImageNetTest : public PublishedSetTest {
 protected:
  TinyImageNetTest() {
    layout_.classes = 3;
    layout_.train = 2;
    layout_.test = 1;
    int seed = 0;
    for (const char* name : {"n03", "n01", "n02"}) {
      for (const int i : {0, 1})
        write_picture(fmt::format("{}/train/{}/images/{}_{}.JPEG", home, name, name, i), seed++);
      write(fmt::format("{}/train/{}/{}_boxes.txt", home, name, name), "n_0.JPEG\t0\t10\t63\t58\n");
    }
    for (int i = 0; i < 3; ++i) write_picture(fmt::format("{}/val/images/val_{}.JPEG", home, i), seed++);
    write_annotations(
        "val_0.JPEG\tn02\t0\t32\t44\t62\nval_1.JPEG\tn03\t52\t55\t57\t59\nval_2.JPEG\tn01\t4\t0\t60\t55\n");
  }
  void write_annotations(const std::string& text) const {
    write(std::string(home) + "/val/val_annotations.txt", text);
  }
  DataSet read() const { return read_tiny_imagenet(layout_, roots(), settings("tiny-imagenet")); }
  std::string refusal() const {
    return testing::complaint([&] { read(); }, ExitCode::bad_data);
  }
  static constexpr const char* home = "tiny-imagenet-200";
  FolderSet layout_ = tiny_imagenet();
};

TEST_F(TinyImageNetTest, NumbersClassesByNameAndIsTestedOnItsValidationSet) {
  const DataSet data = read();
  EXPECT_EQ(data.name, "tiny-imagenet");
  EXPECT_EQ(data.classes, 3);
  EXPECT_EQ(data.train.shape, (ImageShape{3, 64, 64}));
  EXPECT_EQ(data.train.labels, (std::vector<std::int32_t>{0, 0, 1, 1, 2, 2}));
  EXPECT_EQ(data.test.labels, (std::vector<std::int32_t>{1, 2, 0}));
  EXPECT_EQ(data.validation.count(), 0);
  const auto first_of = [](int seed) { return resize_square(testing::pattern(12, 10, seed), 64).rgb[0]; };
  EXPECT_EQ(data.train.pixels[0], first_of(2));  // n01_0, the third that was made
  EXPECT_EQ(data.test.pixels[2 * 3 * 64 * 64], first_of(8));
  EXPECT_EQ(data.augmentation.pad, 8);
  EXPECT_TRUE(data.augmentation.flip);
  EXPECT_TRUE(data.mean.empty());
  EXPECT_EQ(data.default_largest, 2);
  EXPECT_EQ(data.notice, "");  // the boxes beside images/ are part of the published set
}

TEST_F(TinyImageNetTest, ThatIsIncompleteIsRefused) {
  fs::remove(root_ / home / "train/n02/images/n02_1.JPEG");
  EXPECT_TRUE(
      testing::says(refusal(), {"train/ has 1 pictures of class 'n02'", "expected 2", "fetch_pictures.sh"}));
  fs::remove_all(root_ / home / "train/n02/images");
  EXPECT_TRUE(testing::says(refusal(), {"incomplete Tiny ImageNet", "train/n02/images is missing"}));
  fs::remove_all(root_ / home / "train/n02");
  EXPECT_TRUE(testing::says(refusal(), {"2 folders", "n01, n03", "expected 3"}));
  fs::remove(root_ / home / "val/val_annotations.txt");
  EXPECT_TRUE(testing::says(refusal(), {"val/val_annotations.txt is missing"}));
}

TEST_F(TinyImageNetTest, RefusesAnnotationsThatDoNotFit) {
  write_annotations("val_0.JPEG\tn02\nval_1.JPEG\tn03\n");
  EXPECT_TRUE(testing::says(refusal(), {"val/ has 0 pictures of class 'n01'", "expected 1"}));
  write_annotations("val_0.JPEG\tn02\nval_1.JPEG\tn03\nval_7.JPEG\tn01\n");
  EXPECT_TRUE(testing::says(refusal(), {"val/images/val_7.JPEG", "missing"}));
}

const std::vector<std::string> two_classes = {"n01", "n02"};

std::string annotations_refusal(const std::string& text) {
  return testing::complaint([&] { parse_annotations(text, "list", two_classes); }, ExitCode::bad_data);
}

TEST(Annotations, AreAPictureAndAClassAndABoxThatIsNotRead) {
  const ImageList list = parse_annotations("b.JPEG\tn02\t1\t2\t3\t4\r\na.JPEG\tn01\n\n", "list", two_classes);
  EXPECT_EQ(list.paths, (std::vector<std::string>{"val/images/b.JPEG", "val/images/a.JPEG"}));
  EXPECT_EQ(list.labels, (std::vector<std::int32_t>{1, 0}));
  EXPECT_EQ(parse_annotations("", "list", two_classes).count(), 0);
}

TEST(Annotations, OfAnotherFormAreRefusedWithTheLine) {
  const std::string good = "a.JPEG\tn01\n";
  EXPECT_TRUE(testing::says(annotations_refusal(good + "b.JPEG n01\n"), {"list:2", "tab"}));
  EXPECT_TRUE(testing::says(annotations_refusal(good + "\n" + good), {"list:2", "tab"}));
  EXPECT_TRUE(testing::says(annotations_refusal(good + "\tn01\n"), {"list:2", "name of a picture"}));
  EXPECT_TRUE(testing::says(annotations_refusal("../a.JPEG\tn01\n"), {"list:1", "name of a picture"}));
  EXPECT_TRUE(testing::says(annotations_refusal("..\tn01\n"), {"list:1", "name of a picture"}));
  EXPECT_TRUE(testing::says(annotations_refusal("\xE9.JPEG\tn01\n"), {"list:1", "name of a picture"}));
  EXPECT_TRUE(testing::says(annotations_refusal(good + "b.JPEG\tn03\t1\n"), {"list:2", "'n03'", "train/"}));
  EXPECT_TRUE(testing::says(annotations_refusal(good + good), {"list:2", "val/images/a.JPEG", "twice"}));
}

TEST(Annotations, OfRandomBytesAreReadOrRefused) {
  std::mt19937 random(7);
  const std::string good = "a.JPEG\tn01\t0\t1\nb.JPEG\tn02\t2\t3\nc.JPEG\tn01\n";
  for (int round = 0; round < 2000; ++round) {
    std::string text = good;
    for (int change = 0; change < 3; ++change) text[random() % text.size()] = static_cast<char>(random() % 256);
    try {
      const ImageList list = parse_annotations(text, "list", two_classes);
      ASSERT_EQ(list.paths.size(), list.labels.size());
      for (const std::string& path : list.paths) ASSERT_EQ(path_fault(path), "");
    } catch (const Error& error) {
      ASSERT_EQ(error.code(), ExitCode::bad_data) << error.what();
      ASSERT_EQ(std::string(error.what()).rfind("list:", 0), 0U) << error.what();
    }
  }
}

TEST_F(PublishedSetTest, PlacesLtHasThreeListsAnd365Classes) {
  std::string train;
  for (int k = 0; k < 365; ++k) train += fmt::format("train/airfield/{}.jpg {}\n", k % 5, k);
  for (int i = 0; i < 5; ++i) write_picture(fmt::format("places-lt/train/airfield/{}.jpg", i), i);
  write_picture("places-lt/val/airfield/Places365_val_00003597.jpg", 9);
  write("places-lt/Places_LT_train.txt", train);
  write("places-lt/Places_LT_val.txt", "train/airfield/1.jpg 0\n");
  write("places-lt/Places_LT_test.txt", "val/airfield/Places365_val_00003597.jpg 364\n");
  const settings::DataSettings given = settings("places-lt", {{"data.image_size", 8}});
  EXPECT_EQ(given.validation, settings::Validation::own);
  const DataSet data = load_data_set(given);
  EXPECT_EQ(data.name, "places-lt");
  EXPECT_EQ(data.classes, 365);
  EXPECT_EQ(data.train.count(), 365);
  EXPECT_EQ(data.validation.count(), 1);
  EXPECT_EQ(data.test.labels, std::vector<std::int32_t>{364});
  EXPECT_EQ(places_lt().size, 224);
  EXPECT_EQ(places_lt().augmentation.min_scale, .08);
  write("places-lt/Places_LT_test.txt", "val/airfield/Places365_val_00003597.jpg 365\n");
  const std::string sentence = testing::complaint([&] { load_data_set(given); }, ExitCode::bad_data);
  EXPECT_TRUE(testing::says(sentence, {"Places_LT_test.txt:1", "0 to 364"}));
}

TEST_F(PublishedSetTest, INaturalistHasTwoListsAndNoValidation) {
  std::string train;
  for (int k = 8141; k >= 0; --k) train += fmt::format("train_val2018/Aves/2820/{}.jpg {}\n", k % 2, k);
  for (int i = 0; i < 2; ++i) write_picture(fmt::format("inaturalist18/train_val2018/Aves/2820/{}.jpg", i), i);
  write("inaturalist18/iNaturalist18_train.txt", train);
  const settings::DataSettings given = settings("inaturalist18", {{"data.image_size", 4}});
  EXPECT_EQ(given.validation, settings::Validation::none);
  const std::string sentence = testing::complaint([&] { load_data_set(given); }, ExitCode::bad_data);
  EXPECT_TRUE(testing::says(sentence, {"iNaturalist 2018", "inaturalist18/iNaturalist18_val.txt is missing"}));
  write("inaturalist18/iNaturalist18_val.txt", "train_val2018/Aves/2820/0.jpg 2820\n");
  const DataSet data = load_data_set(given);
  EXPECT_EQ(data.classes, 8142);
  EXPECT_EQ(data.train.labels.front(), 8141);
  EXPECT_EQ(data.validation.count(), 0);
  EXPECT_EQ(data.test.labels, std::vector<std::int32_t>{2820});
  const Split split = split_data(data, given, {1, SeedRole::subset});
  EXPECT_EQ(split.train.rows.size(), 8142U);
  EXPECT_TRUE(split.validation.rows.empty());
}

TEST(PublishedSets, HaveTheSizesThatTheirAuthorsGive) {
  const FolderSet cinic = cinic10(), tiny = tiny_imagenet();
  EXPECT_EQ(cinic.classes * (cinic.train + cinic.validation + cinic.test), 270'000);
  EXPECT_EQ(cinic.class_folders.size(), 10U);
  EXPECT_EQ(tiny.classes * tiny.train, 100'000);
  EXPECT_EQ(tiny.classes * tiny.test, 10'000);
  EXPECT_EQ(settings::find_data_set("tiny-imagenet").network, std::string("preact18"));
  for (const char* name : {"cinic10", "tiny-imagenet", "svhn"})
    EXPECT_EQ(settings::find_data_set(name).imbalance, settings::Imbalance::longtail) << name;
}

}  // namespace
}  // namespace m2m::data
