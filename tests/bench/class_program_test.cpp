// m2m-bench class and m2m-bench check as a shell sees them, with a script in the place of m2m-sweep.
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>

#include "bench/problem_class.hpp"
#include "core/config.hpp"
#include "core/files.hpp"
#include "core/version.hpp"
#include "support/class_results.hpp"
#include "support/command.hpp"
#include "support/said.hpp"
#include "support/temporary_folder.hpp"

namespace m2m::bench {
namespace {

namespace fs = std::filesystem;
using results::TrialRecord;
using testing::Outcome, testing::quoted, testing::says, testing::TemporaryFolder;

/// A folder with a script that leaves prepared results in its --out, as m2m-sweep would, and notes its words.
class FakeSweep {
 public:
  explicit FakeSweep(int code = 0, const std::string& before = "") {
    ::setenv("CUDA_VISIBLE_DEVICES", "", 1);
    records_ = testing::class_records(find_class("S"));
    for (TrialRecord& record : records_) {
      record.wall_seconds = 0.001;
      record.environment["revision"] = git_revision();
    }
    std::ofstream(folder_ / "sweep.sh") << "#!/bin/sh\n"
                                        << "echo \"$@\" >> '" << (folder_ / "words").string() << "'\n"
                                        << "while [ \"$1\" != --out ]; do shift; done\n"
                                        << before << "\ncp -r '" << (folder_ / "made").string() << "/.' \"$2\"\n"
                                        << "exit " << code << "\n";
    fs::permissions(folder_ / "sweep.sh", fs::perms::owner_all);
  }

  std::vector<TrialRecord>& records() { return records_; }
  const TemporaryFolder& folder() const { return folder_; }
  /// The command lines that the script was started with.
  std::string words() const { return fs::exists(folder_ / "words") ? read_file(folder_ / "words") : ""; }

  Outcome bench(const std::string& arguments) const {
    return testing::run_command(quoted(M2M_BENCH) + " " + arguments, folder_.path().string());
  }
  /// Runs class S with the script, which leaves the records as they are now.
  Outcome run_class(const std::string& arguments = "") const {
    testing::write_sweep(folder_ / "made", find_class("S"), records_);
    return bench("class S --launch none --sweep ./sweep.sh " + arguments);
  }
  Json json(const std::string& file) const { return Json::parse(read_file(folder_ / file)); }

 private:
  TemporaryFolder folder_;
  std::vector<TrialRecord> records_;
};

/// The value of a line of the report; "" if there is no such line.
std::string value_of(const std::string& report, const std::string& name) {
  const std::string padded = name + std::string(22 - name.size(), ' ');
  const auto begin = report.find("\n" + padded);
  if (begin == std::string::npos) return "";
  const auto value = begin + 1 + padded.size();
  return report.substr(value, report.find('\n', value) - value);
}

void expect_one_sentence(const Outcome& outcome, int code, const std::string& part) {
  EXPECT_EQ(outcome.code, code) << outcome.output;
  EXPECT_EQ(std::count(outcome.output.begin(), outcome.output.end(), '\n'), 1) << outcome.output;
  EXPECT_TRUE(outcome.output.starts_with("m2m-bench: ")) << outcome.output;
  EXPECT_NE(outcome.output.find(part), std::string::npos) << outcome.output;
}

TEST(ClassProgram, ReportsAPassedRunAsAlignedLinesAndJson) {
  const FakeSweep sweep;
  const Outcome outcome = sweep.run_class("--json report.json");
  ASSERT_EQ(outcome.code, 0) << outcome.output;
  EXPECT_EQ(value_of(outcome.output, "result"), "PASSED");
  EXPECT_TRUE(says(value_of(outcome.output, "figure of merit"), {"trials per device-hour"}));
  EXPECT_TRUE(says(value_of(outcome.output, "bACC M2m"), {"85.0", "82.0", "88.8"}));
  EXPECT_TRUE(says(value_of(outcome.output, "75 % DRS"), {"5.0 s", "3 of 3"}));
  for (const char* name :
       {"trials", "parallel efficiency", "processor", "memory", "GPU", "software", "precision", "kernels", "hosts",
        "ranks", "threads per rank", "trials per device", "devices", "revision"})
    EXPECT_NE(value_of(outcome.output, name), "") << name;
  const Json report = sweep.json("report.json");
  EXPECT_EQ(report, sweep.json("results/class_S/class.json"));
  EXPECT_EQ(report.at("result"), "PASSED");
  EXPECT_EQ(report.at("figure_of_merit").at("trials"), 9);
  EXPECT_GT(report.at("figure_of_merit").at("trials_per_device_hour").get<double>(), 0);
  const Json system = sweep.json("results/class_S/system.json");
  for (const char* key : {"processors", "host_memory", "operating_system", "network_interfaces", "mpi", "compiler"})
    EXPECT_TRUE(system.contains(key)) << key;
  EXPECT_FALSE(system.contains("host"));
}

TEST(ClassProgram, PassesTheChoicesOfARunOn) {
  const FakeSweep sweep;
  sweep.run_class("--precision bf16 --kernels torch --threads 2 --trials-per-device 3 --device cpu --out there");
  EXPECT_TRUE(
      says(sweep.words(), {"there/bench_small.toml --out there", "train.precision=bf16", "train.kernels=torch",
                           "train.threads=2", "train.device=cpu", "--trials-per-device 3"}));
  EXPECT_EQ(read_file(sweep.folder() / "there/bench_small.toml"), job_text(find_class("S")));
}

TEST(ClassProgram, FailsARunWithItsReasons) {
  FakeSweep sweep;
  for (TrialRecord& record : sweep.records()) {
    if (record.label == "DRS") testing::set_bacc(record, 60);
  }
  const Outcome outcome = sweep.run_class();
  EXPECT_EQ(outcome.code, 3);
  EXPECT_EQ(value_of(outcome.output, "result"), "FAILED");
  EXPECT_TRUE(says(value_of(outcome.output, "reason"), {"DRS", "60.0", "79.5"}));
  EXPECT_EQ(sweep.json("results/class_S/class.json").at("reasons").size(), 1U);
}

TEST(ClassProgram, EndsWithTheCodeOfASweepThatWasStopped) {
  for (const int code : {4, 85, 74, 2}) {
    const FakeSweep sweep(code);
    const Outcome outcome = sweep.run_class();
    EXPECT_EQ(outcome.code, code);
    EXPECT_TRUE(says(outcome.output, {"results/class_S", "code " + std::to_string(code)})) << outcome.output;
    EXPECT_EQ(outcome.output.find("figure of merit"), std::string::npos);
    EXPECT_FALSE(fs::exists(sweep.folder() / "results/class_S/class.json"));
  }
}

TEST(ClassProgram, AddsTheTimeOfEveryRunThatAFinishedStudyTook) {
  const FakeSweep sweep(0, "[ -e \"$2/study.json\" ] || { sleep 1; cp -r made/. \"$2\"; exit 85; }");
  EXPECT_EQ(sweep.run_class().code, 85);
  const Outcome outcome = sweep.run_class();
  ASSERT_EQ(outcome.code, 0) << outcome.output;
  const Json report = sweep.json("results/class_S/class.json");
  EXPECT_EQ(report.at("log").at("runs").size(), 2U);
  EXPECT_EQ(report.at("log").at("runs").at(0).at("code"), 85);
  EXPECT_GE(report.at("figure_of_merit").at("wall_seconds").get<double>(), 1);
}

TEST(ClassProgram, VerifiesACompleteRunAgainWithoutRunningIt) {
  const FakeSweep sweep;
  const Outcome first = sweep.run_class(), second = sweep.run_class();
  EXPECT_EQ(second.code, 0) << second.output;
  EXPECT_EQ(value_of(first.output, "figure of merit"), value_of(second.output, "figure of merit"));
  EXPECT_EQ(sweep.run_class("> /dev/full").code, 74);
  EXPECT_EQ(sweep.bench("check results/class_S > /dev/full").code, 74);
  const std::string words = sweep.words();
  EXPECT_EQ(std::count(words.begin(), words.end(), '\n'), 1);
}

TEST(ClassProgram, NamesTheWrongPartOfACommandLine) {
  const FakeSweep sweep;
  expect_one_sentence(sweep.bench("class XL"), 2, "XL");
  expect_one_sentence(sweep.bench("class"), 2, "CLASS");
  expect_one_sentence(sweep.bench("class S --precision half"), 2, "--precision");
  expect_one_sentence(sweep.bench("class S --ranks 0"), 2, "--ranks");
  expect_one_sentence(sweep.bench("class S --launch none --sweep ./absent"), 2, "./absent: no such program");
  expect_one_sentence(sweep.bench("check"), 2, "DIR");
  expect_one_sentence(sweep.bench("check absent"), 2, "absent");
}

TEST(ClassProgram, RefusesAFolderWithOtherResults) {
  const FakeSweep sweep;
  testing::write_sweep(sweep.folder() / "medium", find_class("M"), testing::class_records(find_class("M")));
  expect_one_sentence(sweep.run_class("--out medium"), 2, "bench_medium");
  testing::write_sweep(sweep.folder() / "untimed", find_class("S"), testing::class_records(find_class("S")));
  expect_one_sentence(sweep.run_class("--out untimed"), 2, "not timed");
  EXPECT_EQ(sweep.run_class("--out first").code, 0);
  expect_one_sentence(sweep.run_class("--out first --precision bf16"), 2, "precision");
}

TEST(ClassProgram, LeavesAFolderThatTheCheckerAcceptsOnceItHasNotes) {
  const FakeSweep sweep;
  ASSERT_EQ(sweep.run_class().code, 0);
  const Outcome without = sweep.bench("check results/class_S");
  EXPECT_EQ(without.code, 3);
  EXPECT_TRUE(says(without.output, {"README"}));
  std::ofstream(sweep.folder() / "results/class_S/README.md") << "A test.\n";
  const Outcome with = sweep.bench("check results/class_S");
  EXPECT_EQ(with.code, 0) << with.output;
  EXPECT_EQ(with.output.find("error"), std::string::npos) << with.output;
}

}  // namespace
}  // namespace m2m::bench
