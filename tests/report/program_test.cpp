// m2m-report as a shell sees it: what it prints, and how it ends.
#include <gtest/gtest.h>

#include <cerrno>
#include <cmath>
#include <cstring>
#include <fstream>

#include "core/version.hpp"
#include "report/table_metrics.hpp"
#include "results/record_file.hpp"
#include "results/study_results.hpp"
#include "support/command.hpp"
#include "support/run_report.hpp"
#include "support/said.hpp"
#include "support/sample_results.hpp"
#include "support/synthetic_study.hpp"
#include "support/temporary_folder.hpp"
#include "support/test_root.hpp"

namespace m2m::report {
namespace {

namespace fs = std::filesystem;
using testing::Outcome;
using testing::quoted;
using testing::run_report;
using testing::TemporaryFolder;

TEST(ReportProgram, PrintsTheSameTableFromAFolderAndItsMergedFile) {
  const TemporaryFolder folder;
  testing::make_study({folder.path()});
  const Outcome of_folder = run_report(quoted(folder.path()));
  EXPECT_EQ(of_folder.code, 0) << of_folder.output;
  EXPECT_EQ(run_report(quoted(folder.path() / "results.h5")).output, of_folder.output);
  fs::remove(folder.path() / "study.json");
  fs::remove_all(folder.path() / "trials");
  EXPECT_EQ(run_report(quoted(folder.path())).output, of_folder.output);
}

TEST(ReportProgram, MergesAndSaysWhatIsLacking) {
  const TemporaryFolder folder;
  testing::make_study({folder.path()});
  fs::remove(folder.path() / "results.h5");
  const Outcome merged = run_report("merge " + quoted(folder.path()));
  EXPECT_EQ(merged.code, 0);
  EXPECT_TRUE(testing::says(merged.output, {"results.h5", "14 trials", "1 failed", "1 diverged", "1 missing"}));
  EXPECT_TRUE(fs::exists(folder.path() / "results.h5"));
}

TEST(ReportProgram, ReadsForeignFilesInAProcessOfItsOwn) {
  const TemporaryFolder folder;
  testing::make_study({folder.path()});
  const std::string path = quoted(folder.path());
  EXPECT_EQ(run_report("--foreign " + path).output, run_report(path).output);
  EXPECT_EQ(run_report("compare --foreign " + path + " ERM none").code, 2);
  // libhdf5 1.10 crashes on this file; a later one refuses it.
  const Outcome ended =
      run_report("table --foreign " + quoted(testing::test_root() / "tests/report/crashes_libhdf5.h5"));
  EXPECT_EQ(ended.code, 65) << ended.output;
  EXPECT_TRUE(testing::says(ended.output, {"crashes_libhdf5.h5"}));
}

TEST(ReportProgram, NamesClassesWithoutTestsInEveryCommand) {
  const TemporaryFolder folder;
  testing::make_untested_study({folder.path()});
  const std::string path = quoted(folder.path());
  for (const std::string& command :
       {"table " + path, "table --choose " + path, "classes " + path, "variance " + path, "reference " + path,
        "compare " + path + " ERM DRS", "aggregate --format json " + path}) {
    const Outcome ended = run_report(command);
    EXPECT_EQ(ended.code, 0) << command << ": " << ended.output;
    EXPECT_TRUE(testing::says(ended.output, {"class 2 of 3", "test"})) << command;
  }
}

TEST(ReportProgram, ShowsTheMetricsNamed) {
  const TemporaryFolder folder;
  testing::make_study({folder.path()});
  const std::string path = quoted(folder.path());
  EXPECT_TRUE(
      testing::says(run_report("--metric few --metric ece " + path).output, {"last epoch", "few-shot / ECE"}));
  EXPECT_EQ(run_report(path + " --metric bacc --metric gm").output, run_report(path).output);
  EXPECT_EQ(run_report(path + " --metric few --metric few").code, 2);
  EXPECT_EQ(run_report(path + " --metric auc").code, 2);
}

TEST(ReportProgram, ReadsLogitsForTheMetricsThatNeedThem) {
  const TemporaryFolder folder;
  testing::make_scored_study({folder.path()});
  const std::string path = quoted(folder.path());
  for (const std::string& place : {path, quoted(folder.path() / "results.h5")}) {
    const Json cells =
        Json::parse(run_report(place + " --metric bacc --metric auroc --format json").output).at("cells");
    EXPECT_GT(cells.at(0).at("auroc_mean").get<double>(), 50);
    EXPECT_FALSE(cells.at(0).contains("auroc_low"));
    const Outcome markdown = run_report(place + " --metric auroc --bootstrap 100");
    EXPECT_TRUE(testing::says(markdown.output, {"AUROC", "100 resamples", "["})) << markdown.output;
  }
  // One trial of M2m has an infinite logit.
  const Outcome table = run_report(path + " --metric auroc");
  EXPECT_TRUE(testing::says(table.output, {"M2m on CIFAR-LT-10 rho=100", "1 of 2", "auroc", "finite"}))
      << table.output;
  const Outcome compared = run_report("compare --metric auroc " + path + " ERM ERM");
  EXPECT_EQ(compared.code, 0) << compared.output;
  EXPECT_NE(compared.output.find("| 3   |"), std::string::npos) << compared.output;
  EXPECT_EQ(run_report("variance --metric auprc " + path).code, 0);
  EXPECT_EQ(run_report("aggregate " + path).output.find(",auroc,"), std::string::npos);
  EXPECT_NE(run_report("aggregate --logits " + path).output.find(",auroc_2,"), std::string::npos);
}

/// Writes a study of a trial with one class, one without test samples, and one whose logits are not numbers.
void make_strange_study(const results::OutputFolder& out) {
  results::PlannedStudy study{"strange", "strange.toml", {}};
  const auto add = [&](results::TrialRecord record) {
    study.trials.push_back(testing::planned(record));
    results::write_trial(out.result(record.id), record);
  };
  add(testing::sample_record("ERM", testing::sample_config("ERM", 0), {100}));
  results::TrialRecord empty = testing::sample_record("DRS", testing::sample_config("DRS", 0), {50, 50});
  empty.test_labels.clear();
  for (results::Snapshot* snapshot : {&empty.last, &*empty.best}) {
    snapshot->test = Confusion(2);
    snapshot->test_logits.clear();
  }
  add(empty);
  results::TrialRecord bad = testing::sample_record("M2m", testing::sample_config("M2m", 0), {1, 1, 0});
  bad.last.test_logits.assign(9, NAN);
  bad.last.test = confusion_from_logits(bad.last.test_logits, bad.test_labels, 3);
  add(bad);
  results::write_planned_study(out.study(), study);
}

TEST(ReportProgram, SurvivesOneClassNoSamplesAndLogitsThatAreNotNumbers) {
  const TemporaryFolder folder;
  make_strange_study({folder.path()});
  std::string every;
  for (const Metric& metric : table_metrics()) every += std::string(" --metric ") + metric.name;
  const std::string path = quoted(folder.path());
  for (const std::string& command :
       {"table " + path + every, "table --bootstrap 100 " + path + every, "classes " + path,
        "aggregate --logits " + path, "table --choose --bootstrap 100 " + path + every}) {
    const Outcome ended = run_report(command);
    EXPECT_EQ(ended.code, 0) << command << ": " << ended.output;
    EXPECT_EQ(ended.output.find("nan"), std::string::npos) << ended.output;
  }
  EXPECT_TRUE(
      testing::says(run_report("classes " + path).output, {"M2m on CIFAR-LT-10 rho=100", "AUROC", "finite"}));
}

TEST(ReportProgram, RepeatsIntervalsExactly) {
  const TemporaryFolder folder;
  testing::make_scored_study({folder.path()});
  const std::string command = quoted(folder.path()) + " --bootstrap 200 --format csv";
  EXPECT_EQ(run_report(command).output, run_report(command).output);
  EXPECT_NE(run_report(command).output.find("bacc_low,bacc_high"), std::string::npos);
}

TEST(ReportProgram, ChoosesByValidationAndSaysOfHowMany) {
  const TemporaryFolder folder;
  testing::make_study({folder.path()});
  const std::string path = quoted(folder.path());
  const Outcome ended = run_report(path + " --choose");
  EXPECT_EQ(ended.code, 0);
  // All labels validate alike, so the first is chosen; one of its four trials diverged and one is missing.
  EXPECT_NE(ended.output.find("| 100.0 +- 0.0 / 100.0 +- 0.0 (2*)          | M2m: chosen of 2 on validation "),
            std::string::npos)
      << ended.output;
  EXPECT_NE(ended.output.find("| ERM: the only setting "), std::string::npos);
  EXPECT_EQ(run_report(path + "/results.h5 --choose").output, ended.output);
}

TEST(ReportProgram, IsTheTableWithoutACommand) {
  const TemporaryFolder folder;
  testing::make_study({folder.path()});
  const std::string path = quoted(folder.path());
  for (const std::string options : {"", " --rows data --columns label", " --format csv --metric few"}) {
    const Outcome table = run_report("table " + path + options);
    EXPECT_EQ(table.code, 0) << table.output;
    EXPECT_EQ(run_report(path + options).output, table.output);
    EXPECT_EQ(run_report(options + " table " + path).output, table.output);
  }
}

TEST(ReportProgram, SaysWhichCommandOrLabelWasMeant) {
  const TemporaryFolder folder;
  testing::make_study({folder.path()});
  const std::string path = quoted(folder.path());
  const Outcome misplaced = run_report("aggregate " + path + " --rows label");
  EXPECT_EQ(misplaced.code, 2);
  EXPECT_NE(misplaced.output.find("--rows, which is an option of table"), std::string::npos) << misplaced.output;
  const Outcome misspelt = run_report("tabel " + path);
  EXPECT_EQ(misspelt.code, 2);
  EXPECT_TRUE(testing::says(misspelt.output, {"'table'"}));
  const Outcome unknown = run_report("compare " + path + " ERM something_else_entirely");
  EXPECT_EQ(unknown.code, 2);
  EXPECT_NE(unknown.output.find("'ERM'"), std::string::npos) << unknown.output;
}

TEST(ReportProgram, OfAFolderNoSweepHasWrittenEndsWithTwo) {
  const TemporaryFolder folder;
  const Outcome ended = run_report(quoted(folder.path()));
  EXPECT_EQ(ended.code, 2);
  EXPECT_EQ(ended.output.rfind("m2m-report: ", 0), 0U);
  EXPECT_NE(ended.output.find("has no study.json"), std::string::npos);
}

TEST(ReportProgram, OfAStudyWithoutTrialsSaysSo) {
  const TemporaryFolder folder;
  results::write_planned_study(folder.path() / "study.json", {"empty", "empty.toml", {}});
  EXPECT_TRUE(testing::says(run_report(quoted(folder.path())).output, {"no trials"}));
  EXPECT_EQ(run_report(quoted(folder.path()) + " --format json").code, 0);
}

TEST(ReportProgram, EndsWithTheExitCodeOfWhatIsWrong) {
  const TemporaryFolder folder;
  const std::string text = quoted(folder.path() / "notes.txt");
  std::ofstream(folder.path() / "notes.txt") << "bACC 77.9\n";
  EXPECT_EQ(run_report(text).code, 65);
  EXPECT_NE(run_report(text).output.find("not an HDF5 file"), std::string::npos);
  EXPECT_EQ(run_report(quoted(folder.path() / "none")).code, 74);
  EXPECT_EQ(run_report("").code, 2);
  EXPECT_EQ(run_report("--format excel " + text).code, 2);
  EXPECT_EQ(run_report("--colour " + text).code, 2);
  EXPECT_EQ(run_report("--help").code, 0);
  EXPECT_EQ(run_report("--version").output, "m2m-report " + full_version() + "\n");
}

TEST(ReportProgram, RefusesAnUnknownInstructionSet) {
  ::setenv("M2M_INSTRUCTION_SET", "avx3", 1);
  const Outcome ended = run_report("--version");
  ::unsetenv("M2M_INSTRUCTION_SET");
  EXPECT_EQ(ended.code, 2);
  EXPECT_EQ(ended.output.rfind("m2m-report: M2M_INSTRUCTION_SET='avx3'", 0), 0U) << ended.output;
}

TEST(ReportProgram, ThatCannotWriteEndsWithInputOutput) {
  const TemporaryFolder folder;
  testing::make_study({folder.path()});
  EXPECT_EQ(run_report(quoted(folder.path()) + " > /dev/full").code, 74);
  fs::remove(folder.path() / "results.h5");
  fs::create_directories(folder.path() / "results.h5" / "in the way");
  const Outcome merged = run_report("merge " + quoted(folder.path()));
  EXPECT_EQ(merged.code, 74) << merged.output;
}

TEST(ReportProgram, OnAFullDiskLeavesTheOldMergedFileAndEndsWithInputOutput) {
  const TemporaryFolder folder;
  testing::make_study({folder.path()});
  const auto size = fs::file_size(folder.path() / "results.h5");
  fs::remove(folder.path() / "merged.json");  // so that it is merged anew
  const testing::Outcome outcome = testing::run_command(
      "trap '' XFSZ; ulimit -f 40; " + quoted(M2M_REPORT) + " merge " + quoted(folder.path()), ".");
  EXPECT_EQ(outcome.code, 74) << outcome.output;
  EXPECT_TRUE(testing::says(outcome.output, {"results.h5", std::strerror(EFBIG)}));
  EXPECT_EQ(fs::file_size(folder.path() / "results.h5"), size);
}

}  // namespace
}  // namespace m2m::report
