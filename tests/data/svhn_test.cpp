#include <map>

#include "core/files.hpp"
#include "core/hash.hpp"
#include "data/readers.hpp"
#include "support/made_arrays.hpp"
#include "support/said.hpp"
#include "support/synthetic_data.hpp"
#include "support/temporary_folder.hpp"

namespace m2m::data {
namespace {

using Arrays = std::map<std::string, std::string>;

std::string pixels(int count, const std::string& shape = "32, 32, 3", std::size_t size = 3072) {
  std::vector<std::uint8_t> values(static_cast<std::size_t>(count) * size);
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<std::uint8_t>(i * 7 + i / size);
  return testing::make_npy("|u1", "(" + std::to_string(count) + ", " + shape + ")", values);
}

std::string labels(int count, int classes = 10) {
  std::vector<std::int64_t> values;
  for (int i = 0; i < count; ++i) values.push_back(i % classes);
  return testing::make_npy("<i8", "(" + std::to_string(count) + ",)", values);
}

Arrays small_svhn() {
  return {{"x_train.npy", pixels(20)},
          {"y_train.npy", labels(20)},
          {"x_test.npy", pixels(10)},
          {"y_test.npy", labels(10)}};
}

class SvhnTest : public ::testing::Test {
 protected:
  SvhnTest() { std::filesystem::create_directory(root_ / svhn_folder); }
  std::filesystem::path file() const { return root_ / svhn_folder / svhn_file; }
  settings::DataSettings settings(Json changes = Json::object()) const {
    changes["data.set"] = "svhn";
    changes["data.root"] = root_.path().string();
    return testing::data_settings(std::move(changes));
  }
  DataSet read(const Arrays& arrays) const {
    testing::write_npz(file(), arrays);
    return load_data_set(settings());
  }
  std::string refusal(const Arrays& arrays) const {
    return testing::complaint([&] { read(arrays); }, ExitCode::bad_data);
  }
  testing::TemporaryFolder root_;
};

TEST_F(SvhnTest, IsImagesOfThreeChannelsThatAreShiftedAndNotFlipped) {
  const DataSet data = read(small_svhn());
  EXPECT_EQ(data.name, "svhn");
  EXPECT_EQ(data.classes, 10);
  EXPECT_EQ(data.train.shape, (ImageShape{3, 32, 32}));
  EXPECT_EQ(data.train.count(), 20);
  EXPECT_EQ(data.test.count(), 10);
  EXPECT_EQ(data.train.pixels[1], 21);    // the second pixel of the first channel: value 3 of the file
  EXPECT_EQ(data.train.pixels[1024], 7);  // the first pixel of the second channel
  EXPECT_EQ(data.augmentation.pad, 4);
  EXPECT_FALSE(data.augmentation.flip);
  EXPECT_TRUE(data.mean.empty());
  EXPECT_EQ(data.default_largest, 1000);
}

TEST_F(SvhnTest, IsCutToALongTailWhoseCountsItsPoolHas) {
  const DataSet data = read(small_svhn());
  const settings::DataSettings given = settings({{"data.largest", 2}, {"data.ratio", 2.0}});
  EXPECT_EQ(given.validation, settings::Validation::test_head);
  const std::string too_few = testing::complaint(
      [&] {
        split_data(data, given, {1, SeedRole::subset});
      },
      ExitCode::usage);
  EXPECT_TRUE(testing::says(too_few, {"test-head", "class 0 of svhn has 1"}));
  const settings::DataSettings all =
      settings({{"data.largest", 2}, {"data.ratio", 2.0}, {"data.validation", "none"}});
  EXPECT_EQ(split_data(data, all, {1, SeedRole::subset}).counts, (ClassCounts{2, 1, 1, 1, 1, 1, 1, 1, 1, 1}));
  const std::string refused = testing::complaint(
      [&] {
        split_data(data, settings(), {1, SeedRole::subset});
      },
      ExitCode::usage);
  EXPECT_TRUE(testing::says(refused, {"data.largest = 1000", "svhn", "2"}));
}

TEST_F(SvhnTest, HasEnoughOfEachClassForTheUsualTails) {
  const ClassCounts published = {13861, 10585, 8497, 7458, 6882, 5727, 5595, 5045, 4659, 4948};  // digits 1 .. 9, 0
  ASSERT_EQ(total(published), 73'257);
  std::vector<std::int32_t> labels;
  for (std::size_t k = 0; k < published.size(); ++k)
    labels.insert(labels.end(), static_cast<std::size_t>(published[k]), static_cast<std::int32_t>(k));
  const DataSet data = testing::synthetic_set(10, testing::labelled(labels), testing::in_turn(10, 20), 1000);
  const auto counts = [&](const Json& changes) {
    return split_data(data, settings(changes), {1, SeedRole::subset}).counts;
  };
  EXPECT_EQ(counts({}), (ClassCounts{1000, 599, 359, 215, 129, 77, 46, 27, 16, 10}));
  EXPECT_EQ(counts({{"data.imbalance", "own"}}), published);
  EXPECT_EQ(counts({{"data.largest", 4659}, {"data.ratio", 1.0}}), ClassCounts(10, 4659));
  EXPECT_EQ(counts({{"data.largest", 13861}}).front(), 13'861);
  const std::string refused = testing::complaint(
      [&] {
        counts({{"data.largest", 4660}, {"data.ratio", 1.0}});
      },
      ExitCode::usage);
  EXPECT_TRUE(testing::says(refused, {"data.largest = 4660", "class 8", "4659"}));
}

TEST_F(SvhnTest, IsThePublishedOneIfTheScriptThatMadeItCheckedItsFiles) {
  const DataSet unknown = read(small_svhn());
  EXPECT_FALSE(unknown.published);
  EXPECT_TRUE(testing::says(unknown.notice, {"SVHN"}));
  const std::filesystem::path marker = root_ / svhn_folder / ".md5-checked";
  write_file(marker, sha256_file(file()) + "  svhn.npz\n");
  const DataSet checked = load_data_set(settings());
  EXPECT_TRUE(checked.published);
  EXPECT_EQ(checked.notice, "");
  EXPECT_EQ(checked.files_sha256, unknown.files_sha256);
  for (const std::string& other : {std::string(64, '0') + "  svhn.npz\n", sha256_file(file()) + "  test.npz\n"}) {
    write_file(marker, other);
    EXPECT_FALSE(load_data_set(settings()).published) << other;
  }
}

TEST_F(SvhnTest, OfAnotherFormIsRefusedWithTheWayToGetIt) {
  Arrays small = small_svhn();
  small["x_train.npy"] = pixels(20, "28, 28", 784);
  small["x_test.npy"] = pixels(10, "28, 28", 784);
  EXPECT_TRUE(testing::says(refusal(small), {"svhn.npz", "1 x 28 x 28", "datasets/fetch_svhn.sh"}));
  Arrays few = small_svhn();
  few["y_train.npy"] = labels(20, 9);
  few["y_test.npy"] = labels(10, 9);
  EXPECT_TRUE(testing::says(refusal(few), {"9 classes", "10"}));
  Arrays validated = small_svhn();
  validated["x_val.npy"] = pixels(10);
  validated["y_val.npy"] = labels(10);
  EXPECT_TRUE(testing::says(refusal(validated), {"validation", "delete '" + file().parent_path().string() + "'"}));
  Arrays features = small_svhn();
  features["x_train.npy"] = testing::make_npy<float>(
      "<f4", "(20, 1)", std::vector<float>{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10});
  features["x_test.npy"] = testing::make_npy<float>("<f4", "(10, 1)", std::vector<float>(10, 1));
  EXPECT_TRUE(testing::says(refusal(features), {"features"}));
}

TEST_F(SvhnTest, ThatIsAbsentOrDamagedIsRefused) {
  const std::string absent = testing::complaint([&] { load_data_set(settings()); }, ExitCode::bad_data);
  EXPECT_TRUE(testing::says(absent, {root_.path().string(), "svhn/svhn.npz", "datasets/fetch_svhn.sh --dest"}));
  testing::write_npz(file(), small_svhn());
  const std::string whole = read_file(file());
  for (const std::size_t length : {std::size_t{0}, std::size_t{100}, whole.size() / 2, whole.size() - 1}) {
    write_file(file(), whole.substr(0, length));
    EXPECT_NE(testing::complaint([&] { load_data_set(settings()); }, ExitCode::bad_data), "") << length;
  }
  EXPECT_TRUE(testing::says(refusal({{"x_train.npy", pixels(2)}}), {"svhn.npz", "y_train"}));
}

}  // namespace
}  // namespace m2m::data
