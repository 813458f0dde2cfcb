// Errors of splitting data, and their advice: each advised setting is accepted.
#include "support/advice.hpp"

#include "settings/setting.hpp"
#include "settings/table.hpp"
#include "support/said.hpp"
#include "support/synthetic_data.hpp"

namespace m2m::data {

using testing::Advice;

namespace {

using testing::data_settings;
using testing::in_turn;
using testing::labelled;
using testing::synthetic_set;

constexpr Key seed{7, SeedRole::subset};

std::string refusal(const DataSet& data, const settings::DataSettings& config) {
  return testing::complaint([&] { split_data(data, config, seed); }, ExitCode::usage);
}

/// The settings with the advised ones changed, as on a command line.
Json changed(Json given, const Advice& advice) {
  const auto fields = settings::all_settings();
  for (const auto& [name, value] : advice)
    given[name] = settings::parse_value(*settings::find_setting(fields, name), value);
  return given;
}

/// Expects an error whose advised alternatives are all accepted. Returns the alternatives.
std::vector<Advice> expect_advice_works(const DataSet& data, const Json& given) {
  const std::string sentence = refusal(data, data_settings(given));
  EXPECT_NE(sentence, "") << given;
  std::vector<Advice> alternatives = testing::advised(sentence);
  EXPECT_FALSE(alternatives.empty()) << sentence;
  for (const Advice& advice : alternatives) {
    const Json followed = changed(given, advice);
    EXPECT_EQ(refusal(data, data_settings(followed)), "") << sentence << "\n" << followed;
  }
  return alternatives;
}

/// Classes of 4, 1 and 3 samples, all of which train unless settings say otherwise; 3 test samples of each.
DataSet with_a_single_sample() { return synthetic_set(3, labelled({0, 2, 0, 1, 0, 2, 0, 2}), in_turn(3, 3), 1); }

/// Like digits: the samples that training leaves are the test set.
DataSet without_test(int classes, int per_class, std::int64_t largest) {
  return synthetic_set(classes, in_turn(classes, per_class), Samples{{1, 1, 1}, {}, {}}, largest);
}

TEST(Advice, FitsAClassOfOneSampleThatShouldValidateAsWell) {
  for (const char* name : {"npz", "images", "reuters36"}) {
    DataSet data = with_a_single_sample();
    data.name = name;
    expect_advice_works(data, {{"data.imbalance", "own"}, {"data.validation", "train-holdout"}});
    for (int fold = 0; fold < 3; ++fold) {
      const Json given = {
          {"data.imbalance", "own"}, {"data.validation", "fold"}, {"data.folds", 3}, {"data.fold", fold}};
      if (refusal(data, data_settings(given)) != "") expect_advice_works(data, given);
    }
    data.validation = in_turn(3, 1);
    const auto offered =
        expect_advice_works(data, {{"data.imbalance", "own"}, {"data.validation", "train-holdout"}});
    EXPECT_EQ(offered.front().at("data.validation"), "none");
  }
}

TEST(Advice, NamesTheValidationArraysOfTheUsersOwnArrays) {
  DataSet data = with_a_single_sample();
  data.name = "npz";
  const Json given = {{"data.imbalance", "own"}, {"data.validation", "train-holdout"}};
  EXPECT_NE(refusal(data, data_settings(given)).find("x_val"), std::string::npos);
  EXPECT_EQ(refusal(data, data_settings(given)).find("data.ratio"), std::string::npos);  // does not act here
  data.validation = labelled({0, 2});
  EXPECT_EQ(refusal(data, data_settings({{"data.imbalance", "own"}, {"data.validation", "own"}})), "");
}

TEST(Advice, GivesValuesForAHoldoutOfATailThatIsTooThin) {
  const DataSet data = synthetic_set(3, in_turn(3, 20), in_turn(3, 20), 8);
  const auto offered = expect_advice_works(data, {{"data.ratio", 8.0}, {"data.validation", "train-holdout"}});
  EXPECT_EQ(offered.size(), 2U);
  expect_advice_works(data,
                      {{"data.imbalance", "step"}, {"data.ratio", 8.0}, {"data.validation", "train-holdout"}});
  expect_advice_works(data,
                      {{"data.imbalance", "none"}, {"data.largest", 1}, {"data.validation", "train-holdout"}});
}

TEST(Advice, GivesTheSizesThatTheDataAllow) {
  const DataSet data = synthetic_set(3, in_turn(3, 20), in_turn(3, 20), 8);
  for (const double ratio : {1.0, 2.5, 9.0, 20.0, 1000.0}) {
    for (const std::int64_t largest : {0, 1, 5, 21, 1'000'000'000}) {
      for (const char* imbalance : {"longtail", "step", "none"}) {
        const Json given = {{"data.ratio", ratio}, {"data.largest", largest}, {"data.imbalance", imbalance}};
        if (refusal(data, data_settings(given)) != "") expect_advice_works(data, given);
      }
    }
  }
  EXPECT_EQ(expect_advice_works(data, {{"data.ratio", 1.0}, {"data.largest", 21}}),
            (std::vector<Advice>{{{"data.largest", "20"}}}));
  EXPECT_EQ(expect_advice_works(data, {{"data.ratio", 100.0}}), (std::vector<Advice>{{{"data.ratio", "8"}}}));
}

TEST(Advice, FitsClassesOfAnyOrderOfSizes) {
  // 11, 5, 2 and 7 samples, and no size of its own
  const DataSet data = synthetic_set(
      4, labelled({0, 3, 1, 0, 0, 2, 3, 0, 1, 3, 0, 0, 1, 3, 0, 2, 0, 1, 3, 0, 3, 0, 1, 3, 0}), in_turn(4, 30), 0);
  for (const char* imbalance : {"longtail", "step", "none"}) {
    for (const std::int64_t largest : {0, 3, 100}) {
      for (const double ratio : {1.0, 3.0, 100.0}) {
        const Json given = {{"data.ratio", ratio}, {"data.largest", largest}, {"data.imbalance", imbalance}};
        if (refusal(data, data_settings(given)) != "") expect_advice_works(data, given);
      }
    }
  }
}

TEST(Advice, LeavesSomethingToTestWhereThereIsNoTestSet) {
  for (const char* validation : {"test-head", "none"}) {
    expect_advice_works(without_test(2, 7, 2),
                        {{"data.imbalance", "own"}, {"data.ratio", 1.0}, {"data.validation", validation}});
    expect_advice_works(without_test(2, 7, 2),
                        {{"data.largest", 7}, {"data.ratio", 2.0}, {"data.validation", validation}});
  }
  EXPECT_EQ(expect_advice_works(without_test(2, 7, 2), {{"data.largest", 6}, {"data.ratio", 1.0}}),
            (std::vector<Advice>{{{"data.largest", "5"}}}));
  expect_advice_works(without_test(3, 7, 7), {{"data.ratio", 7.0}});
}

TEST(Advice, NamesOtherValidationsWhereATenthOfTheTestSetIsNothing) {
  DataSet data = synthetic_set(3, in_turn(3, 20), in_turn(3, 9), 8);
  EXPECT_EQ(expect_advice_works(data, {{"data.ratio", 2.0}}).size(), 2U);
  EXPECT_EQ(expect_advice_works(data, {{"data.ratio", 8.0}}).size(), 1U);  // a class of one cannot be held out
  data.validation = in_turn(3, 1);
  EXPECT_EQ(expect_advice_works(data, {{"data.ratio", 2.0}}).size(), 3U);
}

TEST(Advice, NamesTheFoldsThereAreAndTheOtherWaysToValidate) {
  const DataSet data = synthetic_set(3, in_turn(3, 20), in_turn(3, 20), 8);
  expect_advice_works(data, {{"data.ratio", 2.0}, {"data.validation", "fold"}, {"data.fold", 5}});
  expect_advice_works(data, {{"data.ratio", 2.0}, {"data.validation", "own"}});
}

TEST(Advice, SaysWhatToDoWhereAClassIsNotTested) {
  const DataSet data = synthetic_set(3, in_turn(3, 20), labelled({0, 1, 0, 1}), 8);
  expect_advice_works(data, {{"data.ratio", 2.0}, {"data.validation", "none"}});
}

}  // namespace
}  // namespace m2m::data
