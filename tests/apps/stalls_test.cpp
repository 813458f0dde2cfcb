// Jobs that do not go on: a stopped rank, a stage that hangs.
#include <signal.h>

#include "core/files.hpp"
#include "support/sweep_program.hpp"

namespace m2m::apps {
namespace {

using testing::says;
using testing::SweepProgram;

class Stalls : public SweepProgram {
 protected:
  /// Starts jobs/grid.toml, stops the n-th of its processes, and expects the job to end resumably.
  void expect_end_after_stop(int ranks, std::size_t process, const std::string& options) const {
    std::filesystem::remove_all(out());
    testing::Background sweeping(command(ranks, "jobs/grid.toml fake.milliseconds=50 --stall-timeout 2" + options),
                                 folder());
    wait_for_lines(2, "began");
    const std::set<int> processes = testing::processes_in_log(out());
    ASSERT_GT(processes.size(), process);
    ::kill(*std::next(processes.begin(), static_cast<std::ptrdiff_t>(process)), SIGSTOP);
    EXPECT_EQ(sweeping.wait(), 4) << background_log();
    EXPECT_TRUE(says(background_log(), {"has given no sign of life", "same command"})) << background_log();
    EXPECT_EQ(sweep(ranks, "jobs/grid.toml" + options).code, 0);
    EXPECT_EQ(testing::finished_in(out()).size(), 9U);
  }
};

TEST_F(Stalls, OfARankEndTheJobWhicheverRankItIs) {
  for (const std::size_t process : {0, 1}) expect_end_after_stop(2, process, "");
}

TEST_F(Stalls, OfARankOfAGroupEndTheJob) { expect_end_after_stop(4, 1, " --ranks-per-trial 2"); }

TEST_F(Stalls, OfAStageNameItsRankAndLetTheOthersSave) {
  write_file(folder() / "jobs/hangs.toml",
             "[grid]\nmethod = ['ERM']\nseed = [0]\n[[point]]\nlabel = 'T'\nmethod = 'RS'\nfake.does = 'hangs'\n");
  for (const int ranks : {0, 2}) {
    const std::string there = "hangs" + std::to_string(ranks);
    const testing::Outcome outcome = sweep(ranks, "jobs/hangs.toml --stall-timeout 2 --out " + there);
    EXPECT_EQ(outcome.code, 4) << outcome.output;
    EXPECT_TRUE(says(outcome.output, {"makes no step", "between phases", "same command"})) << outcome.output;
  }
}

TEST_F(Stalls, AreNotSeenInAStageThatTakesItsTime) {
  const testing::Outcome outcome =
      sweep(2, "jobs/grid.toml train.epochs=4 fake.milliseconds=700 --stall-timeout 2");
  EXPECT_EQ(outcome.code, 0) << outcome.output;
}

}  // namespace
}  // namespace m2m::apps
