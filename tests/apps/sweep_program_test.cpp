// m2m-sweep as a shell and mpirun see it, with a training side that trains nothing.
#include "support/sweep_program.hpp"

#include <signal.h>
#include <unistd.h>

#include "apps/rank_groups.hpp"
#include "core/config.hpp"
#include "core/files.hpp"
#include "support/eventually.hpp"

namespace m2m::apps {
namespace {

using testing::count;
using testing::Counts;
using testing::counts_in;
using testing::line_with;
using testing::numbers_in;
using testing::Outcome;
using testing::says;
using testing::SweepProgram;

using Numbers = std::vector<double>;

/// What a dry run counts first: trials and stages of the study, then those that exist.
Numbers first_counts(const std::string& output) {
  const std::string line = line_with(output, "grid: ");
  return numbers_in(line.substr(0, line.find(" in ")));
}

/// The trials below `out` that left that file.
std::set<std::string> trials_with(const std::filesystem::path& out, const std::string& file) {
  std::set<std::string> found;
  for (const auto& trial : std::filesystem::directory_iterator(out / "trials")) {
    if (std::filesystem::exists(trial.path() / file)) found.insert(trial.path().filename().string());
  }
  return found;
}

TEST_F(SweepProgram, RunsWithAnyNumberOfRanksAndWithoutMpirun) {
  for (const int ranks : {0, 1, 2, 4, 8}) {
    const Outcome outcome = sweep(ranks, "jobs/grid.toml --out out" + std::to_string(ranks));
    EXPECT_EQ(outcome.code, 0) << outcome.output;
    const auto there = folder() / ("out" + std::to_string(ranks));
    EXPECT_EQ(testing::count_lines(there, "done"), 9) << outcome.output;
    EXPECT_TRUE(std::filesystem::exists(there / "results.h5"));
    EXPECT_EQ(counts_in(outcome.output), (Counts{6, 6, 0})) << outcome.output;  // rank 0 alone speaks
    EXPECT_EQ(count(outcome.output, "m2m-report out"), 1);
  }
}

TEST_F(SweepProgram, ProfilesEveryStageOnEveryRankWhereAskedTo) {
  for (const int ranks : {0, 2}) {
    const std::string there = " --out profiled" + std::to_string(ranks);
    const Outcome outcome = sweep(ranks, "jobs/grid.toml --profile fake.milliseconds=20" + there);
    EXPECT_EQ(outcome.code, 0) << outcome.output;
    EXPECT_EQ(count(outcome.output, "profile on rank "), 9) << outcome.output;
    EXPECT_EQ(count(outcome.output, "profile on rank 1") > 0, ranks == 2) << outcome.output;
  }
  EXPECT_EQ(count(sweep(2, "jobs/grid.toml").output, "profile"), 0);
}

TEST_F(SweepProgram, SaysWhatItWouldDoAndTouchesNothing) {
  const Outcome outcome = sweep(2, "jobs/grid.toml --dry-run");
  EXPECT_EQ(outcome.code, 0);
  EXPECT_EQ(first_counts(outcome.output), (Numbers{6, 3, 0, 0})) << outcome.output;
  EXPECT_EQ(count(outcome.output, "results/grid"), 1) << outcome.output;
  EXPECT_EQ(count(outcome.output, "2 ranks:"), 1);
  EXPECT_EQ(count(outcome.output, "to do"), 1 + 9);
  EXPECT_FALSE(std::filesystem::exists(folder() / "results"));
}

TEST_F(SweepProgram, SaysBeforeItTrainsWhichResultsItsTablesWillLeaveOut) {
  ASSERT_EQ(sweep(0, "jobs/grid.toml").code, 0);
  for (const char* option : {" --dry-run", ""}) {
    const Outcome outcome = sweep(0, "jobs/grid.toml method=ERM" + std::string(option));
    const std::string line = line_with(outcome.output, "does not plan");
    EXPECT_TRUE(says(line, {"results/grid", "3 results", "jobs/grid.toml: M2m"})) << outcome.output;
    EXPECT_EQ(line.find("ERM"), std::string::npos) << line;
  }
  EXPECT_EQ(count(sweep(0, "jobs/grid.toml").output, "does not plan"), 0);
}

TEST_F(SweepProgram, ListsValidatesAndDescribes) {
  EXPECT_EQ(count(sweep(2, "list jobs/grid.toml").output, " seed="), 6);
  const Outcome valid = sweep(0, "validate jobs/grid.toml");
  EXPECT_TRUE(valid.output.starts_with("jobs/grid.toml: ok")) << valid.output;
  EXPECT_EQ(numbers_in(valid.output), (Numbers{6, 3})) << valid.output;
  EXPECT_EQ(sweep(0, "describe M2m").output, "M2m: a method.\n");
  EXPECT_EQ(sweep(0, "--version").code, 0);
}

TEST_F(SweepProgram, RefusesAnUnknownInstructionSetOnceBeforeAnythingElse) {
  for (const int ranks : {0, 2}) {
    for (const char* arguments : {"jobs/grid.toml", "list jobs/grid.toml", "status results/grid"}) {
      const std::string line = "M2M_INSTRUCTION_SET=avx3 timeout 60 " + command(ranks, arguments);
      const Outcome outcome = testing::run_command(line, folder());
      EXPECT_EQ(outcome.code, 2) << outcome.output;
      EXPECT_EQ(count(outcome.output, "M2M_INSTRUCTION_SET='avx3'"), 1) << outcome.output;
    }
  }
  EXPECT_FALSE(std::filesystem::exists(out()));
}

TEST_F(SweepProgram, PrintsAJobScriptThatABashTakes) {
  const Outcome outcome = sweep(0, "slurm jobs/grid.toml seed=0,1 --gpus-per-node 8 --array 2 > job.sh");
  EXPECT_EQ(outcome.code, 0) << outcome.output;
  EXPECT_EQ(testing::run_command("bash -n job.sh", folder()).output, "");
  EXPECT_EQ(count(read_file(folder() / "job.sh"), "jobs/grid.toml seed=0,1 --part \"$SLURM_ARRAY_TASK_ID/2\"\n"),
            1);
  EXPECT_EQ(sweep(0, "slurm jobs/grid.toml --time soon").code, 2);
  EXPECT_EQ(sweep(0, "slurm jobs/grid.toml --nodes 0").code, 2);
  EXPECT_EQ(sweep(0, "slurm jobs/none.toml").code, 2);
}

TEST_F(SweepProgram, RunsAStudyInPartsThatMakeUpTheWhole) {
  for (const int part : {1, 2, 3, 4}) {
    const Outcome outcome = sweep(2, "jobs/grid.toml --part " + std::to_string(part) + "/4");
    EXPECT_EQ(outcome.code, 0) << outcome.output;
    const std::string there = "results/grid." + std::to_string(part) + "-of-4";
    EXPECT_TRUE(std::filesystem::exists(folder() / there / "results.h5"));
  }
  // as docs/slurm.md puts them together
  testing::run_command(
      "mkdir -p results/grid; for part in results/grid.*-of-4/trials results/grid.*-of-4/cache; do "
      "[ ! -d \"$part\" ] || cp -r \"$part\" results/grid; done",
      folder());
  EXPECT_EQ(testing::finished_in(out()).size(), 9U);
  const Outcome whole = sweep(2, "jobs/grid.toml");
  EXPECT_EQ(whole.code, 0);
  EXPECT_EQ(counts_in(whole.output), (Counts{6, 6, 0})) << whole.output;
  EXPECT_EQ(testing::count_lines(out(), "began"), 0);
}

TEST_F(SweepProgram, LetsOneErrorAndOneExitCodeThroughFromManyRanks) {
  write_file(folder() / "jobs/bad.toml", "method = 'M2m'\nm2m.lamda = 1\n");
  for (const int ranks : {0, 4}) {
    const Outcome outcome = sweep(ranks, "jobs/bad.toml");
    EXPECT_EQ(outcome.code, 2);
    EXPECT_EQ(count(outcome.output, "m2m-sweep: "), 1) << outcome.output;
    EXPECT_TRUE(says(outcome.output, {"m2m-sweep: jobs/bad.toml:2:", "'m2m.lamda'", "'m2m.lambda'?"}));
  }
  EXPECT_EQ(sweep(0, "jobs/none.toml").code, 2);
  EXPECT_EQ(sweep(0, "jobs").code, 2);
  EXPECT_EQ(sweep(0, "jobs/grid.toml sed=1").code, 2);
  EXPECT_EQ(sweep(0, "jobs/grid.toml --out jobs/grid.toml/x").code, 74);
}

TEST_F(SweepProgram, EndsWith3WhereTrialsFailedAndRunsTheRest) {
  for (const int ranks : {1, 2, 4}) {
    const std::string there = "broken" + std::to_string(ranks);
    const Outcome outcome = sweep(ranks, "jobs/broken.toml --out " + there);
    EXPECT_EQ(outcome.code, 3) << outcome.output;
    EXPECT_EQ(testing::count_lines(folder() / there, "done"), 3);
    const std::set<std::string> failed = trials_with(folder() / there, "failure.json");
    ASSERT_EQ(failed.size(), 1U);
    EXPECT_EQ(count(outcome.output, "failed  trial "), 1) << outcome.output;
    EXPECT_TRUE(says(line_with(outcome.output, "failed  trial "),
                     {"thrown on purpose", "trials/" + *failed.begin(), testing::others_go_on}));
    EXPECT_EQ(counts_in(outcome.output), (Counts{2, 3, 1})) << outcome.output;
  }
}

TEST_F(SweepProgram, RefusesAStudyThatLeavesMoreThanIsFree) {
  const Outcome refused = sweep(2, "jobs/grid.toml fake.gigabytes=1e9");
  EXPECT_EQ(refused.code, 74) << refused.output;
  EXPECT_TRUE(says(refused.output, {"results/grid", "6000000000000.0 MB", "--out"})) << refused.output;
  EXPECT_EQ(testing::count_lines(out(), "began"), 0);
  EXPECT_EQ(sweep(2, "jobs/grid.toml fake.gigabytes=0.001").code, 0);
}

TEST_F(SweepProgram, RefusesToRunAloneWhereTheLauncherSaysMore) {
  ::setenv("SLURM_NTASKS", "8", 1);
  const Outcome outcome = sweep(0, "jobs/grid.toml");
  EXPECT_EQ(outcome.code, 2);
  EXPECT_EQ(count(outcome.output, "\n"), 1) << outcome.output;
  EXPECT_TRUE(says(outcome.output, {"m2m-sweep:", "SLURM_NTASKS=8", "'srun --mpi=pmix'", "'mpirun'"}));
  ::setenv("SLURM_PROCID", "3", 1);
  EXPECT_EQ(sweep(0, "jobs/grid.toml").output, "");  // the first process has printed it
  EXPECT_EQ(sweep(0, "validate jobs/grid.toml").code, 0);
  EXPECT_EQ(sweep(2, "jobs/grid.toml").code, 0);
  ::unsetenv("SLURM_NTASKS");
  ::unsetenv("SLURM_PROCID");
}

TEST_F(SweepProgram, RunsTheDefaultStudyAfterSayingWhatItCosts) {
  write_file(folder() / "jobs/ablation_cifar10.toml", "method = 'RS'\n");
  const Outcome outcome = sweep(2, "");
  EXPECT_EQ(outcome.code, 0);
  EXPECT_EQ(count(outcome.output, "to do   1 trial   0 stages   about"), 1) << outcome.output;
  EXPECT_TRUE(std::filesystem::exists(folder() / "results/ablation_cifar10/results.h5"));
}

TEST_F(SweepProgram, KeepsASecondSweepOutOfItsFolderUnlessThatWaits) {
  const testing::Background first(command(2, "jobs/grid.toml fake.milliseconds=100"), folder());
  wait_for_lines(1, "began");
  const auto holder = Json::parse(read_file(out() / "lock.json")).at("process").get<int>();
  const Outcome second = sweep(1, "jobs/grid.toml");
  EXPECT_EQ(second.code, 75);
  EXPECT_TRUE(says(second.output, {"m2m-sweep: results/grid ", "process " + std::to_string(holder), "--wait"}));
  const Outcome waiting = sweep(2, "jobs/grid.toml --wait");
  EXPECT_EQ(waiting.code, 0) << waiting.output;
  EXPECT_EQ(testing::count_lines(out(), "began"), 9);  // the first did it all
}

TEST_F(SweepProgram, LeavesAFolderThatTheNextRunResumesWhenKilled) {
  for (const int ranks : {0, 2, 4}) {
    std::filesystem::remove_all(out());
    {
      testing::Background killed(command(ranks, "jobs/grid.toml fake.milliseconds=50"), folder());
      wait_for_lines(2, "done");
      for (const int process : testing::processes_in_log(out())) ::kill(process, SIGKILL);
      EXPECT_NE(killed.wait(), 0);
    }
    const std::set<std::string> done = testing::finished_in(out());
    EXPECT_LT(done.size(), 9U);
    const Outcome resumed = sweep(ranks, "jobs/grid.toml");
    EXPECT_EQ(resumed.code, 0) << resumed.output;
    EXPECT_EQ(testing::finished_in(out()).size(), 9U);
    for (const std::string& id : done) EXPECT_EQ(testing::stages_in_log(out(), "began").count(id), 1U) << id;
  }
}

TEST_F(SweepProgram, ShowsItsStatusUntilTheSweepEnds) {
  testing::Background running(command(0, "jobs/grid.toml fake.milliseconds=40"), folder());
  wait_for_lines(1, "done");
  const Outcome watched = sweep(0, "status results/grid --watch --interval 0.2");
  EXPECT_EQ(running.wait(), 0);
  EXPECT_EQ(watched.code, 0) << watched.output;
  EXPECT_GT(count(watched.output, "a sweep is running"), 1) << watched.output;
  EXPECT_EQ(count(watched.output, "no sweep is running"), 1) << watched.output;
  const Outcome once = sweep(0, "status results/grid --watch --json");
  EXPECT_EQ(Json::parse(once.output).at("trials").size(), 6U);
  EXPECT_EQ(count(once.output, "\n"), 1);  // one object a line
}

TEST_F(SweepProgram, EndsTheWatchAtASignalAndLetsTheSweepGoOn) {
  testing::Background running(command(0, "jobs/grid.toml fake.milliseconds=500 method=ERM seed=1"), folder());
  wait_for_lines(1, "began");
  const std::filesystem::path other = folder() / "other";
  std::filesystem::create_directory(other);
  testing::Background watching(command(0, "status ../results/grid --watch"), other);
  const auto is_shown = [&] { return count(read_file(other / "background.log"), "a sweep is running") > 0; };
  EXPECT_TRUE(testing::eventually([&] { return std::filesystem::exists(other / "background.log") && is_shown(); }));
  watching.signal_leader(SIGTERM);
  EXPECT_EQ(watching.wait(), 4);
  EXPECT_EQ(running.wait(), 0);
}

TEST_F(SweepProgram, EndsWith74WhereItsAnswerCannotBeWritten) {
  EXPECT_EQ(sweep(0, "list jobs/grid.toml > /dev/full").code, 74);
  EXPECT_EQ(sweep(0, "list jobs/grid.toml | head -n 1").code, 0);
  EXPECT_EQ(sweep(0, "status " + std::string(5000, 'a')).code, 74);
}

TEST_F(SweepProgram, RunsATrialOnAGroupOfRanksAndUsesThoseLeftOver) {
  const Outcome even = sweep(4, "jobs/grid.toml --ranks-per-trial 2");
  EXPECT_EQ(even.code, 0) << even.output;
  EXPECT_EQ(count(even.output, groups_text(4, 2) + "\n"), 1) << even.output;
  EXPECT_EQ(testing::count_lines(out(), "began"), 9);
  EXPECT_EQ(testing::count_lines(out(), "joined"), 9);
  std::filesystem::remove_all(out());
  const Outcome uneven = sweep(3, "jobs/grid.toml --ranks-per-trial 2 fake.milliseconds=20");
  EXPECT_EQ(uneven.code, 0) << uneven.output;
  EXPECT_EQ(count(uneven.output, groups_text(3, 2) + "\n"), 1) << uneven.output;
  EXPECT_EQ(testing::count_lines(out(), "done"), 9);
  EXPECT_EQ(testing::processes_in_log(out()).size(), 3U);
}

TEST_F(SweepProgram, RunsSeveralTrialsAtOnceOnEachRank) {
  const Outcome outcome = sweep(2, "jobs/grid.toml --trials-per-device 3 fake.milliseconds=30");
  EXPECT_EQ(outcome.code, 0) << outcome.output;
  EXPECT_EQ(count(outcome.output, shared_devices_text(2, 3) + "\n"), 1) << outcome.output;
  EXPECT_EQ(counts_in(outcome.output), (Counts{6, 6, 0})) << outcome.output;
  EXPECT_EQ(testing::count_lines(out(), "done"), 9);
  EXPECT_EQ(testing::processes_in_log(out()).size(), 2U);
  EXPECT_GT(count(outcome.output.substr(0, outcome.output.find(" done  ")), "start   "), 2) << outcome.output;
}

TEST_F(SweepProgram, RefusesSharedDevicesWithGroupsAndWarnsOfTheirThreads) {
  for (const char* groups : {"2", "auto"}) {
    const Outcome outcome =
        sweep(2, std::string("jobs/grid.toml --trials-per-device 2 --ranks-per-trial ") + groups);
    EXPECT_EQ(outcome.code, 2);
    EXPECT_EQ(count(outcome.output, "m2m-sweep: "), 1) << outcome.output;
    EXPECT_TRUE(says(outcome.output, {"m2m-sweep: --trials-per-device 2:", "--ranks-per-trial", "1"}));
  }
  for (const char* wrong : {"0", "-1", "two", "33"}) {
    EXPECT_EQ(sweep(0, std::string("jobs/grid.toml --trials-per-device ") + wrong).code, 2) << wrong;
  }
  EXPECT_FALSE(std::filesystem::exists(out()));
  const Outcome crowded = sweep(0, "jobs/grid.toml --trials-per-device 32 train.threads=64");
  EXPECT_EQ(count(crowded.output, "train.threads"), 1) << crowded.output;
  EXPECT_TRUE(says(line_with(crowded.output, "train.threads"), {"train.threads = 64", "32 trials"}));
}

TEST_F(SweepProgram, StopsAllTrialsOfARankAndResumesThem) {
  testing::Background sweeping(command(2, "jobs/grid.toml --trials-per-device 2 fake.milliseconds=50"), folder());
  wait_for_lines(3, "began");
  ::kill(*testing::processes_in_log(out()).rbegin(), SIGTERM);
  EXPECT_EQ(sweeping.wait(), 4) << background_log();
  EXPECT_EQ(count(background_log(), " stopped "),
            count(background_log(), " start   ") - count(background_log(), " done    "))
      << background_log();
  EXPECT_EQ(sweep(1, "jobs/grid.toml --trials-per-device 2").code, 0);
  EXPECT_EQ(testing::count_lines(out(), "done"), 9);
}

TEST_F(SweepProgram, CountsWhatRanksRunAtOnceInForecastsAndHandsItToAJobScript) {
  const Outcome dry = sweep(0, "jobs/grid.toml --dry-run --trials-per-device 3");
  EXPECT_TRUE(says(line_with(dry.output, "(a rough model)"), {"1 rank", "3 trials", "40 s"}));
  const Outcome script = sweep(0, "slurm jobs/grid.toml --trials-per-device 3");
  EXPECT_EQ(count(script.output, "jobs/grid.toml --trials-per-device 3\n"), 1) << script.output;
}

TEST_F(SweepProgram, RefusesRanksOfAnotherBuild) {
  const std::string mpirun = testing::quoted(M2M_MPIEXEC) + " --oversubscribe --bind-to none ";
  // Not by mpirun's colons: with them Open MPI 5.0.7 crashes.
  const std::string of_rank =
      "[ \"$OMPI_COMM_WORLD_RANK\" = 0 ] || export FAKE_BUILD=0.0.1; exec \"$0\" jobs/grid.toml";
  const std::string program = "sh -c " + testing::quoted(of_rank) + " " + testing::quoted(M2M_FAKE_SWEEP);
  const Outcome outcome = testing::run_command("timeout 60 " + mpirun + "-np 2 " + program, folder());
  EXPECT_EQ(outcome.code, 2) << outcome.output;
  EXPECT_TRUE(says(line_with(outcome.output, "m2m-sweep: rank 1 "), {"build 0.0.1", "rank 0"}));
  EXPECT_EQ(testing::count_lines(out(), "began"), 0);
}

TEST_F(SweepProgram, GroupsRanksByItselfWhereThereAreFewerTrials) {
  const Outcome outcome = sweep(4, "jobs/grid.toml --ranks-per-trial auto method=ERM seed=1");
  EXPECT_EQ(outcome.code, 0) << outcome.output;
  EXPECT_EQ(count(outcome.output, groups_text(4, 4) + "\n"), 1) << outcome.output;
  EXPECT_EQ(testing::count_lines(out(), "joined"), 3);
}

TEST_F(SweepProgram, RefusesGroupsThatTheJobCannotForm) {
  const Outcome outcome = sweep(2, "jobs/grid.toml --ranks-per-trial 4");
  EXPECT_EQ(outcome.code, 2);
  EXPECT_EQ(count(outcome.output, "m2m-sweep: "), 1) << outcome.output;
  EXPECT_TRUE(says(outcome.output, {"--ranks-per-trial 4:", "2 ranks", "'mpirun -np 4'"}));
  for (const char* wrong : {"0", "-1", "two", "1.5", ""}) {
    EXPECT_EQ(sweep(0, std::string("jobs/grid.toml --ranks-per-trial '") + wrong + "'").code, 2) << wrong;
  }
}

TEST_F(SweepProgram, StopsAGroupAtOneStepWhicheverOfItsRanksIsSignalled) {
  testing::Background sweeping(command(4, "jobs/grid.toml --ranks-per-trial 2 fake.milliseconds=50"), folder());
  wait_for_lines(2, "joined");
  ::kill(*testing::processes_in_log(out()).rbegin(), SIGTERM);
  EXPECT_EQ(sweeping.wait(), 4) << read_file(folder() / "background.log");
  EXPECT_EQ(sweep(4, "jobs/grid.toml --ranks-per-trial 2").code, 0);
  EXPECT_EQ(testing::count_lines(out(), "done"), 9);
}

TEST_F(SweepProgram, EndsTheJobWhereAStageThrowsInAGroupAndResumesWithoutLosingAnything) {
  const Outcome broken = sweep(2, "jobs/broken.toml --ranks-per-trial 2 --out there");
  EXPECT_NE(broken.code, 0);
  EXPECT_NE(broken.code, 3);
  EXPECT_TRUE(says(line_with(broken.output, "m2m-sweep: rank "), {"T", "thrown on purpose", "same command"}));
  const auto before = testing::finished_in(folder() / "there");
  const Outcome resumed = sweep(2, "jobs/broken.toml --out there");  // one rank a trial: the others go on
  EXPECT_EQ(resumed.code, 3) << resumed.output;
  for (const std::string& id : before) EXPECT_EQ(testing::stages_in_log(folder() / "there", "began").count(id), 1U);
}

}  // namespace
}  // namespace m2m::apps
