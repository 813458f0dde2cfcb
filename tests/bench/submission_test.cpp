// The findings of the checker, on submissions in which one thing is wrong.
#include "bench/submission.hpp"

#include <gtest/gtest.h>

#include <fstream>

#include "bench/class_report.hpp"
#include "bench/class_verdict.hpp"
#include "core/error.hpp"
#include "core/files.hpp"
#include "support/class_results.hpp"
#include "support/said.hpp"
#include "support/temporary_folder.hpp"

namespace m2m::bench {
namespace {

using results::TrialRecord;
using testing::complaint, testing::says, testing::TemporaryFolder;

/// A submission of class S in a folder; its members are what a test changes before it is written.
struct Made {
  TemporaryFolder folder;
  std::vector<TrialRecord> records = testing::class_records(find_class("S"));
  Json system = {{"processor", "made up"},
                 {"processors", Json::object()},
                 {"host_memory", 8e9},
                 {"gpu", "none"},
                 {"libtorch", "2"},
                 {"mpi", "Open MPI"},
                 {"compiler", "12"},
                 {"revision", "0123ab"},
                 {"kernel", "Linux 6"},
                 {"operating_system", "Debian"},
                 {"network_interfaces", Json::array()}};
  RunLog log{Json::object(), {{"2026-01-31T12:00:00.123Z", 60, 0, {"m2m-sweep"}}}};

  Json report() const {
    const ProblemClass& problem = find_class("S");
    const results::StudyResults results = testing::to_results(problem, records);
    const RunFacts facts = testing::class_facts(records);
    const ClassFigures figures = class_figures(problem, results, facts);
    return report_json({problem, log, facts, figures, reasons_to_fail(problem, results, figures)});
  }
  void write(const Json& report) const {
    testing::write_sweep(folder.path(), find_class("S"), records);
    write_json_file(folder / "class.json", report);
    write_json_file(folder / "system.json", system);
    std::ofstream(folder / "NOTES.txt") << "A test.\n";
  }
  void write() const { write(report()); }
};

/// The sentences of one grade.
std::vector<std::string> sentences(const Made& made, Grade grade) {
  std::vector<std::string> found;
  for (const Remark& remark : check_submission(made.folder.path())) {
    if (remark.grade == grade) found.push_back(remark.sentence);
  }
  return found;
}
std::vector<std::string> errors(const Made& made) { return sentences(made, Grade::error); }

TEST(Submission, IsAcceptedIfEverythingAgrees) {
  const Made made;
  made.write();
  EXPECT_EQ(errors(made), std::vector<std::string>{});
  EXPECT_EQ(sentences(made, Grade::warning), std::vector<std::string>{});
  EXPECT_GE(sentences(made, Grade::ok).size(), 5U);
}

TEST(Submission, LacksFiles) {
  const Made made;
  made.write();
  for (const std::string name : {"class.json", "results.h5", "study.json", "system.json", "NOTES.txt"}) {
    std::filesystem::rename(made.folder / name, made.folder / "aside");
    ASSERT_EQ(errors(made).size(), 1U) << name;
    EXPECT_TRUE(says(errors(made), {name.substr(0, name.find(".txt"))}));
    std::filesystem::rename(made.folder / "aside", made.folder / name);
  }
  std::filesystem::resize_file(made.folder / "NOTES.txt", 0);
  EXPECT_TRUE(says(errors(made), {"NOTES", "empty"}));
  EXPECT_TRUE(says(complaint([] { check_submission("absent"); }, ExitCode::usage), {"absent"}));
}

TEST(Submission, HasADamagedFile) {
  const Made made;
  made.write();
  for (const std::string name : {"class.json", "results.h5", "study.json", "system.json"}) {
    const std::string whole = read_file(made.folder / name);
    write_file(made.folder / name, "{\"schema\": ");
    ASSERT_GE(errors(made).size(), 1U) << name;
    EXPECT_TRUE(says(errors(made), {name}));
    write_file(made.folder / name, whole);
  }
}

TEST(Submission, StatesOtherNumbersThanItsResults) {
  const Made made;
  Json report = made.report();
  report["figure_of_merit"]["trials_per_device_hour"] = 999.5;
  report["methods"][0]["mean"] = 87.25;
  report["figure_of_merit"]["wall_seconds"] = 30;
  made.write(report);
  EXPECT_TRUE(says(errors(made), {"figure of merit", "999.5", "270"}));
  EXPECT_TRUE(says(errors(made), {"ERM", "87.25"}));
  EXPECT_TRUE(says(errors(made), {"wall time", "30", "60"}));
  EXPECT_EQ(errors(made).size(), 3U);
}

TEST(Submission, ClaimsToHavePassed) {
  Made made;
  for (TrialRecord& record : made.records) {
    if (record.label == "ERM") testing::set_bacc(record, 50);
  }
  Json report = made.report();
  EXPECT_EQ(report.at("result"), "FAILED");
  report["result"] = "PASSED";
  made.write(report);
  EXPECT_TRUE(says(errors(made), {"ERM", "50.0", "window"}));
  EXPECT_TRUE(says(errors(made), {"PASSED", "FAILED"}));
}

TEST(Submission, HasOtherSettingsThanTheClass) {
  Made made;
  for (TrialRecord& record : made.records) {
    record.identity["settings"]["train.batch_size"] = 64;
    testing::renew_id(record);
  }
  made.write();
  EXPECT_TRUE(says(errors(made), {"ERM seed=1", "train.batch_size", "64", "32"}));
}

TEST(Submission, HasAnIdThatIsNotTheHashOfItsIdentity) {
  Made made;
  made.records.front().identity["data"]["test"] = "chosen";
  made.write();
  EXPECT_EQ(errors(made).size(), 1U);
  EXPECT_TRUE(says(errors(made), {made.records.front().id, "hash"}));
}

TEST(Submission, WasRunInSeveralPiecesOrNotToItsEnd) {
  Made made;
  made.log.runs.front().seconds = 20;
  made.log.runs.push_back({"2026-01-31T13:00:00.000Z", 40, 85, {"m2m-sweep"}});
  made.write();
  EXPECT_TRUE(says(sentences(made, Grade::warning), {"2 runs"}));
  EXPECT_TRUE(says(errors(made), {"code 0"}));
}

TEST(Submission, WarnsOfAChangedTreeAndOfDataThatAreNotConfirmed) {
  Made made;
  for (TrialRecord& record : made.records) {
    record.environment["dirty"] = true;
    record.data["published"] = false;
    record.data["notice"] = "the digits are not confirmed";
  }
  made.write();
  EXPECT_EQ(errors(made), std::vector<std::string>{});
  EXPECT_TRUE(says(sentences(made, Grade::warning), {"0123ab", "changed"}));
  EXPECT_TRUE(says(sentences(made, Grade::warning), {"the digits are not confirmed"}));
}

TEST(Submission, DescribesAnotherOrIncompleteSystem) {
  Made made;
  made.system["revision"] = "9999ff";
  made.write();
  EXPECT_TRUE(says(errors(made), {"system.json", "9999ff", "0123ab"}));
  Made incomplete;
  incomplete.system.erase("mpi");
  incomplete.write();
  EXPECT_TRUE(says(errors(incomplete), {"system.json", "mpi"}));
}

TEST(Submission, IsPrintedAsOneLineForEachRemark) {
  const std::vector<Remark> remarks = {{Grade::ok, "right"}, {Grade::warning, "odd"}, {Grade::error, "wrong"}};
  EXPECT_EQ(remarks_text(remarks), "ok       right\nwarning  odd\nerror    wrong\n");
  EXPECT_TRUE(has_error(remarks));
  EXPECT_FALSE(has_error({{Grade::warning, "odd"}}));
}

}  // namespace
}  // namespace m2m::bench
