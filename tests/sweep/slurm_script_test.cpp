#include "sweep/slurm_script.hpp"

#include <gtest/gtest.h>

#include "core/error.hpp"
#include "support/said.hpp"

namespace m2m::sweep {
namespace {

SlurmJob job() {
  SlurmJob made;
  made.name = "grid";
  made.words = {"jobs/grid.toml", "seed=1,2"};
  made.out = "results/grid";
  return made;
}

void expect_in(const std::string& text, const std::string& part) {
  EXPECT_NE(text.find(part), std::string::npos) << part << "\nis not in\n" << text;
}

TEST(SlurmScript, AsksForWhatWasAskedFor) {
  SlurmJob asked = job();
  asked.nodes = 2;
  asked.gpus_per_node = 8;
  asked.time = "12:00:00";
  const std::string text = slurm_script(asked);
  for (const char* line :
       {"#SBATCH --job-name=grid\n", "#SBATCH --nodes=2\n", "#SBATCH --ntasks-per-node=8\n",
        "#SBATCH --gpus-per-node=8\n", "#SBATCH --time=12:00:00\n", "#SBATCH --signal=B:USR1@90\n",
        "#SBATCH --requeue\n", "#SBATCH --open-mode=append\n", "#SBATCH --output=%x-%j.log\n",
        "\nexec \"${m2m_launcher[@]}\" \"${M2M_SWEEP:-build/bin/m2m-sweep}\" jobs/grid.toml seed=1,2\n"}) {
    expect_in(text, line);
  }
  EXPECT_EQ(text.find("--array"), std::string::npos);
}

TEST(SlurmScript, AsksForNoGpuWhereNoneIsWanted) {
  const std::string text = slurm_script(job());
  EXPECT_EQ(text.find("gpus"), std::string::npos);
  expect_in(text, "#SBATCH --ntasks-per-node=1\n");
}

TEST(SlurmScript, SplitsTheStudyOverAnArray) {
  SlurmJob asked = job();
  asked.array = 4;
  const std::string text = slurm_script(asked);
  expect_in(text, "#SBATCH --array=1-4\n");
  expect_in(text, "#SBATCH --output=%x-%A_%a.log\n");
  expect_in(text, "jobs/grid.toml seed=1,2 --part \"$SLURM_ARRAY_TASK_ID/4\"\n");
}

TEST(SlurmScript, JoinsThePartsOfAnArrayByAJobThatWaitsForThem) {
  SlurmJob asked = job();
  asked.array = 4;
  asked.out = "my results/grid";
  const std::string text = slurm_script(asked);
  expect_in(text, "--dependency=afterok:\"$SLURM_ARRAY_JOB_ID\"");
  expect_in(text, "for folder in 'my results/grid'.*-of-4/trials 'my results/grid'.*-of-4/cache; do\n");
  expect_in(text, "m2m-sweep}\" jobs/grid.toml seed=1,2\nJOIN\n");  // the whole study: no --part
  EXPECT_EQ(slurm_script(job()).find("JOIN"), std::string::npos);
}

TEST(SlurmScript, QuotesWhatAShellWouldRead) {
  SlurmJob asked = job();
  asked.words = {"my jobs/it's.toml", "method=$(rm)"};
  expect_in(slurm_script(asked), " 'my jobs/it'\\''s.toml' 'method=$(rm)'\n");
}

TEST(SlurmScript, WarnsInTimeAndNeverAtOnce) {
  EXPECT_EQ(warning_seconds("24:00:00"), 90);
  EXPECT_EQ(warning_seconds("1-00"), 90);
  EXPECT_EQ(warning_seconds("1-00:30:00"), 90);
  EXPECT_EQ(warning_seconds("60"), 90);
  EXPECT_EQ(warning_seconds("10"), 60);
  EXPECT_EQ(warning_seconds("05:00"), 30);
  EXPECT_EQ(warning_seconds("0:01:00"), 6);
}

TEST(SlurmScript, RefusesWhatIsNoJob) {
  for (const char* time : {"", "soon", "0", "1:2:3:4", "-5", "1h", "00:00:00"}) {
    SlurmJob asked = job();
    asked.time = time;
    EXPECT_THROW(slurm_script(asked), Error) << time;
  }
  for (int SlurmJob::*number :
       {&SlurmJob::nodes, &SlurmJob::gpus_per_node, &SlurmJob::ntasks_per_node, &SlurmJob::array}) {
    SlurmJob asked = job();
    asked.*number = -1;
    EXPECT_THROW(slurm_script(asked), Error);
  }
}

TEST(SlurmScript, RefusesTrialsOfMoreRanksThanTheJobHas) {
  SlurmJob asked = job();
  asked.nodes = asked.ntasks_per_node = 2;
  asked.ranks_per_trial = 4;
  EXPECT_NO_THROW(slurm_script(asked));
  asked.ranks_per_trial = 8;
  EXPECT_TRUE(testing::says(testing::complaint([&] { slurm_script(asked); }, ExitCode::usage),
                            {"--ranks-per-trial 8", "4 ranks", "--nodes", "--ntasks-per-node"}));
}

}  // namespace
}  // namespace m2m::sweep
