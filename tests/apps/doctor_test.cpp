#include <gtest/gtest.h>

#include <filesystem>

#include "apps/doctor_checks.hpp"
#include "core/instruction_set.hpp"
#include "support/command.hpp"
#include "support/fake_training.hpp"
#include "support/temporary_folder.hpp"

namespace m2m::apps {
namespace {

using testing::Outcome;

TEST(Doctor, WarnsOfThreadsThatWouldShareCores) {
  EXPECT_EQ(check_threads("2", {4, 8, 2, 0}).health, Health::ok);
  EXPECT_EQ(check_threads("3", {4, 8, 2, 0}).health, Health::warning);
  EXPECT_EQ(check_threads(nullptr, {4, 8, 2, 0}).health, Health::ok);
  EXPECT_EQ(check_threads("1", {9, 8, 8, 0}).health, Health::warning);
}

TEST(Doctor, TellsLittleSpaceFromNone) {
  EXPECT_EQ(check_space(100e9).health, Health::ok);
  EXPECT_EQ(check_space(1e9).health, Health::warning);
  EXPECT_EQ(check_space(1e6).health, Health::error);
}

TEST(Doctor, TriesTheFileSystemAndLeavesNothing) {
  const testing::TemporaryFolder folder;
  EXPECT_EQ(check_file_system(folder.path()).health, Health::ok);
  EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
  const Finding nowhere = check_file_system("/proc/none");
  EXPECT_EQ(nowhere.health, Health::error);
  EXPECT_FALSE(nowhere.advice.empty());
}

TEST(Doctor, SaysOnceWhatAllRanksFindAndWhoFindsSomethingElse) {
  const Finding common{"MPI", Health::ok, "fine", ""};
  const std::vector<std::vector<Finding>> by_rank = {{common, {"GPU", Health::ok, "8", ""}},
                                                     {common, {"GPU", Health::warning, "none", "look"}}};
  EXPECT_EQ(findings_text(by_rank),
            "ok       MPI            fine\n"
            "ok       GPU            8  (rank 0)\n"
            "warning  GPU            none  (rank 1)\n"
            "                     -> look\n");
  EXPECT_EQ(worst(by_rank), Health::warning);
  EXPECT_EQ(findings_from_json(to_json(by_rank[1])), by_rank[1]);
}

TEST(DoctorProgram, AnswersForEveryRankAndWithOneExitCode) {
  ::setenv("OMPI_ALLOW_RUN_AS_ROOT", "1", 1);
  ::setenv("OMPI_ALLOW_RUN_AS_ROOT_CONFIRM", "1", 1);
  const testing::TemporaryFolder folder;
  const auto doctor = [&](const std::string& launcher, const std::string& arguments) {
    return testing::run_command("timeout 20 " + launcher + testing::quoted(M2M_DOCTOR) + " " + arguments,
                                folder.path());
  };
  const std::string two = testing::quoted(M2M_MPIEXEC) + " --oversubscribe --bind-to none -np 2 ";
  for (const std::string& launcher : {std::string(), two}) {
    const Outcome well = doctor(launcher, "");
    EXPECT_EQ(well.code, 0) << well.output;
    EXPECT_NE(well.output.find("ok       MPI            Open MPI"), std::string::npos) << well.output;
    const Outcome broken = doctor(launcher, "--out /proc/none");
    EXPECT_EQ(broken.code, 3) << broken.output;
    EXPECT_NE(broken.output.find("error    file system"), std::string::npos) << broken.output;
  }
  EXPECT_EQ(doctor("", "--ot x").code, 2);
  EXPECT_EQ(doctor("", "--help").code, 0);
}

TEST(DoctorProgram, NamesTheInstructionSetOfTheProcess) {
  const testing::TemporaryFolder folder;
  const auto doctor = [&](const std::string& set) {
    return testing::run_command("M2M_INSTRUCTION_SET=" + set + " timeout 20 " + testing::quoted(M2M_DOCTOR),
                                folder.path());
  };
  const std::string best = to_text(processor_instruction_set());
  bool caps = true;
  for (const std::string& set : instruction_set_names()) {
    const Outcome outcome = doctor(set);
    EXPECT_EQ(outcome.code, 0) << outcome.output;
    caps = caps && set != best;  // from the processor's own set on nothing is capped
    const std::string output = caps ? "warning  instructions   " + set : "ok       instructions   " + best;
    EXPECT_NE(outcome.output.find(output), std::string::npos) << outcome.output;
  }
  EXPECT_NE(doctor("").output.find("ok       instructions   " + best), std::string::npos);
  const Outcome wrong = doctor("avx3");
  EXPECT_EQ(wrong.code, 2) << wrong.output;
  EXPECT_NE(wrong.output.find("M2M_INSTRUCTION_SET='avx3'"), std::string::npos) << wrong.output;
}

}  // namespace
}  // namespace m2m::apps
