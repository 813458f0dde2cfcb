#include <fstream>
#include <limits>
#include <random>

#include "data/readers.hpp"
#include "support/made_arrays.hpp"
#include "support/said.hpp"
#include "support/synthetic_data.hpp"
#include "support/temporary_folder.hpp"

namespace m2m::data {
namespace {

using Bytes = std::vector<std::uint8_t>;
using Arrays = std::map<std::string, std::string>;

Bytes counting(std::size_t count) {
  Bytes values(count);
  for (std::size_t i = 0; i < count; ++i) values[i] = static_cast<std::uint8_t>(i * 7);
  return values;
}

/// Four training and two test images; `shape` without its first index, of `size` values.
Arrays of_pixels(const std::string& shape, std::size_t size) {
  return {{"x_train.npy", testing::make_npy("|u1", "(4, " + shape + ")", counting(4 * size))},
          {"y_train.npy", testing::make_npy<std::int64_t>("<i8", "(4,)", {0, 1, 1, 0})},
          {"x_test.npy", testing::make_npy("|u1", "(2, " + shape + ")", counting(2 * size))},
          {"y_test.npy", testing::make_npy<std::uint8_t>("|u1", "(2, 1)", {1, 0})}};
}

/// Arrays of two features a sample, from -2 to 6.
Arrays of_features() {
  return {{"x_train.npy", testing::make_npy<float>("<f4", "(3, 2)", {-2, 0, 2, 6, 4, 0})},
          {"y_train.npy", testing::make_npy<std::int32_t>("<i4", "(3,)", {0, 1, 1})},
          {"x_test.npy", testing::make_npy<float>("<f4", "(1, 2)", {8, -4})},
          {"y_test.npy", testing::make_npy<std::int32_t>("<i4", "(1,)", {0})}};
}

class NpzTest : public ::testing::Test {
 protected:
  DataSet read(const Arrays& arrays, zip_int32_t compression = ZIP_CM_DEFLATE) const {
    testing::write_npz(file(), arrays, compression);
    return read_npz(file());
  }
  std::string refusal(const Arrays& arrays) const {
    return testing::complaint([&] { read(arrays); }, ExitCode::bad_data);
  }
  std::filesystem::path file() const { return folder_ / "own.npz"; }
  testing::TemporaryFolder folder_;
};

TEST_F(NpzTest, PutsChannelPlanesFirst) {
  const DataSet data = read(of_pixels("2, 5, 3", 30));
  EXPECT_EQ(data.train.shape, (ImageShape{3, 2, 5}));
  EXPECT_EQ(data.classes, 2);
  EXPECT_EQ(data.train.labels, (std::vector<std::int32_t>{0, 1, 1, 0}));
  EXPECT_EQ(data.test.labels, (std::vector<std::int32_t>{1, 0}));
  const Bytes values = counting(120);
  for (std::size_t image = 0; image < 4; ++image)
    for (std::size_t at = 0; at < 10; ++at)
      for (std::size_t c = 0; c < 3; ++c)
        ASSERT_EQ(data.train.pixels[image * 30 + c * 10 + at], values[image * 30 + at * 3 + c]);
}

TEST_F(NpzTest, LeavesPlanesAndGreyImagesAsTheyAre) {
  const DataSet planes = read(of_pixels("3, 2, 5", 30));
  EXPECT_EQ(planes.train.shape, (ImageShape{3, 2, 5}));
  EXPECT_EQ(planes.train.pixels, SharedArray(counting(120)));
  const DataSet grey = read(of_pixels("8, 9", 72));
  EXPECT_EQ(grey.train.shape, (ImageShape{1, 8, 9}));
  EXPECT_EQ(grey.train.pixels, SharedArray(counting(288)));
  EXPECT_EQ(grey.augmentation.pad, 1);
  EXPECT_FALSE(grey.augmentation.flip);
}

TEST_F(NpzTest, TakesChannelsToBeLastWhereBothCouldBe) {
  EXPECT_EQ(read(of_pixels("3, 2, 1", 6)).train.shape, (ImageShape{1, 3, 2}));
  EXPECT_EQ(read(of_pixels("1, 2, 4", 8)).train.shape, (ImageShape{1, 2, 4}));
}

TEST_F(NpzTest, ScalesFeaturesByTheTrainingRange) {
  const DataSet data = read(of_features());
  ASSERT_TRUE(data.has_features());
  EXPECT_EQ(data.train.shape, (ImageShape{1, 1, 2}));
  EXPECT_EQ(data.train.features, SharedArray(std::vector<float>{0, .25F, .5F, 1, .75F, .25F}));
  EXPECT_EQ(data.test.features, SharedArray(std::vector<float>{1.25F, -.25F}));
  EXPECT_EQ(data.augmentation.pad, 0);
}

TEST_F(NpzTest, ReadsFloat64OfAnyRange) {
  Arrays arrays = of_features();
  const double most = std::numeric_limits<double>::max();
  arrays["x_train.npy"] = testing::make_npy<double>("<f8", "(3, 2)", {-most, 0, most, 0, 0, 0});
  arrays["x_test.npy"] = testing::make_npy<double>("<f8", "(1, 2)", {0, most});
  EXPECT_EQ(read(arrays).train.features, SharedArray(std::vector<float>{0, .5F, 1, .5F, .5F, .5F}));
}

TEST_F(NpzTest, ReadsAValidationSetWhereThereIsOne) {
  Arrays arrays = of_pixels("8, 8", 64);
  EXPECT_EQ(read(arrays).validation.count(), 0);
  arrays["x_val.npy"] = testing::make_npy("|u1", "(1, 8, 8)", counting(64));
  EXPECT_NE(refusal(arrays).find("y_val is missing"), std::string::npos);
  arrays["y_val.npy"] = testing::make_npy<std::int16_t>("<i2", "(1,)", {1});
  EXPECT_EQ(read(arrays).validation.labels, std::vector<std::int32_t>{1});
}

TEST_F(NpzTest, HasTheHashOfItsArraysHoweverTheyArePacked) {
  const Arrays arrays = of_pixels("8, 8", 64);
  const DataSet packed = read(arrays), stored = read(arrays, ZIP_CM_STORE);
  EXPECT_EQ(packed.files_sha256, stored.files_sha256);
  EXPECT_NE(packed.files_sha256, read(of_pixels("4, 16", 64)).files_sha256);
}

TEST_F(NpzTest, NamesTheArrayThatIsMissing) {
  for (const char* name : {"x_train", "y_train", "x_test", "y_test"}) {
    Arrays arrays = of_features();
    arrays.erase(name + std::string(".npy"));
    EXPECT_TRUE(testing::says(refusal(arrays), {"own.npz", fmt::format("{} is missing", name)}));
  }
}

TEST_F(NpzTest, NamesWhatAnArchiveHoldsInstead) {
  Arrays arrays = of_features();
  arrays["X_train.npy"] = arrays.at("x_train.npy");
  arrays.erase("x_train.npy");
  EXPECT_TRUE(testing::says(refusal(arrays), {"x_train is missing", "X_train, x_test, y_test, y_train"}));
  EXPECT_TRUE(testing::says(refusal({{"arr_0.npy", arrays.at("x_test.npy")}}), {"x_train is missing", "arr_0"}));
  for (int i = 0; i < 40; ++i) arrays[fmt::format("array_{}.npy", i)] = arrays.at("x_test.npy");
  EXPECT_LT(refusal(arrays).size(), 500U);
}

TEST_F(NpzTest, SaysWhatMakesLabelsBeginAtZeroWithoutGaps) {
  const auto labels = [](const std::vector<std::int32_t>& values) {
    return testing::make_npy<std::int32_t>("<i4", fmt::format("({},)", values.size()), values);
  };
  Arrays arrays = of_features();
  arrays["y_train.npy"] = labels({1, 3, 2});
  arrays["y_test.npy"] = labels({2});
  EXPECT_TRUE(testing::says(refusal(arrays), {"1 to 3", "subtract 1"}));
  arrays["y_train.npy"] = labels({0, 2, 1});
  arrays["y_test.npy"] = labels({1});
  EXPECT_EQ(read(arrays).classes, 3);
  arrays["y_train.npy"] = labels({0, 5, 3});
  arrays["y_test.npy"] = labels({3});
  EXPECT_TRUE(testing::says(refusal(arrays), {"label 1", "5", "3 classes", "0 to 2"}));
  arrays["y_train.npy"] = labels({0, 2, 1});
  arrays["y_test.npy"] = labels({1});
  EXPECT_EQ(read(arrays).classes, 3);
  arrays["y_test.npy"] = labels({3});
  EXPECT_TRUE(testing::says(refusal(arrays), {"class 3", "validation", "training"}));
}

TEST_F(NpzTest, NamesTheConversionOfArraysOfOtherTypes) {
  Arrays arrays = of_features();
  arrays["y_train.npy"] = testing::make_npy<std::int32_t>("<i4", "(3, 2)", {0, 1, 1, 0, 1, 0});
  EXPECT_NE(refusal(arrays).find("argmax"), std::string::npos);
  arrays["y_train.npy"] = testing::make_npy<float>("<f4", "(3,)", {0, 1, 1});
  EXPECT_NE(refusal(arrays).find("astype('int64')"), std::string::npos);
  arrays["y_train.npy"] = testing::make_npy<std::uint8_t>("|b1", "(3,)", {0, 1, 1});
  EXPECT_NE(refusal(arrays).find("astype('uint8')"), std::string::npos);
  arrays["y_train.npy"] = testing::make_npy<std::uint32_t>("<U1", "(3,)", {'a', 'b', 'b'});
  EXPECT_TRUE(testing::says(refusal(arrays), {"y_train", "<U1"}));
  arrays = of_features();
  arrays["x_train.npy"] = testing::make_npy<float>("<f4", "(3, 1, 2)", {-2, 0, 2, 6, 4, 0});
  EXPECT_NE(refusal(arrays).find("astype('uint8')"), std::string::npos);
  arrays["x_train.npy"] = testing::make_npy<std::uint16_t>("<f2", "(3, 2)", {0, 0, 0, 1, 1, 1});
  EXPECT_NE(refusal(arrays).find("astype('<f4')"), std::string::npos);
}

TEST_F(NpzTest, NamesTheArrayWithoutSamples) {
  Arrays arrays = of_features();
  arrays["x_test.npy"] = testing::make_npy<float>("<f4", "(0, 2)", {});
  arrays["y_test.npy"] = testing::make_npy<std::int32_t>("<i4", "(0,)", {});
  EXPECT_TRUE(testing::says(refusal(arrays), {"x_test", "f4 (0, 2)", "at least one"}));
}

TEST_F(NpzTest, NamesTheArrayOfAnotherShapeOrTypeAndWhatWasExpected) {
  const auto with = [](Arrays arrays, const char* name, const std::string& array) {
    arrays[name] = array;
    return arrays;
  };
  const std::string spread = testing::make_npy("|u1", "(2, 2, 2, 2, 2)", counting(32));
  EXPECT_NE(refusal(with(of_pixels("8, 8", 64), "x_train.npy", spread)).find("(2, 2, 2, 2, 2); expected"),
            std::string::npos);
  EXPECT_TRUE(testing::says(refusal(of_pixels("4, 4, 4", 64)), {"own.npz", "x_train", "u1 (4, 4, 4, 4)", "uint8"}));
  const std::string other = testing::make_npy("|u1", "(2, 8, 4)", counting(64));
  EXPECT_TRUE(testing::says(refusal(with(of_pixels("8, 8", 64), "x_test.npy", other)),
                            {"x_test", "u1 (2, 8, 4)", "x_train, u1 (4, 8, 8)"}));
  const std::string whole = testing::make_npy<std::int32_t>("<i4", "(1, 2)", {1, 2});
  EXPECT_TRUE(testing::says(refusal(with(of_features(), "x_train.npy", whole)), {"x_train", "i4 (1, 2)", "uint8"}));
  const std::string few = testing::make_npy<std::int32_t>("<i4", "(2,)", {0, 1});
  EXPECT_TRUE(testing::says(refusal(with(of_features(), "y_train.npy", few)), {"y_train", "i4 (2,)", "(3,)"}));
  const std::string real = testing::make_npy<float>("<f4", "(3,)", {0, 1, 1});
  EXPECT_TRUE(
      testing::says(refusal(with(of_features(), "y_train.npy", real)), {"y_train", "f4 (3,)", "astype('int64')"}));
}

TEST_F(NpzTest, RefusesLabelsAndFeaturesThatAreNone) {
  Arrays arrays = of_features();
  arrays["y_train.npy"] = testing::make_npy<std::int32_t>("<i4", "(3,)", {0, -1, 1});
  EXPECT_TRUE(testing::says(refusal(arrays), {"y_train", "label -1", "sample 1", "0 to K-1"}));
  arrays["y_train.npy"] = testing::make_npy<std::uint64_t>("<u8", "(3,)", {0, 1ULL << 63, 1});
  EXPECT_TRUE(testing::says(refusal(arrays), {"y_train", "label 9223372036854775808", "sample 1"}));
  arrays = of_features();
  arrays["x_test.npy"] = testing::make_npy<float>("<f4", "(1, 2)", {0, std::numeric_limits<float>::quiet_NaN()});
  EXPECT_TRUE(testing::says(refusal(arrays), {"x_test", "value 1", "sample 0", "finite"}));
  arrays["x_test.npy"] = testing::make_npy<float>("<f4", "(1, 2)", {0, 3e38F});
  arrays["x_train.npy"] = testing::make_npy<float>("<f4", "(3, 2)", {0, 0, 0, 0, 0, 1e-3F});
  EXPECT_TRUE(testing::says(refusal(arrays), {"x_test", "outside"}));
  arrays["x_train.npy"] = testing::make_npy<float>("<f4", "(3, 2)", {5, 5, 5, 5, 5, 5});
  EXPECT_TRUE(testing::says(refusal(arrays), {"x_train", "equal"}));
}

TEST_F(NpzTest, NeedsTwoClassesAndATrainingSampleOfEach) {
  Arrays arrays = of_features();
  arrays["y_train.npy"] = testing::make_npy<std::int32_t>("<i4", "(3,)", {0, 0, 0});
  EXPECT_TRUE(testing::says(refusal(arrays), {"own.npz", "one class", "2"}));
  arrays["y_test.npy"] = testing::make_npy<std::int32_t>("<i4", "(1,)", {2});
  EXPECT_NE(refusal(arrays), "");
  arrays["y_test.npy"] = testing::make_npy<std::int32_t>("<i4", "(1,)", {1});
  EXPECT_TRUE(testing::says(refusal(arrays), {"class 1", "validation", "training"}));
}

TEST_F(NpzTest, RefusesWhatIsNoArchive) {
  write_file(file(), "text");
  EXPECT_TRUE(testing::says(testing::complaint([&] { read_npz(file()); }, ExitCode::bad_data),
                            {"own.npz", "archive", "numpy.savez"}));
  for (const auto& [path, fault] :
       {std::pair{folder_ / "none.npz", "does not exist"}, {folder_.path(), "not a file"}}) {
    const std::string sentence = testing::complaint([&file = path] { read_npz(file); }, ExitCode::bad_data);
    EXPECT_NE(sentence.find(fault), std::string::npos) << sentence;
    EXPECT_NE(sentence.find("data.path"), std::string::npos) << sentence;
  }
  write_file(file(), of_features().at("x_train.npy"));
  EXPECT_NE(testing::complaint([&] { read_npz(file()); }, ExitCode::bad_data).find("numpy.savez"),
            std::string::npos);
  EXPECT_NE(testing::complaint(
                [&] {
                  load_data_set(testing::data_settings({{"data.set", "npz"}}));
                },
                ExitCode::usage),
            "");
}

TEST_F(NpzTest, DamagedAtRandomIsReadOrRefused) {
  std::mt19937 random(11);
  for (const zip_int32_t compression : {ZIP_CM_DEFLATE, ZIP_CM_STORE}) {
    testing::write_npz(file(), of_pixels("8, 8", 64), compression);
    const std::string whole = read_file(file());
    for (int round = 0; round < 1500; ++round) {
      std::string damaged = whole.substr(0, random() % 8 == 0 ? random() % whole.size() : whole.size());
      for (unsigned flips = 1 + random() % 3; flips > 0 && !damaged.empty(); --flips)
        damaged[random() % damaged.size()] = static_cast<char>(random());
      std::ofstream(file(), std::ios::binary) << damaged;
      testing::complaint([&] { read_npz(file()); }, ExitCode::bad_data);
    }
  }
}

}  // namespace
}  // namespace m2m::data
