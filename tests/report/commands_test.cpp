// The commands of m2m-report as a shell sees them, and their answers to bad inputs.
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>

#include "core/config.hpp"
#include "results/hdf5.hpp"
#include "support/command.hpp"
#include "support/run_report.hpp"
#include "support/said.hpp"
#include "support/sample_results.hpp"
#include "support/synthetic_study.hpp"
#include "support/temporary_folder.hpp"

namespace m2m::report {
namespace {

namespace fs = std::filesystem;
using testing::Outcome;
using testing::quoted;
using testing::run_report;
using testing::TemporaryFolder;

constexpr const char* commands[] = {"", "aggregate", "table", "classes", "compare", "variance", "reference"};

/// The command with a study's path, and with labels if it takes any.
std::string on(const std::string& command, const fs::path& path) {
  return command + " " + quoted(path) + (command == "compare" ? " ERM DRS" : "");
}

/// A synthetic study in a folder of its own.
struct Study {
  TemporaryFolder folder;
  fs::path merged = folder.path() / "results.h5";
  Study() { testing::make_study({folder.path()}); }
};

/// Expects that every command ends with this code and one sentence that has these parts.
void expect_refused(const fs::path& path, int code, const testing::Parts& parts) {
  for (const char* command : commands) {
    const Outcome ended = run_report(on(command, path));
    EXPECT_EQ(ended.code, code) << command << ": " << ended.output;
    EXPECT_EQ(ended.output.rfind("m2m-report: ", 0), 0U) << command << ": " << ended.output;
    EXPECT_EQ(std::count(ended.output.begin(), ended.output.end(), '\n'), 1) << command << ": " << ended.output;
    EXPECT_TRUE(testing::says(ended.output, parts)) << command;
  }
}

TEST(ReportCommands, ReadTheMergedFileOfAFolderWithoutTrials) {
  const Study study;
  const std::string expected = run_report(on("table", study.merged)).output;
  fs::remove_all(study.folder.path() / "trials");
  EXPECT_EQ(run_report(on("table", study.folder.path())).output, expected);
  EXPECT_EQ(run_report(on("merge", study.folder.path())).code, 2);
  EXPECT_EQ(run_report(on("table", study.folder.path())).output, expected);
}

TEST(ReportCommands, ReadTheMergedFileOfAFolderWithoutItsPlan) {
  const Study study;
  const std::string expected = run_report(on("table", study.merged)).output;
  fs::create_directories(study.folder.path() / "trials");
  fs::remove(study.folder.path() / "study.json");
  EXPECT_EQ(run_report(on("table", study.folder.path())).output, expected);
}

TEST(ReportCommands, WriteEveryFormatFromAFolderAndItsMergedFile) {
  const Study study;
  for (const char* command : commands) {
    for (const char* format : {"markdown", "csv", "latex", "json"}) {
      const Outcome ended = run_report(on(command, study.folder.path()) + " --format " + format);
      EXPECT_EQ(ended.code, 0) << command << " " << format << ": " << ended.output;
      EXPECT_EQ(run_report(on(command, study.merged) + " --format " + format).output, ended.output);
      EXPECT_EQ(ended.output.find("\\toprule") != std::string::npos, format == std::string("latex"));
    }
    EXPECT_TRUE(Json::accept(run_report(on(command, study.merged) + " --format json").output)) << command;
  }
}

TEST(ReportCommands, AggregateWritesCsvByItself) {
  const Study study;
  EXPECT_EQ(run_report(on("aggregate", study.merged)).output,
            run_report(on("aggregate", study.merged) + " --format csv").output);
}

TEST(ReportCommands, TableWithoutAxesIsTheTable) {
  const Study study;
  const std::string path = quoted(study.folder.path());
  EXPECT_EQ(run_report("table " + path).output, run_report(path).output);
  EXPECT_EQ(run_report("table --rows label --columns data " + path + " --metric few").output,
            run_report(path + " --metric few").output);
  const Outcome other = run_report("table " + path + " --rows data.set --columns label --metric few");
  EXPECT_EQ(other.code, 0) << other.output;
  EXPECT_NE(other.output.find("| data.set | ERM"), std::string::npos) << other.output;
}

TEST(ReportCommands, CompareTakesBFromAnotherStudy) {
  const Study study, other;
  const Outcome ended = run_report(on("compare", study.folder.path()) + " --with " + quoted(other.merged));
  EXPECT_EQ(ended.code, 0) << ended.output;
  const std::string alone = run_report(on("compare", study.folder.path())).output;
  const std::size_t title = ended.output.find('\n');
  EXPECT_TRUE(testing::says(ended.output.substr(0, title), {study.folder.path().string(), other.merged.string()}));
  EXPECT_EQ(ended.output.substr(title), alone.substr(alone.find('\n')));
  EXPECT_EQ(run_report(on("compare", study.folder.path()) + " --with " + quoted(other.merged) + "x").code, 74);
}

TEST(ReportCommands, CompareRefusesStudiesThatDoNotMatch) {
  const Study study;
  const TemporaryFolder other;
  testing::make_study({other.path()}, true);
  const std::string command =
      "compare " + quoted(study.merged) + " M2m M2m --with " + quoted(other.path() / "results.h5");
  const Outcome ended = run_report(command);
  EXPECT_EQ(ended.code, 2) << ended.output;
  EXPECT_TRUE(testing::says(ended.output, {"two protocols", "--allow-mixed"}));
  EXPECT_EQ(run_report(command + " --allow-mixed").code, 0);
}

TEST(ReportCommands, VarianceTakesALabelAndADifference) {
  const Study study;
  const Outcome ended = run_report("variance " + quoted(study.merged) + " ERM --difference .1 --format csv");
  EXPECT_EQ(ended.code, 0) << ended.output;
  EXPECT_NE(ended.output.find("ERM,CIFAR-LT-10 rho=100,bacc,all trials,,3,0.33333"), std::string::npos)
      << ended.output;
  EXPECT_NE(ended.output.find(",175,\n"), std::string::npos) << ended.output;  // 15.698 / 9 / 0.01
  EXPECT_EQ(run_report("variance " + quoted(study.merged) + " EMR").code, 2);
  EXPECT_EQ(run_report("variance " + quoted(study.merged) + " --difference 0").code, 2);
}

TEST(ReportCommands, RefuseOptionsThatSayNothingToThem) {
  const Study study;
  for (const char* line :
       {"aggregate --metric few ", "aggregate --gm zero ", "reference --metric gm ", "variance --choose ",
        "variance --metric gm --metric few ", "--choose compare ", "compare --difference 1 ", "merge --format csv ",
        "table --with x ", "classes --metric bacc ", "classes --choose ", "compare --bootstrap 100 ",
        "--bootstrap 99 ", "--bootstrap many ", "table --logits "}) {
    const Outcome ended = run_report(line + quoted(study.merged));
    EXPECT_EQ(ended.code, 2) << line << ended.output;
    EXPECT_EQ(ended.output.rfind("m2m-report: ", 0), 0U) << ended.output;
  }
}

TEST(ReportCommands, AreAllInTheHelp) {
  const std::string help = run_report("--help").output;
  for (const char* command : {"aggregate", "table", "classes", "compare", "variance", "reference", "merge"}) {
    EXPECT_NE(help.find(std::string("\n  ") + command + " "), std::string::npos) << command;
    const Outcome own = run_report(std::string(command) + " --help");
    EXPECT_EQ(own.code, 0);
    EXPECT_NE(own.output.find(std::string("m2m-report ") + command), std::string::npos) << own.output;
  }
}

TEST(ReportCommands, OfWhatIsNoHdf5FileSaySo) {
  const TemporaryFolder folder;
  const fs::path text = folder.path() / "notes.txt";
  std::ofstream(text) << "bACC 77.9\n";
  expect_refused(text, 65, {"notes.txt", "HDF5", "results.h5"});
  expect_refused(folder.path() / "none", 74, {"none", "results.h5"});
  fs::create_directory(folder.path() / "digits");
  expect_refused(folder.path() / "digts", 74, {"digts", (folder.path() / "digits").string()});
}

TEST(ReportCommands, OfAnOlderSchemaSaySo) {
  const Study study;
  const hid_t file = H5Fopen(study.merged.c_str(), H5F_ACC_RDWR, H5P_DEFAULT);
  const hid_t attribute = H5Aopen(file, "schema_version", H5P_DEFAULT);
  const int older = 0;
  H5Awrite(attribute, H5T_NATIVE_INT, &older);
  H5Aclose(attribute);
  H5Fclose(file);
  expect_refused(study.merged, 65, {"results.h5", "schema 0", "1 to 2", "m2m-report merge"});
}

TEST(ReportCommands, OfATruncatedFileSaySo) {
  const Study study;
  fs::resize_file(study.merged, fs::file_size(study.merged) / 2);
  expect_refused(study.merged, 65, {"results.h5: truncated", "m2m-report merge"});
}

/// Removes an object from the merged file and returns the id of its trial of ERM; `path` is below the trial.
std::string taken_out(const Study& study, const std::string& path) {
  const std::string csv = run_report(on("aggregate", study.merged)).output;
  std::string id = csv.substr(csv.find('\n') + 1, 16);
  const hid_t file = H5Fopen(study.merged.c_str(), H5F_ACC_RDWR, H5P_DEFAULT);
  H5Ldelete(file, ("trial/" + id + path).c_str(), H5P_DEFAULT);
  H5Fclose(file);
  return id;
}

TEST(ReportCommands, NameTheTrialThatAMergedFileLacks) {
  const Study study;
  const std::string id = taken_out(study, "");
  expect_refused(study.merged, 65, {"results.h5: damaged", id});
}

TEST(ReportCommands, NameTheTrialOfAMergedFileThatLacksADataset) {
  const Study study;
  const std::string id = taken_out(study, "/last/test/confusion");
  expect_refused(study.merged, 65, {"results.h5: damaged (trial " + id + ": looking for confusion: "});
}

}  // namespace
}  // namespace m2m::report
