#include "sweep/study_status.hpp"

#include <gtest/gtest.h>

#include "core/error.hpp"
#include "core/files.hpp"
#include "results/failure.hpp"
#include "results/journal.hpp"
#include "results/planned_study.hpp"
#include "sweep/folder_lock.hpp"

namespace m2m {
namespace {
namespace fs = std::filesystem;

class StudyStatusTest : public ::testing::Test {
 protected:
  StudyStatusTest() {
    std::string pattern = (fs::temp_directory_path() / "m2m-status-XXXXXX").string();
    out_.root = ::mkdtemp(pattern.data());
    PlannedStudy study{"grid", "grid.toml", {}};
    for (const char* id : {"aaaa000000000000", "bbbb000000000000", "cccc000000000000", "dddd000000000000"}) {
      Config config;
      config.set("train.epochs", 20);
      config.set("seed", 3);
      study.trials.push_back({id, "ERM", config});
    }
    study.trials.push_back(study.trials.front());  // the same trial under another label
    write_study(out_.study(), study);
    write_file(out_.result("aaaa000000000000"), "a result");
    write_failure(out_.failure("bbbb000000000000"), {"bbbb000000000000", "ERM", "loss is not a number", true, {}});
    Journal journal(out_.journal("cccc000000000000"));
    EpochRecord epoch;
    epoch.epoch = 6;
    epoch.loss = 0.5;
    epoch.validation_bacc = 0.75;
    journal.append(epoch);
  }
  ~StudyStatusTest() override { fs::remove_all(out_.root); }

  OutputFolder out_;
};

TEST_F(StudyStatusTest, CountsEachTrialOnceByWhereItIs) {
  const StudyStatus status = read_status(out_);
  ASSERT_EQ(status.trials.size(), 4U);
  EXPECT_EQ(status.count(TrialStanding::done), 1);
  EXPECT_EQ(status.count(TrialStanding::diverged), 1);
  EXPECT_EQ(status.count(TrialStanding::interrupted), 1);
  EXPECT_EQ(status.count(TrialStanding::waiting), 1);
  EXPECT_EQ(status.trials[2].epoch, 7);
  EXPECT_EQ(status.trials[2].epochs, 20);
  EXPECT_DOUBLE_EQ(status.trials[2].validation_bacc, 0.75);
}

TEST_F(StudyStatusTest, KnowsARunningTrialByTheSweepThatHoldsTheFolder) {
  {
    const FolderLock lock(out_.root);
    const StudyStatus status = read_status(out_);
    EXPECT_EQ(status.count(TrialStanding::running), 1);
    EXPECT_NE(status.sweep.find("on host"), std::string::npos);
    EXPECT_NE(status_text(status).find("a sweep is at work: process"), std::string::npos);
  }
  EXPECT_EQ(read_status(out_).count(TrialStanding::running), 0);
}

TEST_F(StudyStatusTest, SaysWhatToDoWhereNobodyGoesOn) {
  const std::string text = status_text(read_status(out_));
  EXPECT_EQ(text.rfind("grid: 1 of 4 trials done, 1 failed, 0 running, 1 interrupted, 1 waiting\n", 0), 0U) << text;
  EXPECT_NE(text.find("no sweep is at work here; give its command again to go on\n"), std::string::npos) << text;
  EXPECT_NE(text.find("diverged    bbbb0000"), std::string::npos) << text;
  EXPECT_NE(text.find("loss is not a number"), std::string::npos) << text;
  EXPECT_NE(text.find("epoch 7/20  loss 0.5000  val bACC 75.0"), std::string::npos) << text;
}

TEST_F(StudyStatusTest, TellsProgramsTheSameWithNullForWhatWasNotMeasured) {
  const Json json = status_json(read_status(out_));
  EXPECT_EQ(json.at("study"), "grid");
  EXPECT_EQ(json.at("trials").at(2).at("state"), "interrupted");
  EXPECT_EQ(json.at("trials").at(2).at("loss"), 0.5);
  EXPECT_TRUE(json.at("trials").at(3).at("loss").is_null());
  EXPECT_TRUE(json.at("seconds_per_trial").is_null());
}

TEST(ReadStatus, RefusesAFolderThatNoSweepHasPlannedAnythingIn) {
  try {
    read_status({fs::temp_directory_path() / "m2m-nobody-was-here"});
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::usage);
    EXPECT_NE(std::string(error.what()).find("no sweep has planned anything here"), std::string::npos);
  }
}

}  // namespace
}  // namespace m2m
