#include "apps/rank_groups.hpp"

#include <gtest/gtest.h>

#include "core/error.hpp"
#include "support/counts.hpp"
#include "support/random_graph.hpp"
#include "support/said.hpp"

namespace m2m::apps {
namespace {

/// That many trials with one setting more.
study::StageGraph trials(int count, const std::string& field = "seed", const Json& value = 1) {
  std::vector<study::StageRequest> requests;
  for (int i = 0; i < count; ++i) {
    requests.push_back(testing::request("trial " + std::to_string(i), 1));
    requests.back().config.set(field, value);
  }
  return study::make_graph(requests);
}

int group_of(int wanted, int ranks, const study::StageGraph& graph) {
  return ranks_per_trial(wanted, ranks, graph, std::vector<bool>(graph.stages.size(), false));
}

TEST(RanksPerTrial, IsOneByItselfWhereThereAreTrialsForAllRanks) {
  EXPECT_EQ(group_of(0, 8, trials(8)), 1);
  EXPECT_EQ(group_of(0, 8, trials(5)), 1);
  EXPECT_EQ(group_of(0, 8, trials(4)), 2);
  EXPECT_EQ(group_of(0, 8, trials(1)), 8);
  EXPECT_EQ(group_of(0, 64, trials(1)), 8);  // more would say more than they compute
  EXPECT_EQ(group_of(0, 3, trials(1)), 2);
}

TEST(RanksPerTrial, CountsOnlyTrialsThatAreToRun) {
  const study::StageGraph graph = trials(8);
  std::vector<bool> exists(8, true);
  exists[3] = false;
  EXPECT_EQ(ranks_per_trial(0, 4, graph, exists), 4);
}

TEST(RanksPerTrial, MayLeaveASmallerGroupUnlessTrialsWouldDifferByIt) {
  EXPECT_EQ(group_of(2, 7, trials(9)), 2);
  EXPECT_THROW(group_of(2, 7, trials(9, "train.batch_norm", "local")), Error);
  EXPECT_EQ(group_of(2, 8, trials(9, "train.batch_norm", "local")), 2);
  EXPECT_THROW(group_of(2, 7, trials(9, "train.deterministic", true)), Error);
  EXPECT_EQ(group_of(2, 8, trials(9, "train.deterministic", true)), 2);
}

TEST(RanksPerTrial, RefusesGroupsThatEightShardsCannotBeDealtTo) {
  try {
    group_of(3, 6, trials(2, "train.deterministic", true));
    FAIL() << "was not refused";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::usage);
    EXPECT_TRUE(testing::says(error.what(),
                              {"--ranks-per-trial 3:", "train.deterministic = true", "8 shards", "1, 2, 4 or 8"}));
  }
  EXPECT_EQ(group_of(3, 6, trials(2)), 3);
}

TEST(SharedDevices, RefuseStagesToRunThatAreDeterministic) {
  const study::StageGraph graph = trials(2, "train.deterministic", true);
  const std::vector<bool> none(2, false), all(2, true);
  EXPECT_THROW(check_shard_options(2, graph, none), Error);
  EXPECT_NO_THROW(check_shard_options(2, graph, all));
  EXPECT_NO_THROW(check_shard_options(1, graph, none));
  EXPECT_NO_THROW(check_shard_options(2, trials(2, "train.deterministic", false), none));
}

TEST(GroupsText, NamesGroupsAndWhatIsLeftOver) {
  using Numbers = std::vector<double>;
  EXPECT_EQ(groups_text(8, 1), "");
  EXPECT_EQ(testing::numbers_in(groups_text(8, 4)), (Numbers{8, 2, 4}));
  EXPECT_EQ(testing::numbers_in(groups_text(4, 4)), (Numbers{4, 1, 4}));
  EXPECT_EQ(testing::numbers_in(groups_text(7, 2)), (Numbers{7, 4, 2, 1}));
}

}  // namespace
}  // namespace m2m::apps
