// Our numbers beside published ones.
#include <gtest/gtest.h>

#include <cmath>

#include "report/analyses.hpp"
#include "support/choice_study.hpp"
#include "support/said.hpp"
#include "support/sample_results.hpp"

namespace m2m::report {
namespace {

using testing::done;
using testing::sample_config;
using testing::with;

results::StudyResults two_seeds(const std::string& label, Config config, int hits) {
  results::StudyResults results;
  for (int seed = 0; seed < 2; ++seed) {
    config.set("seeds.init", seed);
    results.trials.push_back(done({label, config, {hits + seed, hits + seed}, {5, 5}}));
  }
  return results;
}

/// Settings of the sources that draw a subset and test on all images.
Config as_others(const std::string& method) {
  return with(with(sample_config(method, 0), "data.subset", "random"), "data.validation", "none");
}

Json row_of(const Sheet& sheet, const std::string& source, const std::string& metric) {
  const Json all = Json::parse(format(sheet, Format::json));
  for (const Json& row : all.at("rows")) {
    if (row.at("source") == source && row.at("metric") == metric) return row;
  }
  return nullptr;
}

TEST(ComparedWithPublished, IsInsideTheIntervalOfOneMoreRun) {
  // t(3) = 3.182, times 2 sqrt(1 + 1/4)
  const double half = 3.182 * 2 * std::sqrt(1.25);
  const PublishedComparison found = compare_with_published({4, 70, 2}, 70 + half - .01);
  EXPECT_NEAR(found.low, 70 - half, 1e-9);
  EXPECT_NEAR(found.high, 70 + half, 1e-9);
  EXPECT_EQ(found.outside, 0);
  EXPECT_EQ(found.verdict, "inside");
}

TEST(ComparedWithPublished, TellsTheDistanceOutsideAndWhatWantsAnExplanation) {
  const double half = 3.182 * 2 * std::sqrt(1.25);
  EXPECT_NEAR(compare_with_published({4, 70, 2}, 70 - half - 1.49).outside, 1.49, 1e-9);
  EXPECT_EQ(compare_with_published({4, 70, 2}, 70 - half - 1.49).verdict, "outside by 1.49");
  EXPECT_TRUE(testing::says(compare_with_published({4, 70, 2}, 70 + half + 1.51).verdict,
                            {"outside by 1.51", "explanation"}));
}

TEST(ComparedWithPublished, SaysNothingFromOneRun) {
  const PublishedComparison found = compare_with_published(estimate({70}), 70);
  EXPECT_EQ(found.verdict, "n too small");
  EXPECT_TRUE(std::isnan(found.outside));
}

TEST(Reference, StandsBesideThePaperAndItsRerun) {
  const Sheet sheet = reference_sheet(two_seeds("M2m", sample_config("M2m", 0), 77), {});
  EXPECT_EQ(row_of(sheet, "paper", "bacc").at("published"), 78.3);
  EXPECT_EQ(row_of(sheet, "paper", "bacc").at("published_std"), .16);
  EXPECT_EQ(row_of(sheet, "rerun", "bacc").at("published"), 78.03);
  const Json gm = row_of(sheet, "rerun", "gm_nonzero");
  EXPECT_EQ(gm.at("published"), 77.63);
  EXPECT_NEAR(gm.at("mean").get<double>(), 77.5, 1e-9);
  EXPECT_EQ(gm.at("verdict"), "inside");
  EXPECT_TRUE(row_of(sheet, "imbalanced-DL", "bacc").is_null());
  EXPECT_TRUE(testing::says(sheet.notes, {"imbalanced-DL", "M2m", "data.subset = head", "random",
                                          "data.validation = test-head", "none", "m2m.beta = 0.999", "0.9999"}));
}

TEST(Reference, StandsBesideOthersWhereTheirSettingIsTheSame) {
  const Config m2m = with(as_others("M2m"), "m2m.beta", 0.9999);
  const Sheet sheet = reference_sheet(two_seeds("M2m", m2m, 77), {});
  EXPECT_EQ(row_of(sheet, "imbalanced-DL", "bacc").at("published"), 76.15);
  EXPECT_TRUE(row_of(sheet, "rerun", "bacc").is_null());
  EXPECT_EQ(
      row_of(reference_sheet(two_seeds("DRW", as_others("DRW"), 75), {}), "imbalanced-DL", "bacc").at("published"),
      75.08);
  EXPECT_EQ(row_of(reference_sheet(two_seeds("mixup-DRW", as_others("mixup-DRW"), 82), {}), "imbalanced-DL", "bacc")
                .at("published"),
            82.11);
  const Config la = with(as_others("LA"), "data.set", "cifar100");
  EXPECT_EQ(row_of(reference_sheet(two_seeds("LA", la, 44), {}), "logit-adj-pytorch", "bacc").at("published"),
            44.02);
}

TEST(Reference, HoldsTheBetaOfASourceAgainstTrialsThatTranslateAlone) {
  const Sheet translating = reference_sheet(two_seeds("M2m", as_others("M2m"), 77), {});
  EXPECT_TRUE(row_of(translating, "imbalanced-DL", "bacc").is_null());
  EXPECT_TRUE(testing::says(translating.notes, {"m2m.beta = 0.999", "0.9999"}));
  const Config erm = with(as_others("ERM"), "m2m.beta", 0.9);
  EXPECT_EQ(row_of(reference_sheet(two_seeds("ERM", erm, 71), {}), "imbalanced-DL", "bacc").at("published"), 71.23);
}

TEST(Reference, KeepsASuiteAwayThatChoosesByTheTestSet) {
  for (const Config& config : {as_others("DRW"), sample_config("DRW", 0)}) {
    const Sheet sheet = reference_sheet(two_seeds("DRW", config, 75), {});
    EXPECT_TRUE(row_of(sheet, "BagofTricks-LT", "bacc").is_null());
    EXPECT_TRUE(testing::says(sheet.notes, {"BagofTricks-LT", "DRW", "data.subset"}));
  }
}

TEST(Reference, NotesTheSettingsThatWereNotPublished) {
  const Sheet sheet = reference_sheet(two_seeds("ERM", with(sample_config("ERM", 0), "train.epochs", 40), 60), {});
  EXPECT_TRUE(sheet.rows.empty());
  EXPECT_TRUE(testing::says(sheet.notes, {"CIFAR-LT-10 rho=100", "paper", "ERM", "train.epochs = 40", "200"}));
}

TEST(Reference, NotesWhatNoSourceHas) {
  results::StudyResults results = two_seeds("ERM", with(sample_config("ERM", 0), "data.ratio", 50.0), 60);
  const Sheet other_ratio = reference_sheet(results, {});
  EXPECT_TRUE(testing::says(other_ratio.notes, {"CIFAR-LT-10 rho=50", "ERM", "cifar10 rho=100"}));
  results = two_seeds("M2m, lambda=0", sample_config("M2m", 0), 60);
  EXPECT_TRUE(testing::says(reference_sheet(results, {}).notes, {"no source", "M2m, lambda=0"}));
}

TEST(Reference, NamesTrialsThatAreLacking) {
  results::StudyResults results = two_seeds("ERM", sample_config("ERM", 0), 60);
  results.trials.push_back(testing::not_done("ERM", sample_config("ERM", 7), results::TrialStatus::diverged));
  EXPECT_TRUE(
      testing::says(reference_sheet(results, {}).notes, {"ERM on CIFAR-LT-10 rho=100", "1 of 3", "diverged"}));
}

}  // namespace
}  // namespace m2m::report
