#include "sweep/status.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cmath>

#include "core/error.hpp"
#include "core/files.hpp"
#include "results/folder_lock.hpp"
#include "results/journal.hpp"
#include "results/merge.hpp"
#include "results/record.hpp"
#include "results/record_file.hpp"
#include "results/study_results.hpp"
#include "support/counts.hpp"
#include "support/fake_training.hpp"
#include "support/said.hpp"
#include "support/sample_results.hpp"
#include "support/temporary_folder.hpp"

namespace m2m::sweep {

using testing::line_with;
using testing::numbers_in;
using testing::says;

namespace {
using Numbers = std::vector<double>;
namespace fs = std::filesystem;

class StudyStatusTest : public ::testing::Test {
 protected:
  StudyStatusTest() {
    results::PlannedStudy study{"grid", "grid.toml", {}};
    for (const char* id : {"aaaa000000000000", "bbbb000000000000", "cccc000000000000", "dddd000000000000"}) {
      Config config;
      config.set("train.epochs", 20);
      config.set("seed", 3);
      study.trials.push_back({id, "ERM", config});
    }
    study.trials.push_back(study.trials.front());  // the same trial under another label
    study.stages = {{"gggg000000000000", "g", "g  digits seed=3", 10},
                    {"pppp000000000000", "prefix", "prefix", 16}};
    results::write_planned_study(out_.study(), study);
    testing::leave_artifact(out_, stage("aaaa000000000000", study::StageKind::trial));
    results::write_failure(out_.failure("bbbb000000000000"), {"bbbb000000000000", "ERM", reason_, true, {}});
    write_file(out_.config("cccc000000000000"), "{}");
    note_epoch(out_.journal("cccc000000000000"), 6);
  }

  static study::Stage stage(const std::string& id, study::StageKind kind) {
    return {id, kind, "", {}, Json::object(), 1, 1, 0, {}};
  }

  /// A line of a journal, of an epoch that took 1.5 s.
  static void note_epoch(const fs::path& file, int number) {
    results::EpochRecord epoch;
    epoch.epoch = number;
    epoch.loss = 0.5;
    epoch.validation_bacc = 0.75;
    epoch.seconds = 1;
    epoch.evaluation_seconds = 0.5;
    results::Journal(file).append(epoch);
  }

  testing::TemporaryFolder folder_;
  results::OutputFolder out_{folder_.path()};
  const std::string reason_ = "the loss is nan";
};

TEST_F(StudyStatusTest, CountsEachTrialOnceByWhereItIs) {
  const StudyStatus status = read_status(out_);
  ASSERT_EQ(status.trials.size(), 4U);
  EXPECT_EQ(status.count(LiveStatus::done), 1);
  EXPECT_EQ(status.count(LiveStatus::diverged), 1);
  EXPECT_EQ(status.count(LiveStatus::interrupted), 1);
  EXPECT_EQ(status.count(LiveStatus::waiting), 1);
  EXPECT_EQ(status.trials[2].epoch, 7);
  EXPECT_EQ(status.trials[2].epochs, 20);
  EXPECT_DOUBLE_EQ(status.trials[2].validation_bacc, 0.75);
}

TEST_F(StudyStatusTest, KnowsARunningTrialByTheSweepThatHoldsTheFolder) {
  {
    const results::FolderLock lock(out_.root);
    const StudyStatus status = read_status(out_);
    EXPECT_EQ(status.count(LiveStatus::running), 1);
    EXPECT_DOUBLE_EQ(status.trials[2].seconds_left, 13 * 1.5);
    EXPECT_TRUE(says(status.sweep, {"process " + std::to_string(::getpid()), "host"}));
    EXPECT_TRUE(says(status_text(status), {status.sweep}));
  }
  EXPECT_EQ(read_status(out_).count(LiveStatus::running), 0);
}

TEST_F(StudyStatusTest, KnowsThatATrialOfAnEarlierSweepDoesNotRunYet) {
  const results::FolderLock lock(out_.root);
  const auto later = fs::last_write_time(out_.config("cccc000000000000")) + std::chrono::seconds(1);
  fs::last_write_time(out_.study(), later);  // the sweep has planned, and not begun that trial
  EXPECT_EQ(read_status(out_).trials[2].state, LiveStatus::interrupted);
}

TEST_F(StudyStatusTest, NamesTheStagesThatRunWithTheirEpochLossAndTimeLeft) {
  const fs::path g = out_.stage("gggg000000000000");
  const results::FolderLock sweep(out_.root), lock(g);
  const auto read = [&] { return read_status(out_).stages.at(0); };
  EXPECT_EQ(read().state, LiveStatus::running);
  EXPECT_TRUE(std::isnan(read().seconds_left));  // in its first epoch
  note_epoch(g / "journal.jsonl", 3);
  const StageStatusLine running = read();
  EXPECT_EQ(running.kind, "g");
  EXPECT_EQ(running.label, "g  digits seed=3");
  EXPECT_EQ(running.epoch, 4);
  EXPECT_EQ(running.epochs, 10);
  EXPECT_EQ(running.loss, 0.5);
  EXPECT_DOUBLE_EQ(running.seconds_left, 6 * 1.5);
  const std::string text = status_text(read_status(out_));
  EXPECT_EQ(numbers_in(line_with(text, "shared stages: ")), (Numbers{0, 2, 1})) << text;
  EXPECT_TRUE(
      says(line_with(text, "gggg0000"), {"running", "g  digits seed=3", "epoch 4/10", "loss 0.5000", "9 s"}));
  const Json json = status_json(read_status(out_)).at("stages");
  EXPECT_EQ(json.at(0).at("state"), "running");
  EXPECT_EQ(json.at(0).at("seconds_left"), 9);
  EXPECT_EQ(json.at(1).at("state"), "waiting");
}

TEST_F(StudyStatusTest, FindsStagesInACacheThatSweepsShare) {
  results::PlannedStudy study = results::read_planned_study(out_.study());
  study.cache = (out_.root / "elsewhere").string();
  results::write_planned_study(out_.study(), study);
  testing::leave_artifact({out_.root, study.cache}, stage("gggg000000000000", study::StageKind::g));
  note_epoch(out_.root / "elsewhere" / "pppp000000000000" / "journal.jsonl", 1);
  const StudyStatus status = read_status(out_);
  EXPECT_EQ(status.stages[0].state, LiveStatus::done);
  EXPECT_EQ(status.stages[1].state, LiveStatus::interrupted);
}

TEST_F(StudyStatusTest, CountsWhatCannotBeReadAsFailedAndGoesOn) {
  fs::resize_file(out_.result("aaaa000000000000"), 100);
  fs::resize_file(out_.failure("bbbb000000000000"), 10);
  write_file(out_.journal("cccc000000000000"), "\x01\n");
  testing::leave_artifact(out_, stage("gggg000000000000", study::StageKind::g));
  fs::resize_file(out_.stage("gggg000000000000") / "state.safetensors", 1);
  const StudyStatus status = read_status(out_);
  EXPECT_EQ(status.count(LiveStatus::done), 0);
  EXPECT_EQ(status.count(LiveStatus::failed), 2);
  EXPECT_EQ(status.trials[2].state, LiveStatus::interrupted);
  EXPECT_EQ(status.stages[0].state, LiveStatus::failed);
  for (const StageStatusLine& lost : {status.trials[0], status.trials[1], status.stages[0]}) {
    EXPECT_NE(lost.reason.find(lost.id), std::string::npos) << lost.reason;
  }
}

TEST_F(StudyStatusTest, SaysWhatToDoWhereNobodyGoesOn) {
  const std::string text = status_text(read_status(out_));
  EXPECT_EQ(numbers_in(text.substr(0, text.find('\n'))), (Numbers{1, 4, 1, 0, 1, 1})) << text;
  EXPECT_TRUE(says(text, {"no sweep", "command"}));
  EXPECT_TRUE(says(line_with(text, "bbbb0000"), {"diverged", reason_}));
  EXPECT_TRUE(says(line_with(text, "cccc0000"), {"interrupted", "epoch 7/20", "loss 0.5000", "val bACC 75.0"}));
}

TEST_F(StudyStatusTest, TellsProgramsTheSameWithNullForWhatWasNotMeasured) {
  const Json json = status_json(read_status(out_));
  EXPECT_EQ(json.at("study"), "grid");
  EXPECT_EQ(json.at("trials").at(2).at("state"), "interrupted");
  EXPECT_EQ(json.at("trials").at(2).at("loss"), 0.5);
  EXPECT_TRUE(json.at("trials").at(3).at("loss").is_null());
  EXPECT_TRUE(json.at("seconds_per_trial").is_null());
}

TEST(ReadStatus, OfAFolderThatKeepsOnlyResultsH5IsReadFromIt) {
  const testing::TemporaryFolder folder;
  const results::OutputFolder out{folder.path()};
  const results::TrialRecord done = testing::sample_record("ERM", testing::sample_config("ERM", 0), {90, 50, 0});
  const results::TrialRecord missing = testing::sample_record("RS", testing::sample_config("RS", 0), {90, 50, 0});
  results::write_planned_study(out.study(),
                               {"kept", "kept.toml", {testing::planned(done), testing::planned(missing)}});
  results::write_trial(out.result(done.id), done);
  results::merge_results(out);
  fs::remove_all(out.trials());
  const StudyStatus status = read_status(out);
  EXPECT_EQ(status.name, "kept");
  EXPECT_EQ(status.count(LiveStatus::done), 1);
  EXPECT_EQ(status.count(LiveStatus::waiting), 1);
  EXPECT_TRUE(says(status_text(status), {"1 of 2 trials done", "results.h5"}));
}

TEST(ReadStatus, RefusesAFolderThatNoSweepHasPlannedAnythingIn) {
  try {
    const testing::TemporaryFolder folder;
    read_status({folder.path()});
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::usage);
    EXPECT_TRUE(says(error.what(), {"no sweep", "output folder"}));
  }
}

TEST_F(StudyStatusTest, IsNotToldWhereItCannotBeFoundOut) {
  fs::remove(out_.result("aaaa000000000000"));
  fs::create_symlink("result.h5", out_.result("aaaa000000000000"));  // a loop
  const std::string refusal = testing::complaint([&] { read_status(out_); }, ExitCode::input_output);
  EXPECT_TRUE(says(refusal, {out_.result("aaaa000000000000").string()}));
}

TEST_F(StudyStatusTest, IsNotThatOfAMergedFileWithoutResults) {
  fs::remove_all(out_.trials());
  results::merge_results(out_);
  const results::FolderLock lock(folder_.path());
  const StudyStatus status = read_status(out_);
  EXPECT_FALSE(status.only_merged);
  EXPECT_FALSE(status.sweep.empty());
  EXPECT_EQ(status.stages.size(), 2U);
}

TEST(ReadStatus, NamesTheFolderThatIsMeant) {
  const testing::TemporaryFolder folder;
  fs::create_directory(folder.path() / "digits");
  const std::string said = testing::complaint([&] { read_status({folder.path() / "digts"}); }, ExitCode::usage);
  EXPECT_TRUE(says(said, {(folder.path() / "digts").string(), (folder.path() / "digits").string() + "'"}));
}

}  // namespace
}  // namespace m2m::sweep
