// Trials that earlier runs of a sweep lost: whose process ended with them, or that diverged.
#include <algorithm>

#include "core/files.hpp"
#include "support/sweep_program.hpp"

namespace m2m::apps {
namespace {

using testing::line_with;
using testing::Outcome;
using testing::says;

class LostTrials : public testing::SweepProgram {};

TEST_F(LostTrials, AreGivenUpIfTheyEndTheirProcessEveryTimeAndTheOthersRun) {
  write_file(folder() / "jobs/killed.toml",
             "[grid]\nmethod = ['ERM', 'M2m']\n[[point]]\nlabel = 'T'\nmethod = 'RS'\nfake.does = 'killed'\n"
             "train.epochs = 1000\nfake.milliseconds = 0\n");  // the dearest: it begins at once
  const auto began = [&](const std::string& id) {
    return testing::stages_in_log(folder() / "there", "began").count(id);
  };
  for (const int ranks : {0, 2}) {
    std::filesystem::remove_all(folder() / "there");
    const std::string arguments = "jobs/killed.toml --out there --max-retries 2";
    for (int run = 0; run < 3; ++run) EXPECT_GT(sweep(ranks, arguments).code, 4);
    const Outcome given_up = sweep(ranks, arguments);
    EXPECT_EQ(given_up.code, 3) << given_up.output;
    EXPECT_EQ(testing::count_lines(folder() / "there", "done"), 3);
    const std::multiset<std::string> tried = testing::stages_in_log(folder() / "there", "began");
    const auto is_lost = [&](const std::string& id) { return tried.count(id) == 3; };
    const auto lost = std::find_if(tried.begin(), tried.end(), is_lost);
    ASSERT_NE(lost, tried.end());
    EXPECT_TRUE(std::filesystem::exists(folder() / "there" / "trials" / *lost / "failure.json"));
    EXPECT_TRUE(says(line_with(given_up.output, "failed  trial "), {"3 times", "--retry failed"}));
    EXPECT_EQ(sweep(ranks, arguments).code, 3);
    EXPECT_EQ(began(*lost), 3U);
    EXPECT_GT(sweep(ranks, arguments + " --retry failed").code, 4);
    EXPECT_EQ(began(*lost), 4U);
  }
}

TEST_F(LostTrials, ThatDivergedAreTrainedAgainOnlyIfAskedTo) {
  write_file(folder() / "jobs/diverging.toml", "method = 'ERM'\nfake.does = 'diverge'\n");
  for (const std::string options : {"", "", " --retry failed", " --retry diverged", ""}) {
    const Outcome outcome = sweep(0, "jobs/diverging.toml --out there" + options);
    EXPECT_EQ(outcome.code, 3) << outcome.output;
    EXPECT_TRUE(says(line_with(outcome.output, "failed  trial "), {"loss is not a number at epoch 3"}));
  }
  EXPECT_EQ(testing::count_lines(folder() / "there", "began"), 2);
}

}  // namespace
}  // namespace m2m::apps
