// How a sweep stops before its end: signals, the time limit, the first failure.
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <ctime>
#include <fstream>
#include <set>
#include <sstream>

#include "core/files.hpp"
#include "results/folder_lock.hpp"
#include "support/eventually.hpp"
#include "support/sweep_program.hpp"
#include "sweep/progress_lines.hpp"

namespace m2m::apps {
namespace {

using testing::count;
using testing::Counts;
using testing::counts_in;
using testing::line_with;
using testing::Outcome;
using testing::says;

class Stopping : public testing::SweepProgram {
 protected:
  /// Starts a sweep over, sends a signal to the newest process that ran a stage, and returns the exit code.
  int stop_by(int ranks, int signal) {
    std::filesystem::remove_all(out());
    testing::Background sweeping(command(ranks, "jobs/grid.toml fake.milliseconds=50"), folder());
    return stop_newest(sweeping, signal);
  }

  /// The same with a shell's command in front, without mpirun.
  int stop_under(const std::string& wrapper, int signal) {
    std::filesystem::remove_all(out());
    testing::Background sweeping(wrapper + " " + command(0, "jobs/grid.toml fake.milliseconds=50"), folder());
    return stop_newest(sweeping, signal);
  }

  /// Sends a signal to the newest process that ran a stage, and returns the exit code; -1 if no stage ran.
  int stop_newest(testing::Background& sweeping, int signal) {
    wait_for_lines(1, "done");
    const auto processes = testing::processes_in_log(out());
    if (processes.empty()) return -1;
    ::kill(*processes.rbegin(), signal);
    return sweeping.wait();
  }

  /// Words that start a program with a library. LD_PRELOAD ends a name at a space, so it gets a link without one.
  /// (The test preset cpu-asan lets the address sanitizer's library come second.)
  std::string preload(const char* library) const {
    const std::filesystem::path link = folder() / "preloaded.so";
    std::filesystem::create_symlink(library, link);
    return "env LD_PRELOAD=" + link.string();
  }

  /// The log has one line with what was done, what is left and how to resume.
  void expect_says_how_to_go_on(const std::string& way) {
    const Counts counts = counts_in(background_log());
    EXPECT_LT(counts.done, 6) << background_log();
    EXPECT_EQ(counts, (Counts{counts.done, 6, 0})) << background_log();
    EXPECT_TRUE(says(line_with(background_log(), "trials done"), {"stopped", way}));
  }

  void expect_resumable(int ranks) {
    EXPECT_LT(testing::count_lines(out(), "done"), 9);
    EXPECT_EQ(sweep(ranks, "jobs/grid.toml").code, 0);
    EXPECT_EQ(testing::count_lines(out(), "done"), 9);
  }
};

/// Numbers of the processes that `parent` started.
std::vector<int> children_of(int parent) {
  std::vector<int> children;
  for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
    std::ifstream stat(entry.path() / "stat");
    std::string line, state;
    if (!std::getline(stat, line)) continue;                          // no process, or one that has just ended
    std::istringstream after_name(line.substr(line.rfind(')') + 1));  // a name may have blanks
    int its_parent = 0;
    if (after_name >> state >> its_parent && its_parent == parent) children.push_back(std::stoi(line));
  }
  return children;
}

TEST_F(Stopping, LeavesNothingBehindWhereAProcessWithoutMpirunIsKilled) {
  const testing::Background alone(command(0, "jobs/grid.toml fake.milliseconds=200"), folder());
  wait_for_lines(1, "began");
  const std::set<int> processes = testing::processes_in_log(out());
  ASSERT_EQ(processes.size(), 1U);
  EXPECT_EQ(children_of(*processes.begin()), std::vector<int>());  // no daemon that would stay
}

TEST_F(Stopping, EndsWith4WhereAnyRankIsSignalledAndResumes) {
  for (const int ranks : {0, 2, 4}) {
    EXPECT_EQ(stop_by(ranks, ranks == 0 ? SIGINT : SIGTERM), 4) << background_log();
    expect_says_how_to_go_on("same command");
    expect_resumable(ranks);
  }
}

TEST_F(Stopping, EndsWith4WhereItsSessionEnds) {
  for (const int ranks : {0, 1, 2}) {
    EXPECT_EQ(stop_by(ranks, SIGHUP), 4) << background_log();
    EXPECT_FALSE(std::filesystem::exists(out() / "lock.json"));
    expect_resumable(ranks);
  }
  EXPECT_EQ(stop_under("nohup", SIGHUP), 0) << background_log();  // which wants it to go on
  EXPECT_EQ(stop_under("nohup " + preload(M2M_CATCHES_HANGUP), SIGHUP), 0)
      << "though a library takes the signal first: " << background_log();
}

TEST_F(Stopping, EndsWith4WhereASignalComesWhileLibrariesAreLoading) {
  testing::Background sweeping(preload(M2M_SIGNALS_EARLY) + " " + command(0, "jobs/grid.toml fake.milliseconds=50"),
                               folder());
  EXPECT_EQ(sweeping.wait(), 4) << background_log();
  expect_resumable(0);
}

TEST_F(Stopping, EndsWith85WhereABatchSystemWarnsOfTheEnd) {
  for (const int signal : {SIGXCPU, SIGUSR2}) {
    for (const int ranks : {0, 1, 2}) {
      EXPECT_EQ(stop_by(ranks, signal), 85) << background_log();
      expect_resumable(ranks);
    }
  }
}

TEST_F(Stopping, EndsWith74WhereNobodyReadsItsLogAnyMore) {
  const std::string program = command(0, "jobs/grid.toml fake.milliseconds=50");
  const Outcome outcome = testing::run_command(
      "{ { " + program + " 2>&1; echo $? > code; } | head -n 1 > /dev/null; }; cat code", folder());
  EXPECT_EQ(outcome.output, "74\n");
  EXPECT_FALSE(std::filesystem::exists(out() / "lock.json"));
  expect_resumable(0);
}

TEST_F(Stopping, EndsWith74AtTheFirstFileThatCannotBeWritten) {
  write_file(folder() / "jobs/full.toml",
             "fake.does = 'no space'\n[grid]\nmethod = ['ERM']\nseed = [0, 1, 2, 3, 4, 5]\n");
  for (const int ranks : {0, 1, 2, 4}) {
    const std::string there = "full" + std::to_string(ranks);
    const Outcome outcome = sweep(ranks, "jobs/full.toml --out " + there);
    EXPECT_EQ(outcome.code, 74) << outcome.output;
    EXPECT_LE(testing::count_lines(folder() / there, "began"), std::max(ranks, 1))
        << "something was begun after that";
    EXPECT_EQ(count(outcome.output, "m2m-sweep: "), 1) << outcome.output;
    EXPECT_GE(count(outcome.output, std::strerror(ENOSPC)), 2) << outcome.output;
    EXPECT_TRUE(says(line_with(outcome.output, "m2m-sweep: "), {"result.h5:", std::strerror(ENOSPC)}));
    EXPECT_FALSE(std::filesystem::exists(folder() / there / "lock.json"));
    EXPECT_FALSE(std::filesystem::exists(folder() / there / "results.h5"));
    EXPECT_EQ(counts_in(sweep(0, "status " + there).output), (Counts{0, 6, 0}));
  }
}

TEST_F(Stopping, EndsWith74InAGroupThatCannotWriteEither) {
  write_file(folder() / "jobs/full.toml", "method = 'ERM'\nfake.does = 'no space'\n");
  const Outcome outcome = sweep(2, "jobs/full.toml --ranks-per-trial 2 --max-retries 0");
  EXPECT_EQ(outcome.code, 74) << outcome.output;
  EXPECT_EQ(sweep(2, "jobs/full.toml --ranks-per-trial 2 --max-retries 0").code, 74);  // it was not counted
}

TEST_F(Stopping, EndsWith85WhereAnyRankGetsUsr1AndResumes) {
  for (const int ranks : {0, 1, 2, 4}) {
    EXPECT_EQ(stop_by(ranks, SIGUSR1), 85) << background_log();
    expect_says_how_to_go_on("queue");
    expect_resumable(ranks);
  }
}

TEST_F(Stopping, EndsWith85WhereMpirunGetsASignalThatItPassesOn) {
  for (const int signal : {SIGUSR1, SIGUSR2, SIGXCPU}) {
    for (const int ranks : {1, 2, 4}) {
      if (signal != SIGUSR1 && ranks != 2) continue;
      std::filesystem::remove_all(out());
      testing::Background sweeping(command(ranks, "jobs/grid.toml fake.milliseconds=50"), folder());
      wait_for_lines(1, "done");
      sweeping.signal_leader(signal);  // as a job script does that became mpirun
      EXPECT_EQ(sweeping.wait(), 85) << background_log();
      expect_resumable(ranks);
    }
  }
}

TEST_F(Stopping, EndsWith1WhereMpirunItselfIsToEndButStopsInOrder) {
  for (const int signal :
       {SIGTERM, SIGINT, SIGHUP}) {  // mpirun sends SIGTERM to the ranks, and returns another code
    std::filesystem::remove_all(out());
    testing::Background sweeping(command(2, "jobs/grid.toml fake.milliseconds=50"), folder());
    wait_for_lines(1, "done");
    sweeping.signal_leader(signal);
    EXPECT_EQ(sweeping.wait(), 1) << background_log();
    EXPECT_FALSE(std::filesystem::exists(out() / "lock.json"));
    expect_resumable(2);
  }
}

TEST_F(Stopping, EndsWith85InTimeBeforeTheLimit) {
  for (const int ranks : {0, 2}) {
    std::filesystem::remove_all(out());
    const Outcome outcome =
        sweep(ranks, "jobs/grid.toml fake.milliseconds=2000 --time-limit 00:00:12 --time-margin 1");
    EXPECT_EQ(outcome.code, 85) << outcome.output;
    EXPECT_EQ(count(outcome.output, stopping_line(sweep::StopReason::requeue)), 1) << outcome.output;
    expect_resumable(ranks);
  }
}

TEST_F(Stopping, KnowsTheEndOfASlurmJob) {
  ::setenv("SLURM_JOB_END_TIME", std::to_string(std::time(nullptr) + 12).c_str(), 1);
  const Outcome stopped = sweep(2, "jobs/grid.toml fake.milliseconds=2000");
  EXPECT_EQ(stopped.code, 85) << stopped.output;
  ::setenv("SLURM_JOB_END_TIME", std::to_string(std::time(nullptr) + 30).c_str(), 1);
  const Outcome late = sweep(2, "jobs/grid.toml --time-margin 60");
  EXPECT_EQ(late.code, 2) << late.output;  // put back into the queue, it would come to this again
  EXPECT_EQ(count(late.output, "m2m-sweep: SLURM_JOB_END_TIME="), 1) << late.output;
  ::unsetenv("SLURM_JOB_END_TIME");
  expect_resumable(2);
}

TEST_F(Stopping, TrainsWhereTheEndOfAnotherJobIsInItsEnvironment) {
  ::setenv("SLURM_JOB_END_TIME", std::to_string(std::time(nullptr) - 3600).c_str(), 1);
  const Outcome outcome = sweep(2, "jobs/grid.toml");
  ::unsetenv("SLURM_JOB_END_TIME");
  EXPECT_EQ(outcome.code, 0) << outcome.output;
  EXPECT_EQ(count(outcome.output, "SLURM_JOB_END_TIME"), 1) << outcome.output;
  EXPECT_EQ(testing::count_lines(out(), "done"), 9);
}

TEST_F(Stopping, RefusesALimitThatIsNone) {
  for (const char* wrong : {"--time-limit soon", "--time-limit 60 --time-margin 60", "--time-margin 0"}) {
    const Outcome outcome = sweep(2, std::string("jobs/grid.toml ") + wrong);
    EXPECT_EQ(outcome.code, 2) << wrong;
    EXPECT_EQ(count(outcome.output, "m2m-sweep: --time-"), 1) << outcome.output;
  }
  EXPECT_FALSE(std::filesystem::exists(out()));
}

TEST_F(Stopping, EndsWith3AtTheFirstFailureWhereAskedTo) {
  write_file(folder() / "jobs/grid.toml",
             "fake.milliseconds = 100\n[grid]\nmethod = ['ERM']\nseed = [0, 1, 2, 3, 4, 5]\n"
             "[[point]]\nlabel = 'T'\nmethod = 'RS'\nseed = 7\nfake.does = 'throw'\nfake.milliseconds = 0\n"
             "train.epochs = 11\n");
  for (const int ranks : {1, 2, 4}) {
    std::filesystem::remove_all(out());
    const Outcome outcome = sweep(ranks, "jobs/grid.toml --fail-fast");
    EXPECT_EQ(outcome.code, 3) << outcome.output;
    EXPECT_EQ(count(outcome.output, "failed  trial "), 1) << outcome.output;
    EXPECT_TRUE(says(line_with(outcome.output, "failed  trial "), {"thrown on purpose", "trials/"}));
    EXPECT_EQ(count(outcome.output, stopping_line(sweep::StopReason::failed)), 1) << outcome.output;
    EXPECT_EQ(count(outcome.output, testing::others_go_on), 0) << outcome.output;
    EXPECT_EQ(testing::count_lines(out(), "done"), 0);
  }
}

TEST_F(Stopping, EndsWith85WhereTheTimeIsUpWhileItWaitsForTheFolder) {
  const results::FolderLock held(out());
  const Outcome outcome = sweep(0, "jobs/grid.toml --wait --time-limit 4 --time-margin 2");
  EXPECT_EQ(outcome.code, 85) << outcome.output;
}

TEST_F(Stopping, IsHeardWhileItWaitsForTheFolder) {
  const results::FolderLock held(out());
  for (const auto& [signal, code] : {std::pair{SIGUSR1, 85}, std::pair{SIGTERM, 4}}) {
    std::filesystem::remove(folder() / "background.log");
    testing::Background waiting(command(0, "jobs/grid.toml --wait"), folder());
    const auto waits = [&] {
      return std::filesystem::exists(folder() / "background.log") && count(background_log(), "results/grid") > 0;
    };
    EXPECT_TRUE(testing::eventually(waits));
    waiting.signal_leader(signal);
    EXPECT_EQ(waiting.wait(), code) << background_log();
  }
}

}  // namespace
}  // namespace m2m::apps
