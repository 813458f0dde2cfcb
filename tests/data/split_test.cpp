#include <algorithm>
#include <set>

#include "core/hash.hpp"
#include "support/said.hpp"
#include "support/synthetic_data.hpp"

namespace m2m::data {
namespace {

using testing::data_settings;
using testing::in_turn;
using testing::labelled;
using testing::synthetic_set;
using Rows = std::vector<std::int32_t>;

constexpr Key seed{7, SeedRole::subset};

/// 3 classes, 20 training and 20 test images of each, in turn.
DataSet three_classes() { return synthetic_set(3, in_turn(3, 20), in_turn(3, 20), 8); }

ClassCounts counted(const Samples& images, const Rows& rows, int classes) {
  ClassCounts counts(static_cast<std::size_t>(classes), 0);
  for (const std::int32_t row : rows) ++counts[images.labels[row]];
  return counts;
}

std::string splitting_fails(const DataSet& data, const settings::DataSettings& config) {
  return testing::complaint([&] { split_data(data, config, seed); }, ExitCode::usage);
}

TEST(Split, TrainsOnTheFirstImagesOfEachClassInFileOrder) {
  const DataSet data = synthetic_set(2, labelled({1, 0, 0, 1, 1, 0, 0, 1, 0}), in_turn(2, 10), 4);
  const Split split = split_data(data, data_settings({{"data.ratio", 2}}), seed);
  EXPECT_EQ(split.train.rows, (Rows{0, 1, 2, 3, 5, 6}));
  EXPECT_EQ(split.counts, (ClassCounts{4, 2}));
  EXPECT_EQ(split.train.pool, Pool::train);
}

TEST(Split, HashesRowsAsLittleEndianNumbers) {
  const DataSet data = synthetic_set(2, in_turn(2, 200), in_turn(2, 10), 1);
  const Split split = split_data(data, data_settings({{"data.ratio", 1}}), seed);
  EXPECT_EQ(split.train.rows, (Rows{0, 1}));
  EXPECT_EQ(split.train_sha256, sha256_hex(std::string_view("\0\0\0\0\1\0\0\0", 8)));
}

TEST(Split, CutsAsTheImbalanceSays) {
  const DataSet data = three_classes();
  EXPECT_EQ(split_data(data, data_settings({{"data.ratio", 4.0}}), seed).counts, (ClassCounts{8, 4, 2}));
  EXPECT_EQ(split_data(data, data_settings({{"data.ratio", 4.0}, {"data.imbalance", "step"}}), seed).counts,
            (ClassCounts{8, 2, 2}));
  EXPECT_EQ(split_data(data, data_settings({{"data.ratio", 4.0}, {"data.imbalance", "none"}}), seed).counts,
            (ClassCounts{8, 8, 8}));
  EXPECT_EQ(split_data(data, data_settings({{"data.ratio", 4.0}, {"data.largest", 16}}), seed).counts,
            (ClassCounts{16, 8, 4}));
}

TEST(Split, ValidatesOnTheHeadOfTheTestSet) {
  const Split split = split_data(three_classes(), data_settings({{"data.ratio", 4.0}}), seed);
  EXPECT_EQ(split.validation.pool, Pool::test);
  EXPECT_EQ(split.validation.rows, (Rows{0, 1, 2, 3, 4, 5}));
  EXPECT_EQ(split.test.rows.size(), 54U);
  EXPECT_EQ(split.test.rows.front(), 6);
}

TEST(Split, HoldsOutATenthOfTrainingAtLeastOne) {
  const DataSet data = synthetic_set(3, in_turn(3, 60), in_turn(3, 10), 40);
  const settings::DataSettings config = data_settings({{"data.ratio", 20.0}, {"data.validation", "train-holdout"}});
  const Split split = split_data(data, config, seed);
  EXPECT_EQ(split.validation.pool, Pool::train);
  EXPECT_EQ(counted(data.train, split.validation.rows, 3), (ClassCounts{4, 1, 1}));
  EXPECT_EQ(split.counts, (ClassCounts{36, 7, 1}));
  EXPECT_EQ(split.test.rows.size(), 30U);
  EXPECT_NE(split.validation.rows, split_data(data, config, {8, SeedRole::subset}).validation.rows);
}

TEST(Split, CanDoWithoutValidation) {
  const Split split =
      split_data(three_classes(), data_settings({{"data.ratio", 4.0}, {"data.validation", "none"}}), seed);
  EXPECT_TRUE(split.validation.rows.empty());
  EXPECT_EQ(split.test.rows.size(), 60U);
  EXPECT_EQ(split.counts, (ClassCounts{8, 4, 2}));
}

TEST(Split, DrawsARandomSubsetFromTheSeed) {
  const DataSet data = three_classes();
  const settings::DataSettings random = data_settings({{"data.ratio", 4.0}, {"data.subset", "random"}});
  const Split first = split_data(data, random, {1, SeedRole::subset});
  const Split again = split_data(data, random, {1, SeedRole::subset});
  const Split other = split_data(data, random, {2, SeedRole::subset});
  EXPECT_EQ(first.train.rows, again.train.rows);
  EXPECT_NE(first.train.rows, other.train.rows);
  EXPECT_NE(first.train_sha256, other.train_sha256);
  EXPECT_EQ(first.counts, (ClassCounts{8, 4, 2}));
  EXPECT_EQ(first.test.rows, other.test.rows);
}

TEST(Split, IgnoresTheSeedWhereNothingIsDrawn) {
  const DataSet data = three_classes();
  const settings::DataSettings config = data_settings({{"data.ratio", 4.0}});
  EXPECT_EQ(split_data(data, config, {1, SeedRole::subset}).train_sha256,
            split_data(data, config, {2, SeedRole::subset}).train_sha256);
}

TEST(Split, TestsOnWhatTrainingLeavesWhereThereIsNoTestSet) {
  const DataSet data = synthetic_set(2, in_turn(2, 7), Samples{{1, 1, 1}, {}, {}}, 2);
  const Split split = split_data(data, data_settings({{"data.ratio", 1}}), seed);
  EXPECT_EQ(split.train.rows, (Rows{0, 1, 2, 3}));
  EXPECT_EQ(split.validation.rows, (Rows{4, 5, 8, 9, 12, 13}));
  EXPECT_EQ(split.test.rows, (Rows{6, 7, 10, 11}));
  EXPECT_EQ(split.validation.pool, Pool::train);
  EXPECT_EQ(split.test.pool, Pool::train);

  const Split whole = split_data(data, data_settings({{"data.ratio", 1}, {"data.validation", "none"}}), seed);
  EXPECT_EQ(whole.test.rows, (Rows{4, 5, 6, 7, 8, 9, 10, 11, 12, 13}));
}

TEST(Split, PartsAreDisjointInFileOrderAndCounted) {
  const DataSet with_test = synthetic_set(4, in_turn(4, 50), in_turn(4, 30), 40);
  const DataSet without = synthetic_set(4, in_turn(4, 50), Samples{{1, 1, 1}, {}, {}}, 40);
  for (const DataSet* data : {&with_test, &without}) {
    for (const char* imbalance : {"longtail", "step", "none"}) {
      for (const char* subset : {"head", "random"}) {
        for (const char* validation : {"test-head", "train-holdout", "none"}) {
          const Split split = split_data(*data,
                                         data_settings({{"data.ratio", 8.0},
                                                        {"data.imbalance", imbalance},
                                                        {"data.subset", subset},
                                                        {"data.validation", validation}}),
                                         seed);
          std::set<std::pair<Pool, std::int32_t>> used;
          std::size_t rows = 0;
          for (const PoolRows* part : {&split.train, &split.validation, &split.test}) {
            EXPECT_TRUE(std::is_sorted(part->rows.begin(), part->rows.end()));
            for (const std::int32_t row : part->rows) used.insert({part->pool, row});
            rows += part->rows.size();
          }
          EXPECT_EQ(used.size(), rows) << imbalance << subset << validation;
          EXPECT_EQ(counted(data->train, split.train.rows, 4), split.counts);
        }
      }
    }
  }
}

TEST(Split, RefusesWhatTheDataCannotGive) {
  const DataSet data = three_classes();
  EXPECT_TRUE(testing::says(splitting_fails(data, data_settings({{"data.largest", 21}})),
                            {"data.largest = 21", "class 0", "made-up has 20"}));
  EXPECT_TRUE(testing::says(splitting_fails(data, data_settings({{"data.ratio", 100.0}})),
                            {"data.ratio = 100", "class 1", "made-up"}));
  EXPECT_NE(splitting_fails(data, data_settings({{"data.ratio", 8.0}, {"data.validation", "train-holdout"}})), "");
  const DataSet without = synthetic_set(2, in_turn(2, 7), Samples{{1, 1, 1}, {}, {}}, 2);
  EXPECT_NE(splitting_fails(without, data_settings({{"data.ratio", 1.0}, {"data.largest", 7}})), "");
  EXPECT_NE(splitting_fails(without, data_settings({{"data.ratio", 1.0}, {"data.largest", 6}})), "");
}

/// Classes of 11, 5, 2 and 7 samples, unordered, all of which are training samples.
DataSet of_its_own_imbalance() {
  return synthetic_set(4, labelled({0, 3, 1, 0, 0, 2, 3, 0, 1, 3, 0, 0, 1, 3, 0, 2, 0, 1, 3, 0, 3, 0, 1, 3, 0}),
                       in_turn(4, 3), 0);
}

settings::DataSettings folded(int fold, int folds = 5) {
  return data_settings(
      {{"data.imbalance", "own"}, {"data.validation", "fold"}, {"data.fold", fold}, {"data.folds", folds}});
}

TEST(Split, KeepsTheDataSetsOwnImbalance) {
  const Split split = split_data(of_its_own_imbalance(),
                                 data_settings({{"data.imbalance", "own"}, {"data.validation", "none"}}), seed);
  EXPECT_EQ(split.counts, (ClassCounts{11, 5, 2, 7}));
  EXPECT_EQ(split.train.rows.size(), 25U);
  EXPECT_EQ(split.test.rows.size(), 12U);
}

TEST(Split, OfItsOwnImbalanceNeedsASampleOfEachClassToTrainButNotToTest) {
  const settings::DataSettings config = data_settings({{"data.imbalance", "own"}, {"data.validation", "none"}});
  const DataSet untrained = synthetic_set(3, labelled({0, 0, 2}), in_turn(3, 2), 0);
  EXPECT_TRUE(testing::says(testing::complaint([&] { split_data(untrained, config, seed); }, ExitCode::bad_data),
                            {"made-up", "class 1", "no training sample"}));
  const DataSet untested = synthetic_set(3, in_turn(3, 2), labelled({0, 2}), 0);
  EXPECT_EQ(split_data(untested, config, seed).test.rows, (Rows{0, 1}));
}

TEST(Split, CutsWhatIsImbalancedAsItComesOnlyToAGivenSize) {
  EXPECT_TRUE(
      splitting_fails(of_its_own_imbalance(), data_settings()).starts_with("data.imbalance = 'longtail': made-up"));
  const settings::DataSettings said =
      data_settings({{"data.imbalance", "none"}, {"data.largest", 2}, {"data.validation", "none"}});
  EXPECT_EQ(split_data(of_its_own_imbalance(), said, seed).counts, (ClassCounts{2, 2, 2, 2}));
}

TEST(Split, ValidatesOnTheDataSetsOwnSet) {
  DataSet data = three_classes();
  data.validation = labelled({2, 0, 0});
  const Split split = split_data(data, data_settings({{"data.ratio", 4.0}, {"data.validation", "own"}}), seed);
  EXPECT_EQ(split.validation.pool, Pool::validation);
  EXPECT_EQ(split.validation.rows, (Rows{0, 1, 2}));
  EXPECT_EQ(split.counts, (ClassCounts{8, 4, 2}));
  EXPECT_EQ(split.test.rows.size(), 60U);
  EXPECT_EQ(samples_in(data, split.validation.pool).labels, data.validation.labels);
}

TEST(Split, RefusesAValidationSetThatTheDataDoNotBring) {
  EXPECT_TRUE(testing::says(
      splitting_fails(three_classes(), data_settings({{"data.ratio", 4.0}, {"data.validation", "own"}})),
      {"data.validation = 'own'", "made-up"}));
}

TEST(Folds, AreDisjointAndCoverTheTrainingSamples) {
  const DataSet data = of_its_own_imbalance();
  for (const int folds : {2, 3, 5, 10}) {
    std::vector<int> held(25, 0);
    for (int fold = 0; fold < folds; ++fold) {
      const Split split = split_data(data, folded(fold, folds), seed);
      EXPECT_EQ(split.validation.pool, Pool::train);
      EXPECT_TRUE(std::is_sorted(split.validation.rows.begin(), split.validation.rows.end()));
      EXPECT_TRUE(std::is_sorted(split.train.rows.begin(), split.train.rows.end()));
      EXPECT_EQ(split.train.rows.size() + split.validation.rows.size(), 25U);
      std::set<std::int32_t> both(split.train.rows.begin(), split.train.rows.end());
      both.insert(split.validation.rows.begin(), split.validation.rows.end());
      EXPECT_EQ(both.size(), 25U);
      EXPECT_EQ(split.test.rows.size(), 12U);
      for (const std::int32_t row : split.validation.rows) ++held[row];
    }
    EXPECT_EQ(held, std::vector<int>(25, 1)) << folds;
  }
}

TEST(Folds, LeaveEveryClassASampleToTrain) {
  for (int fold = 0; fold < 5; ++fold) {
    for (std::uint32_t drawn = 0; drawn < 20; ++drawn) {
      const Split split = split_data(of_its_own_imbalance(), folded(fold), {drawn, SeedRole::subset});
      EXPECT_GE(*std::min_element(split.counts.begin(), split.counts.end()), 1);
      EXPECT_EQ(counted(of_its_own_imbalance().train, split.train.rows, 4), split.counts);
    }
  }
}

TEST(Folds, OfAClassOfFourLieInFourOfFive) {
  const DataSet data = synthetic_set(2, labelled({0, 0, 1, 0, 1, 0, 1, 0, 0, 1, 0, 0, 0, 0}), in_turn(2, 1), 0);
  ClassCounts of_smallest, of_largest;
  for (int fold = 0; fold < 5; ++fold) {
    const ClassCounts held = counted(data.train, split_data(data, folded(fold), seed).validation.rows, 2);
    of_largest.push_back(held[0]);
    of_smallest.push_back(held[1]);
  }
  std::sort(of_smallest.begin(), of_smallest.end());
  EXPECT_EQ(of_smallest, (ClassCounts{0, 1, 1, 1, 1}));
  EXPECT_EQ(of_largest, (ClassCounts{2, 2, 2, 2, 2}));
}

TEST(Folds, AreDrawnFromTheSeedAndTheSameEverywhere) {
  const DataSet data = of_its_own_imbalance();
  const auto rows = [&](std::uint32_t drawn) {
    return split_data(data, folded(1), {drawn, SeedRole::subset}).validation.rows;
  };
  EXPECT_EQ(rows(1), rows(1));
  EXPECT_NE(rows(1), rows(2));
}

TEST(Folds, AreTakenFromWhatTheImbalanceLeaves) {
  const settings::DataSettings config =
      data_settings({{"data.ratio", 4.0}, {"data.validation", "fold"}, {"data.folds", 2}});
  const Split split = split_data(three_classes(), config, seed);
  EXPECT_EQ(split.counts, (ClassCounts{4, 2, 1}));
  EXPECT_EQ(split.validation.rows.size(), 7U);
}

TEST(Folds, ThatCannotBeAreRefused) {
  EXPECT_TRUE(splitting_fails(of_its_own_imbalance(), folded(5)).starts_with("data.fold = 5"));
  const DataSet lonely = synthetic_set(2, labelled({0, 0, 0, 1}), in_turn(2, 1), 0);
  std::string refused;
  for (int fold = 0; fold < 5; ++fold) refused += splitting_fails(lonely, folded(fold));
  EXPECT_TRUE(testing::says(refused, {"only", "class 1"}));
}

TEST(FeatureStatistics, AreOneNumberForAllFeatures) {
  DataSet data;
  data.train.shape = {1, 1, 2};
  data.train.labels = {0, 0, 0};
  data.train.features = std::vector<float>{0, 1, 1, 1, 9, 9};
  const auto [mean, deviation] = sample_statistics(data, {Pool::train, {0, 1}});
  EXPECT_EQ(mean, std::vector<double>{.75});
  ASSERT_EQ(deviation.size(), 1U);
  EXPECT_DOUBLE_EQ(deviation[0], std::sqrt(3.0) / 4);
}

TEST(PixelStatistics, AreTakenPerChannelOfScaledPixels) {
  DataSet data;
  data.max_pixel = 16;
  data.train = {{2, 1, 2}, std::vector<std::uint8_t>{0, 16, 8, 8, 16, 16, 4, 12, 99, 99, 99, 99}, {0, 0, 0}};
  const auto [mean, deviation] = sample_statistics(data, {Pool::train, {0, 1}});
  EXPECT_DOUBLE_EQ(mean[0], .75);
  EXPECT_DOUBLE_EQ(mean[1], .5);
  EXPECT_DOUBLE_EQ(deviation[0], std::sqrt(3.0) / 4);
  EXPECT_DOUBLE_EQ(deviation[1], std::sqrt(8.0) / 16);
}

TEST(DescribeData, KeepsWhatTheRecordNeeds) {
  DataSet data = three_classes();
  data.files_sha256 = "f00d";
  data.published = false;
  data.notice = "made up";
  const Split split = split_data(data, data_settings({{"data.ratio", 4.0}}), seed);
  EXPECT_FALSE(describe_data(data, split).contains("class_names"));
  data.class_names = {"cat", "dog", "hen"};
  const Json record = describe_data(data, split);
  EXPECT_EQ(record.at("class_names"), Json({"cat", "dog", "hen"}));
  EXPECT_EQ(record.at("set"), "made-up");
  EXPECT_EQ(record.at("counts"), Json({8, 4, 2}));
  EXPECT_EQ(record.at("files_sha256"), "f00d");
  EXPECT_EQ(record.at("published"), false);
  EXPECT_EQ(record.at("notice"), "made up");
  EXPECT_EQ(record.at("train").at("images"), 14);
  EXPECT_EQ(record.at("train").at("rows_sha256"), split.train_sha256);
  EXPECT_EQ(record.at("validation").at("pool"), "test");
}

}  // namespace
}  // namespace m2m::data
