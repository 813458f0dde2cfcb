#include "results/merge.hpp"

#include <gtest/gtest.h>
#include <hdf5.h>

#include <cmath>
#include <ctime>
#include <fstream>

#include "core/error.hpp"
#include "core/files.hpp"
#include "core/version.hpp"
#include "results/hdf5_data.hpp"
#include "results/merged_files.hpp"
#include "results/record.hpp"
#include "results/record_group.hpp"
#include "results/study_results.hpp"
#include "support/eventually.hpp"
#include "support/said.hpp"
#include "support/sample_results.hpp"
#include "support/temporary_folder.hpp"

namespace m2m::results {
namespace {

namespace fs = std::filesystem;
using testing::expect_equal;
using testing::planned;
using testing::random_record;
using testing::sample_config;
using testing::sample_record;
using testing::TemporaryFolder;

/// Five planned trials: two done, one diverged, one missing, one with a truncated file; and a result that is not
/// planned.
struct Folder {
  TemporaryFolder temporary;
  OutputFolder out{temporary.path()};
  TrialRecord first = random_record(1);
  TrialRecord second = sample_record("ERM", sample_config("ERM", 0), {90, 50, 0});
  TrialRecord diverged = sample_record("LDAM", sample_config("LDAM", 1), {1, 2, 3});
  TrialRecord missing = sample_record("M2m", sample_config("M2m", 2), {1, 2, 3});
  TrialRecord damaged = sample_record("RS", sample_config("RS", 3), {1, 2, 3});
  TrialRecord unplanned = sample_record("DRS", sample_config("DRS", 3), {1, 2, 3});

  Folder() {
    write_planned_study(out.study(),
                        {"mixed",
                         "mixed.toml",
                         {planned(first), planned(second), planned(diverged), planned(missing), planned(damaged)}});
    for (const TrialRecord* record : {&first, &second, &damaged, &unplanned}) {
      write_trial(out.result(record->id), *record);
    }
    const std::string whole = read_file(out.result(damaged.id));
    std::ofstream(out.result(damaged.id), std::ios::binary) << whole.substr(0, whole.size() / 2);
    write_failure(out.failure(diverged.id), {diverged.id, "LDAM", "loss is not a number at epoch 3", true, {}});
  }
};

TEST(Merge, CountsAndNamesWhatBecameOfEachTrial) {
  const Folder folder;
  const MergeSummary summary = merge_results(folder.out);
  EXPECT_EQ(summary.done, 2);
  EXPECT_EQ(summary.diverged, 1);
  EXPECT_EQ(summary.missing, 1);
  EXPECT_EQ(summary.failed, 1);
  EXPECT_EQ(summary.damaged, std::vector<std::string>{folder.damaged.id});
  ASSERT_EQ(summary.remarks.size(), 3U);
  EXPECT_TRUE(testing::says(summary.remarks[0], {folder.diverged.id, "LDAM", "diverged", "epoch 3"}));
  EXPECT_NE(summary.remarks[1].find("truncated"), std::string::npos) << summary.remarks[1];
  EXPECT_NE(summary.remarks[2].find(folder.unplanned.id), std::string::npos);
}

TEST(Merge, KeepsEachTrialsWholeRecord) {
  const Folder folder;
  merge_results(folder.out);
  read_schema_file(folder.out.merged(), "results", [&](hid_t root) {
    for (const TrialRecord* record : {&folder.first, &folder.second}) {
      const auto group = hdf5::open_group(root, "trial/" + record->id);
      expect_equal(read_record(group.get(), RecordParts::all), *record);
    }
    EXPECT_FALSE(hdf5::contains(hdf5::open_group(root, "trial").get(), folder.unplanned.id));
  });
}

TEST(Merge, TellsAReaderTheSameAsTheFolder) {
  const Folder folder;
  merge_results(folder.out);
  const StudyResults of_folder = read_output_folder(folder.out);
  const StudyResults of_file = read_results_file(folder.out.merged());
  EXPECT_EQ(of_file.name, "mixed");
  ASSERT_EQ(of_file.trials.size(), of_folder.trials.size());
  for (std::size_t t = 0; t < of_file.trials.size(); ++t) {
    EXPECT_EQ(of_file.trials[t].status, of_folder.trials[t].status);
    EXPECT_EQ(of_file.trials[t].reason, of_folder.trials[t].reason);
    EXPECT_EQ(of_file.trials[t].planned.config, of_folder.trials[t].planned.config);
    ASSERT_EQ(of_file.trials[t].record.has_value(), of_folder.trials[t].record.has_value());
    if (of_file.trials[t].record) expect_equal(*of_file.trials[t].record, *of_folder.trials[t].record);
  }
  EXPECT_EQ(of_folder.not_planned, std::vector<std::string>{folder.unplanned.id});
}

TEST(Merge, PutsTheMetricsOfEachPlannedTrialIntoOneTable) {
  const Folder folder;
  merge_results(folder.out);
  read_schema_file(folder.out.merged(), "results", [&](hid_t root) {
    const auto column = [&](const char* name) { return hdf5::read_table_column<double>(root, "trials", name); };
    ASSERT_EQ(column("last_test_bacc").size(), 5U);
    EXPECT_NEAR(column("last_test_bacc")[1], (0.9 + 0.5 + 0) / 3, 1e-12);
    EXPECT_EQ(column("last_test_gm")[1], 0.0);
    EXPECT_NEAR(column("last_test_gm_nonzero")[1], std::sqrt(0.9 * 0.5), 1e-12);
    EXPECT_NEAR(column("best_test_bacc")[1], (0.89 + 0.5 + 0) / 3, 1e-12);
    EXPECT_NEAR(column("last_test_accuracy")[1], 140.0 / 300, 1e-12);
    EXPECT_NEAR(column("last_test_bacc_majority")[1], 0.9, 1e-12);
    EXPECT_NEAR(column("last_test_bacc_minority")[1], 0.25, 1e-12);
    EXPECT_NEAR(column("last_test_first_third")[1], 0.9, 1e-12);
    EXPECT_NEAR(column("last_test_middle_third")[1], 0.5, 1e-12);
    EXPECT_EQ(column("last_test_last_third")[1], 0.0);
    EXPECT_TRUE(std::isnan(column("last_test_many")[1]));  // the counts are 100, 1 and 1
    EXPECT_NEAR(column("best_test_medium")[1], 0.89, 1e-12);
    EXPECT_NEAR(column("last_test_few")[1], 0.25, 1e-12);
    EXPECT_NEAR(column("last_test_ece")[1], 0, 1e-12);  // all logits are 0, and a third of the answers right
    EXPECT_NEAR(column("last_test_nll")[1], std::log(3.0), 1e-12);
    EXPECT_NEAR(column("best_validation_nll")[1], std::log(3.0), 1e-12);
    EXPECT_EQ(column("best_epoch")[1], 193);
    EXPECT_EQ(column("data_ratio")[3], 100.0);
    for (int trial : {2, 3, 4}) EXPECT_TRUE(std::isnan(column("last_test_bacc")[trial]));
    EXPECT_TRUE(std::isnan(column("numerics_version")[2]));
    EXPECT_EQ(column("numerics_version")[1], numerics_version);
  });
}

TEST(Merge, OfTheSameFolderIsTheSameBytes) {
  const Folder folder;
  merge_results(folder.out);
  const std::string once = read_file(folder.out.merged());
  const std::time_t then = std::time(nullptr);
  ASSERT_TRUE(testing::eventually([&] { return std::time(nullptr) != then; })) << "HDF5 would record the second";
  fs::remove(merged_files(folder.out));  // so that it is made anew
  merge_results(folder.out);
  EXPECT_TRUE(read_file(folder.out.merged()) == once);
}

TEST(Merge, OfAResultUnderAnotherTrialsNameIsAFailedTrial) {
  const Folder folder;
  fs::copy_file(folder.out.result(folder.first.id), folder.out.result(folder.second.id),
                fs::copy_options::overwrite_existing);
  const MergeSummary summary = merge_results(folder.out);
  EXPECT_EQ(summary.done, 1);
  EXPECT_EQ(summary.failed, 2);
}

TEST(Merge, OfAStudyWithoutATrialIsAnEmptyTable) {
  const TemporaryFolder folder;
  const OutputFolder out{folder.path()};
  write_planned_study(out.study(), {"empty", "empty.toml", {}});
  EXPECT_EQ(merge_results(out).done, 0);
  EXPECT_TRUE(read_results_file(out.merged()).trials.empty());
}

TEST(Merge, LosesNoResultsThatOnlyTheMergedFileHas) {
  const Folder folder;
  merge_results(folder.out);
  const std::string before = read_file(folder.out.merged());
  fs::remove_all(folder.out.trials());
  const std::string refusal = testing::complaint([&] { merge_results(folder.out); }, ExitCode::usage);
  EXPECT_TRUE(testing::says(refusal, {folder.out.merged().string(), "2 results", folder.out.trials().string()}));
  EXPECT_TRUE(read_file(folder.out.merged()) == before);
}

TEST(Merge, OfAFolderWithoutAStudySaysSo) {
  const TemporaryFolder folder;
  const std::string refusal = testing::complaint([&] { merge_results({folder.path()}); }, ExitCode::usage);
  EXPECT_TRUE(testing::says(refusal, {folder.path().string(), "no study.json"}));
  const auto absent = [&] { merge_results({folder.path() / "none"}); };
  EXPECT_TRUE(testing::says(testing::complaint(absent, ExitCode::input_output), {"none"}));
}

}  // namespace
}  // namespace m2m::results
