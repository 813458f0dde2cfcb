// The labels and logits of the test set, which reports read if they need them.
#include <gtest/gtest.h>
#include <hdf5.h>

#include <filesystem>
#include <functional>
#include <limits>
#include <vector>

#include "core/error.hpp"
#include "results/merge.hpp"
#include "results/record_file.hpp"
#include "results/study_results.hpp"
#include "support/said.hpp"
#include "support/sample_results.hpp"
#include "support/temporary_folder.hpp"

namespace m2m::results {
namespace {

namespace fs = std::filesystem;
using testing::random_record;
using testing::TemporaryFolder;

/// A record in a file, which `change` has changed, read with its answers.
TrialRecord read_changed(const std::function<void(hid_t file)>& change) {
  const TemporaryFolder folder;
  const fs::path file = folder.path() / "result.h5";
  write_trial(file, random_record(3));
  const hid_t opened = H5Fopen(file.c_str(), H5F_ACC_RDWR, H5P_DEFAULT);
  change(opened);
  H5Fclose(opened);
  return read_trial(file, RecordParts::answers);
}

TEST(Answers, AreTheLabelsAndLogitsOfTheTestSet) {
  const TrialRecord record = random_record(3);
  const TrialRecord read = read_changed([](hid_t) {});
  EXPECT_EQ(read.test_labels, record.test_labels);
  EXPECT_EQ(read.last.test_logits, record.last.test_logits);
  EXPECT_EQ(read.best->test_logits, record.best->test_logits);
  EXPECT_EQ(read.last.test, record.last.test);
  EXPECT_TRUE(read.validation_labels.empty());
  EXPECT_TRUE(read.last.validation_logits.empty());
  EXPECT_FALSE(read.features.has_value());
}

TEST(Answers, MayBeMissing) {
  const TrialRecord without = read_changed([](hid_t file) { H5Ldelete(file, "last/test/logits", H5P_DEFAULT); });
  EXPECT_TRUE(without.last.test_logits.empty());
  EXPECT_FALSE(without.best->test_logits.empty());
  EXPECT_EQ(without.last.test, random_record(3).last.test);
  const TrialRecord neither = read_changed([](hid_t file) {
    H5Ldelete(file, "last/test/logits", H5P_DEFAULT);
    H5Ldelete(file, "best/test/logits", H5P_DEFAULT);
    H5Ldelete(file, "labels", H5P_DEFAULT);
  });
  EXPECT_TRUE(neither.test_labels.empty());
  EXPECT_EQ(neither.last.test, random_record(3).last.test);
}

TEST(Answers, WithoutTheirLabelsAreBadData) {
  const auto delete_labels = [](hid_t file) { H5Ldelete(file, "labels/test", H5P_DEFAULT); };
  const std::string refusal = testing::complaint([&] { read_changed(delete_labels); }, ExitCode::bad_data);
  EXPECT_TRUE(testing::says(refusal, {"result.h5", "labels"})) << refusal;
}

TEST(Answers, ToLabelsOfNoClassAreBadData) {
  for (const std::int32_t label : {-1, 10, std::numeric_limits<std::int32_t>::max()}) {
    const auto set_labels = [&](hid_t file) {
      const hid_t labels = H5Dopen2(file, "labels/test", H5P_DEFAULT);
      const std::vector<std::int32_t> values(50, label);
      H5Dwrite(labels, H5T_NATIVE_INT32, H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data());
      H5Dclose(labels);
    };
    EXPECT_NE(testing::complaint([&] { read_changed(set_labels); }, ExitCode::bad_data), "") << label;
  }
}

TEST(StudyResults, ReduceEachRecordOnceFromAFolderAndItsMergedFile) {
  const TemporaryFolder folder;
  const OutputFolder out{folder.path()};
  PlannedStudy study{"two", "two.toml", {}};
  for (const std::uint32_t seed : {1U, 2U}) {
    const TrialRecord record = random_record(seed);
    study.trials.push_back(testing::planned(record));
    write_trial(out.result(record.id), record);
  }
  write_planned_study(out.study(), study);
  merge_results(out);
  int reduced = 0;
  const RecordReading reading{RecordParts::answers, [&](TrialRecord& record) {
                                ++reduced;
                                record.last.test_predictions = {7};
                                record.last.test_logits = {};
                              }};
  for (const StudyResults& results : {read_output_folder(out, reading), read_results_file(out.merged(), reading)}) {
    for (const TrialOutcome& trial : results.trials) {
      EXPECT_EQ(trial.record->last.test_predictions, std::vector<std::int32_t>{7});
      EXPECT_TRUE(trial.record->last.test_logits.empty());
      EXPECT_FALSE(trial.record->best->test_logits.empty());
    }
  }
  EXPECT_EQ(reduced, 4);
}

}  // namespace
}  // namespace m2m::results
