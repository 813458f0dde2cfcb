// m2m-sweep as a shell and mpirun see it, with a training side that trains nothing.
#include "support/sweep_program.hpp"

#include <signal.h>
#include <unistd.h>

#include "core/files.hpp"

namespace m2m::apps {
namespace {

using testing::count;
using testing::Outcome;
using testing::SweepProgram;

TEST_F(SweepProgram, RunsWithAnyNumberOfRanksAndWithoutMpirun) {
  for (const int ranks : {0, 1, 2, 4, 8}) {
    const Outcome outcome = sweep(ranks, "jobs/grid.toml --out out" + std::to_string(ranks));
    EXPECT_EQ(outcome.code, 0) << outcome.output;
    const auto there = folder() / ("out" + std::to_string(ranks));
    EXPECT_EQ(testing::count_lines(there, "done"), 9) << outcome.output;
    EXPECT_TRUE(std::filesystem::exists(there / "results.h5"));
    EXPECT_EQ(count(outcome.output, "6 of 6 trials done, 0 failed"), 1) << outcome.output;  // rank 0 alone speaks
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
  EXPECT_EQ(count(outcome.output, "grid: 6 trials, 3 stages; 0 trials and 0 stages exist in results/grid"), 1)
      << outcome.output;
  EXPECT_EQ(count(outcome.output, "2 ranks:"), 1);
  EXPECT_EQ(count(outcome.output, "to do"), 1 + 9);
  EXPECT_FALSE(std::filesystem::exists(folder() / "results"));
}

TEST_F(SweepProgram, ListsValidatesAndDescribes) {
  EXPECT_EQ(count(sweep(2, "list jobs/grid.toml").output, " seed="), 6);
  EXPECT_EQ(sweep(0, "validate jobs/grid.toml").output, "jobs/grid.toml: ok: 6 trials, 3 stages\n");
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
      "mkdir -p results/grid && cp -r results/grid.*-of-4/trials results/grid.*-of-4/cache results/grid", folder());
  EXPECT_EQ(testing::finished_in(out()).size(), 9U);
  const Outcome whole = sweep(2, "jobs/grid.toml");
  EXPECT_EQ(whole.code, 0);
  EXPECT_EQ(count(whole.output, "6 of 6 trials done, 0 failed"), 1) << whole.output;
  EXPECT_EQ(testing::count_lines(out(), "began"), 0);
}

TEST_F(SweepProgram, LetsOneErrorAndOneExitCodeThroughFromManyRanks) {
  write_file(folder() / "jobs/bad.toml", "method = 'M2m'\nm2m.lamda = 1\n");
  for (const int ranks : {0, 4}) {
    const Outcome outcome = sweep(ranks, "jobs/bad.toml");
    EXPECT_EQ(outcome.code, 2);
    EXPECT_EQ(
        count(outcome.output, "m2m-sweep: jobs/bad.toml:2: unknown key 'm2m.lamda'; did you mean 'm2m.lambda'?\n"),
        1)
        << outcome.output;
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
    EXPECT_EQ(count(outcome.output, "thrown on purpose; what it left is in trials/"), 1) << outcome.output;
    EXPECT_EQ(count(outcome.output, "2 of 3 trials done, 1 failed"), 1);
  }
}

TEST_F(SweepProgram, RefusesToRunAloneWhereTheLauncherSaysMore) {
  ::setenv("SLURM_NTASKS", "8", 1);
  const Outcome outcome = sweep(0, "jobs/grid.toml");
  EXPECT_EQ(outcome.code, 2);
  EXPECT_EQ(
      outcome.output,
      "m2m-sweep: this process is alone, but SLURM_NTASKS=8: the MPI library was not started by srun; use 'srun "
      "--mpi=pmix' or 'mpirun'\n");
  ::setenv("SLURM_PROCID", "3", 1);
  EXPECT_EQ(sweep(0, "jobs/grid.toml").output, "");  // the first process has said it
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
  const Outcome second = sweep(1, "jobs/grid.toml");
  EXPECT_EQ(second.code, 75);
  EXPECT_EQ(count(second.output, "m2m-sweep: results/grid is in use by process "), 1) << second.output;
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

TEST_F(SweepProgram, MakesAnewWhatIsDamagedAndCountsItAsNotDoneBefore) {
  for (const int ranks : {0, 2}) {
    std::filesystem::remove_all(out());
    ASSERT_EQ(sweep(ranks, "jobs/grid.toml").code, 0);
    const results::OutputFolder folders{out()};
    std::set<std::string> damaged;
    for (const auto& trial : std::filesystem::directory_iterator(out() / "trials")) {
      std::filesystem::resize_file(trial.path() / "result.h5", damaged.empty() ? 0 : 500);
      damaged.insert(trial.path().filename().string());
      if (damaged.size() == 2) break;
    }
    for (const std::string& id : damaged) {
      EXPECT_EQ(count(sweep(0, "list jobs/grid.toml").output, id + "  to do"), 1);
    }
    EXPECT_EQ(count(sweep(0, "jobs/grid.toml --dry-run").output, "; 4 trials and 3 stages exist in"), 1);
    EXPECT_EQ(count(sweep(0, "status results/grid").output, "4 of 6 trials done, 2 failed"), 1);
    const Outcome again = sweep(ranks, "jobs/grid.toml");
    EXPECT_EQ(again.code, 0) << again.output;
    EXPECT_EQ(count(again.output, "6 of 6 trials done, 0 failed"), 1) << again.output;
    EXPECT_EQ(count(again.output, "set aside as result.h5.damaged"), 2) << again.output;
    EXPECT_EQ(testing::count_lines(out(), "began"), 9 + 2);
    for (const std::string& id : damaged) {
      EXPECT_EQ(testing::stages_in_log(out(), "began").count(id), 2U);
      EXPECT_TRUE(std::filesystem::exists(folders.result(id).string() + ".damaged"));
    }
    EXPECT_EQ(count(sweep(0, "status results/grid").output, "6 of 6 trials done, 0 failed"), 1);
  }
}

TEST_F(SweepProgram, MakesADamagedStageAnewForTheTrialsThatNeedIt) {
  ASSERT_EQ(sweep(0, "jobs/grid.toml method=M2m seed=1").code, 0);
  const auto stage = std::filesystem::directory_iterator(out() / "cache")->path();
  const auto trial = std::filesystem::directory_iterator(out() / "trials")->path();
  for (const char* file : {"state.safetensors", "stage.json"}) {
    std::filesystem::resize_file(stage / file, 3);
    std::filesystem::remove(trial / "result.h5");
    const Outcome again = sweep(2, "jobs/grid.toml method=M2m seed=1");
    EXPECT_EQ(again.code, 0) << again.output;
    EXPECT_EQ(count(again.output, std::string("set aside as ") + file + ".damaged"), 1) << again.output;
  }
  EXPECT_EQ(testing::count_lines(out(), "done"), 6);
}

TEST_F(SweepProgram, EndsWith74WhereItsAnswerCannotBeWritten) {
  EXPECT_EQ(sweep(0, "list jobs/grid.toml > /dev/full").code, 74);
  EXPECT_EQ(sweep(0, "list jobs/grid.toml | head -n 1").code, 0);
}

TEST_F(SweepProgram, RunsATrialOnAGroupOfRanksAndUsesThoseLeftOver) {
  const Outcome even = sweep(4, "jobs/grid.toml --ranks-per-trial 2");
  EXPECT_EQ(even.code, 0) << even.output;
  EXPECT_EQ(count(even.output, "4 ranks in 2 groups of 2\n"), 1) << even.output;
  EXPECT_EQ(testing::count_lines(out(), "began"), 9);
  EXPECT_EQ(testing::count_lines(out(), "joined"), 9);
  std::filesystem::remove_all(out());
  const Outcome uneven = sweep(3, "jobs/grid.toml --ranks-per-trial 2 fake.milliseconds=20");
  EXPECT_EQ(uneven.code, 0) << uneven.output;
  EXPECT_EQ(count(uneven.output, "3 ranks in 2 groups of 2; the last group has 1\n"), 1) << uneven.output;
  EXPECT_EQ(testing::count_lines(out(), "done"), 9);
  EXPECT_EQ(testing::processes_in_log(out()).size(), 3U);
}

TEST_F(SweepProgram, RunsSeveralTrialsAtOnceOnEachRank) {
  const Outcome outcome = sweep(2, "jobs/grid.toml --trials-per-device 3 fake.milliseconds=30");
  EXPECT_EQ(outcome.code, 0) << outcome.output;
  EXPECT_EQ(count(outcome.output, "2 ranks with up to 3 trials at a time each, as memory admits\n"), 1)
      << outcome.output;
  EXPECT_EQ(count(outcome.output, "6 of 6 trials done, 0 failed"), 1) << outcome.output;
  EXPECT_EQ(testing::count_lines(out(), "done"), 9);
  EXPECT_EQ(testing::processes_in_log(out()).size(), 2U);
  EXPECT_GT(count(outcome.output.substr(0, outcome.output.find(" done  ")), "start   "), 2) << outcome.output;
}

TEST_F(SweepProgram, RefusesSharedDevicesWithGroupsAndWarnsOfTheirThreads) {
  for (const char* groups : {"2", "auto"}) {
    const Outcome outcome =
        sweep(2, std::string("jobs/grid.toml --trials-per-device 2 --ranks-per-trial ") + groups);
    EXPECT_EQ(outcome.code, 2);
    EXPECT_EQ(count(outcome.output,
                    "m2m-sweep: --trials-per-device 2: a rank that runs several trials at once "
                    "shares none with other ranks; leave --ranks-per-trial out, or give 1\n"),
              1)
        << outcome.output;
  }
  for (const char* wrong : {"0", "-1", "two", "33"}) {
    EXPECT_EQ(sweep(0, std::string("jobs/grid.toml --trials-per-device ") + wrong).code, 2) << wrong;
  }
  EXPECT_FALSE(std::filesystem::exists(out()));
  const Outcome crowded = sweep(0, "jobs/grid.toml --trials-per-device 32 train.threads=64");
  EXPECT_EQ(count(crowded.output, "train.threads = 64 and 32 trials at a time share "), 1) << crowded.output;
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
  EXPECT_EQ(count(dry.output, "1 rank with 3 trials at a time, as if these did not slow each other down: 40 s"), 1)
      << dry.output;
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
  EXPECT_EQ(count(outcome.output, "m2m-sweep: rank 1 is build 0.0.1, rank 0 is "), 1) << outcome.output;
  EXPECT_EQ(testing::count_lines(out(), "began"), 0);
}

TEST_F(SweepProgram, GroupsRanksByItselfWhereThereAreFewerTrials) {
  const Outcome outcome = sweep(4, "jobs/grid.toml --ranks-per-trial auto method=ERM seed=1");
  EXPECT_EQ(outcome.code, 0) << outcome.output;
  EXPECT_EQ(count(outcome.output, "4 ranks in 1 group of 4\n"), 1) << outcome.output;
  EXPECT_EQ(testing::count_lines(out(), "joined"), 3);
}

TEST_F(SweepProgram, RefusesGroupsThatTheJobCannotForm) {
  const Outcome outcome = sweep(2, "jobs/grid.toml --ranks-per-trial 4");
  EXPECT_EQ(outcome.code, 2);
  EXPECT_EQ(count(outcome.output, "--ranks-per-trial 4: the job has 2 ranks; start it with 'mpirun -np 4' or more"),
            1)
      << outcome.output;
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
  EXPECT_GE(count(broken.output, "the job ends here; run the same command again to resume"), 1) << broken.output;
  const auto before = testing::finished_in(folder() / "there");
  const Outcome resumed = sweep(2, "jobs/broken.toml --out there");  // one rank a trial: the others go on
  EXPECT_EQ(resumed.code, 3) << resumed.output;
  for (const std::string& id : before) EXPECT_EQ(testing::stages_in_log(folder() / "there", "began").count(id), 1U);
}

}  // namespace
}  // namespace m2m::apps
