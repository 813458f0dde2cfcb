#include "results/study_results.hpp"

#include <gtest/gtest.h>

#include <fstream>

#include "core/error.hpp"
#include "core/files.hpp"
#include "results/record.hpp"
#include "support/said.hpp"
#include "support/sample_results.hpp"
#include "support/temporary_folder.hpp"

namespace m2m::results {
namespace {

using testing::sample_config;
using testing::TemporaryFolder;

PlannedStudy two_trials() {
  return {
      "digits",
      "jobs/digits.toml",
      {{"0123456789abcdef", "ERM", sample_config("ERM", 0)}, {"fedcba9876543210", "M2m", sample_config("M2m", 1)}}};
}

TEST(PlannedStudy, ComesBackAsItWasWritten) {
  const TemporaryFolder folder;
  write_planned_study(folder.path() / "out" / "study.json", two_trials());
  const PlannedStudy read = read_planned_study(folder.path() / "out" / "study.json");
  EXPECT_EQ(read.name, "digits");
  EXPECT_EQ(read.file, "jobs/digits.toml");
  ASSERT_EQ(read.trials.size(), 2U);
  EXPECT_EQ(read.trials[1].id, "fedcba9876543210");
  EXPECT_EQ(read.trials[1].label, "M2m");
  EXPECT_EQ(read.trials[1].config, sample_config("M2m", 1));
}

TEST(PlannedStudy, NamesTheStagesThatTrialsShareAndWhereTheyLie) {
  const TemporaryFolder folder;
  const auto file = folder.path() / "study.json";
  PlannedStudy study = two_trials();
  study.stages = {{"00112233", "g", "g  digits seed=1", 50}};
  study.cache = "/shared/cache";
  write_planned_study(file, study);
  const PlannedStudy read = read_planned_study(file);
  ASSERT_EQ(read.stages.size(), 1U);
  EXPECT_EQ(read.stages[0].id, "00112233");
  EXPECT_EQ(read.stages[0].kind, "g");
  EXPECT_EQ(read.stages[0].label, "g  digits seed=1");
  EXPECT_EQ(read.stages[0].epochs, 50);
  EXPECT_EQ(read.cache, "/shared/cache");
  std::ofstream(file) << R"({"schema": 1, "name": "a", "file": "b", "trials": []})";  // of an earlier version
  EXPECT_TRUE(read_planned_study(file).stages.empty());
}

TEST(PlannedStudy, ShowsControlCharactersOfItsLabels) {
  const TemporaryFolder folder;
  PlannedStudy study = two_trials();
  study.trials[0].label = "E\x1b[31mR\nM";
  write_planned_study(folder.path() / "study.json", study);
  EXPECT_EQ(read_planned_study(folder.path() / "study.json").trials[0].label, "E\\x1b[31mR\\nM");
}

TEST(PlannedStudy, CutAtAnyByteIsBadData) {
  const TemporaryFolder folder;
  const auto file = folder.path() / "study.json";
  write_planned_study(file, two_trials());
  const std::string whole = read_file(file);
  for (std::size_t length = 0; length + 1 < whole.size(); ++length) {
    std::ofstream(file, std::ios::binary) << whole.substr(0, length);
    try {
      read_planned_study(file);
      FAIL() << length;
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ExitCode::bad_data);
    }
  }
}

TEST(PlannedStudy, WithAnIdThatLeadsOutOfItsFolderIsBadData) {
  const TemporaryFolder folder;
  const auto file = folder.path() / "study.json";
  const auto refusal = [&](const Json& json) {
    std::ofstream(file) << json;
    return testing::complaint([&] { read_planned_study(file); }, ExitCode::bad_data);
  };
  for (const char* id : {"../../outside", "/etc", "a/b", "..", ".", ""}) {
    Json json = study_to_json(two_trials());
    json["trials"][0]["id"] = id;
    EXPECT_TRUE(testing::says(refusal(json), {file.string()})) << id;
    json = study_to_json(two_trials());
    json["stages"] = {{{"id", id}, {"kind", "g"}, {"label", "g"}, {"epochs", 1}}};
    EXPECT_TRUE(testing::says(refusal(json), {file.string()})) << id;
  }
  Json json = study_to_json(two_trials());
  json["trials"][0]["id"] = std::string(300, 'a');  // no file system has such a name
  EXPECT_TRUE(testing::says(refusal(json), {file.string()}));
  json["trials"][0]["id"] = "a";
  json["schema"] = 4294967298;  // 2, cut to 32 bits
  EXPECT_TRUE(testing::says(refusal(json), {file.string()}));
}

TEST(PlannedStudy, OfAnOlderSchemaIsRead) {
  const TemporaryFolder folder;
  const auto file = folder.path() / "study.json";
  std::ofstream(file) << R"({"schema": 1, "name": "a", "file": "b", "trials": []})";
  EXPECT_EQ(read_planned_study(file).name, "a");
}

TEST(PlannedStudy, OfAnotherSchemaIsRefusedByNumber) {
  const TemporaryFolder folder;
  const auto file = folder.path() / "study.json";
  std::ofstream(file) << R"({"schema": 9, "name": "a", "file": "b", "trials": []})";
  EXPECT_TRUE(testing::says(testing::complaint([&] { read_planned_study(file); }, ExitCode::bad_data),
                            {file.string(), "schema 9"}));
}

TEST(StudyResults, AreNotWithoutATrialWhoseFileCannotBeRead) {
  const TemporaryFolder folder;
  const OutputFolder out{folder.path()};
  write_planned_study(out.study(), two_trials());
  std::filesystem::create_directories(out.result("0123456789abcdef"));  // a folder
  const auto read = [&] { read_output_folder(out); };
  EXPECT_NE(testing::complaint(read, ExitCode::input_output), "");
}

TEST(TrialFailure, ComesBackAsItWasWritten) {
  const TemporaryFolder folder;
  const auto file = folder.path() / "failure.json";
  const TrialFailure written{"77d0", "LDAM", "loss is not a number at epoch 3 step 41", true,
                             sample_config("LDAM", 1)};
  write_failure(file, written);
  const TrialFailure read = read_failure(file);
  EXPECT_EQ(read.id, written.id);
  EXPECT_EQ(read.label, written.label);
  EXPECT_EQ(read.reason, written.reason);
  EXPECT_TRUE(read.diverged);
  EXPECT_EQ(read.config, written.config);
}

}  // namespace
}  // namespace m2m::results
