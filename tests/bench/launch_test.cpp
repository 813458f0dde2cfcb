// How m2m-sweep is started for a problem class.
#include "bench/launch.hpp"

#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <chrono>
#include <fstream>

#include "bench/system_description.hpp"
#include "core/error.hpp"
#include "core/files.hpp"
#include "support/said.hpp"
#include "support/temporary_folder.hpp"

namespace m2m::bench {
namespace {

using testing::complaint, testing::says, testing::TemporaryFolder;
using Words = std::vector<std::string>;

Surroundings workstation() { return {8, 0, false, false, true, false}; }

Words words(const LaunchWish& wish, const Surroundings& place) { return launcher_words(wish, place); }

LaunchWish wish_for(int trials) {
  LaunchWish wish;
  wish.trials = trials;
  return wish;
}

TEST(Processors, AreCountedAsSocketsCoresAndThreads) {
  const ProcessorCounts host = count_processors(false);
  if (host.threads == 0) GTEST_SKIP() << "/sys has no processors here";
  EXPECT_GE(host.sockets, 1);
  EXPECT_GE(host.cores, host.sockets);
  EXPECT_GE(host.threads, host.cores);
  EXPECT_LE(count_processors(true).cores, host.cores);
}

TEST(Launcher, TakesARankForEachCoreAtMostOneForEachTrial) {
  EXPECT_EQ(words(wish_for(30), workstation()), (Words{"mpirun", "--bind-to", "none", "-np", "8"}));
  EXPECT_EQ(words(wish_for(3), workstation()).back(), "3");
  LaunchWish threads = wish_for(30);
  threads.threads = 4;
  EXPECT_EQ(words(threads, workstation()).back(), "2");
}

TEST(Launcher, TakesARankForEachGpu) {
  LaunchWish wish = wish_for(30);
  wish.on_gpu = true;
  Surroundings place = workstation();
  place.gpus = 4;
  EXPECT_EQ(words(wish, place).back(), "4");
  place.gpus = 1;
  EXPECT_EQ(words(wish, place), Words{});
  wish.devices = 2;
  EXPECT_EQ(words(wish, place).back(), "2");
}

TEST(Launcher, IsSrunWithinAnAllocation) {
  Surroundings place = workstation();
  place.in_allocation = place.has_srun = true;
  LaunchWish wish = wish_for(30);
  EXPECT_EQ(words(wish, place), (Words{"srun", "--mpi=pmix"}));
  wish.ranks = 16;
  EXPECT_EQ(words(wish, place), (Words{"srun", "--mpi=pmix", "-n", "16"}));
  place.has_srun = false;
  EXPECT_EQ(words(wish, place).front(), "mpirun");
}

TEST(Launcher, CanBeGivenOrLeftOut) {
  LaunchWish wish = wish_for(30);
  wish.launcher = "srun --mpi=pmix  -N 4";
  EXPECT_EQ(words(wish, workstation()), (Words{"srun", "--mpi=pmix", "-N", "4"}));
  wish.launcher = "none";
  EXPECT_EQ(words(wish, workstation()), Words{});
  Surroundings bare = workstation();
  bare.has_mpirun = false;
  EXPECT_EQ(words(wish_for(30), bare), Words{});
}

TEST(Launcher, RefusesRanksThatCannotBeStarted) {
  LaunchWish wish = wish_for(30);
  wish.ranks = 4;
  Surroundings bare = workstation();
  bare.has_mpirun = false;
  EXPECT_TRUE(says(complaint([&] { words(wish, bare); }, ExitCode::usage), {"--ranks", "mpirun"}));
  wish.launcher = "none";
  EXPECT_TRUE(says(complaint([&] { words(wish, workstation()); }, ExitCode::usage), {"--launch none", "--ranks"}));
  wish.launcher = "mpirun -np 4";
  EXPECT_TRUE(says(complaint([&] { words(wish, workstation()); }, ExitCode::usage), {"--ranks", "--launch"}));
  Surroundings rank = workstation();
  rank.is_one_of_many = true;
  EXPECT_TRUE(says(complaint([&] { words(wish_for(30), rank); }, ExitCode::usage), {"once", "--ranks"}));
}

TEST(Launched, EndsWithTheCodeOfTheCommand) {
  const TemporaryFolder folder;
  const HeldSignals signals;
  const std::string ticked = (folder / "ticked").string();  // by a tick while the command runs
  const std::string command = "while [ ! -e " + ticked + " ]; do sleep 0.05; done; exit 85";
  EXPECT_EQ(run_passing_signals({"sh", "-c", command}, signals, [&] { write_file(ticked, ""); }), 85);
  EXPECT_EQ(run_passing_signals({"sh", "-c", "kill -9 $$"}, signals, [] {}), 137);
  EXPECT_TRUE(
      says(complaint([&] { run_passing_signals({"./absent"}, signals, [] {}); }, ExitCode::usage), {"./absent"}));
}

/// Runs a script that waits for signals, sends it one through this process, and returns the code.
int code_after(int signal, const std::string& script) {
  const TemporaryFolder folder;
  const std::string ready = (folder / "ready").string();
  const HeldSignals signals;
  bool is_sent = false;
  const std::string loop = script + "; : > " + ready + "; while :; do sleep 0.05; done";
  return run_passing_signals({"sh", "-c", loop}, signals, [&] {
    if (!is_sent && std::filesystem::exists(ready)) {
      is_sent = true;
      ::kill(::getpid(), signal);
    }
  });
}

TEST(Launched, GetsTheSignalsOfThisProcess) {
  EXPECT_EQ(code_after(SIGUSR1, "trap 'exit 85' USR1"), 85);
  EXPECT_EQ(code_after(SIGINT, "trap 'exit 4' INT"), 4);
  EXPECT_EQ(code_after(SIGTERM, "true"), 128 + SIGTERM);
}

TEST(Launched, CountsAsInterruptedIfALauncherEndsWithOneAfterASignal) {
  EXPECT_EQ(code_after(SIGTERM, "trap 'exit 1' TERM"), 4);
  EXPECT_EQ(code_after(SIGUSR1, "trap 'exit 1' USR1"), 1);
}

}  // namespace
}  // namespace m2m::bench
