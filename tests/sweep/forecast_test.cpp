#include "sweep/forecast.hpp"

#include <gtest/gtest.h>

#include "support/random_graph.hpp"

namespace m2m::sweep {
namespace {

using testing::request;

TEST(Forecast, AddsUpOnOneRank) {
  const study::StageRequest g = request("g", 10, {}, study::StageKind::g);
  const study::StageGraph graph = study::make_graph({request("a", 5, {g}), request("b", 7, {g})});
  const Forecast one = forecast(graph, {false, false, false}, 1);
  EXPECT_EQ(one.work, 22);
  EXPECT_EQ(one.wall, 22);
  EXPECT_EQ(one.busy, 1);
  const Forecast two = forecast(graph, {false, false, false}, 2);
  EXPECT_EQ(two.wall, 17);  // both wait for g
  EXPECT_DOUBLE_EQ(two.busy, 22.0 / 34);
  EXPECT_EQ(forecast(graph, {true, true, true}, 2).wall, 0);
  EXPECT_EQ(forecast(graph, {true, false, true}, 2).work, 5);
}

TEST(Forecast, LiesBetweenItsBoundsOnRandomGraphs) {
  std::mt19937 random(5);
  for (int round = 0; round < 200; ++round) {
    const study::StageGraph graph = testing::random_graph(random);
    const std::vector<bool> none(graph.stages.size(), false);
    const auto paths = study::paths_to_the_end(graph, study::missing(graph, none));
    const double chain = *std::max_element(paths.begin(), paths.end());
    const int ranks = 1 + static_cast<int>(random() % 8);
    const Forecast cost = forecast(graph, none, ranks);
    EXPECT_GE(cost.wall, std::max(chain, cost.work / ranks) - 1e-9);
    EXPECT_LE(cost.wall, cost.work / ranks + chain + 1e-9);  // Graham's bound for list scheduling
  }
}

TEST(SecondsLeft, CountsNeitherAPrefixNorWhatAnEarlierRunDid) {
  study::StageRequest trial = request("a", 10);
  trial.epochs = 40;  // the last 40 of 200
  const study::StageGraph graph = study::make_graph({trial});
  Scheduler scheduler(graph, {false});
  scheduler.add_free_rank(0);
  scheduler.assign(0);
  scheduler.report(0, {180, 200, 0, 0, 0, 0, 170});
  EXPECT_DOUBLE_EQ(*seconds_left(scheduler, 1, 30), 60);  // 10 epochs in 30 s, 20 are left
}

TEST(SecondsLeft, FollowsTheMeasuredSpeed) {
  const study::StageGraph graph = study::make_graph({request("a", 10), request("b", 10), request("c", 10)});
  Scheduler scheduler(graph, {false, false, false});
  scheduler.add_free_rank(0);
  scheduler.assign(0);
  EXPECT_FALSE(seconds_left(scheduler, 1, 5).has_value());
  scheduler.report(0, {5, 10, 0, 0, 0, 0});
  EXPECT_DOUBLE_EQ(*seconds_left(scheduler, 1, 20),
                   100);  // half of a took 20 s: 4 s per estimated second, 25 are left
  EXPECT_DOUBLE_EQ(*seconds_left(scheduler, 5, 20), 40);  // no more ranks than chains
  scheduler.end(0, {study::StageEnd::done, "", ExitCode::done, 30}, 30);
  EXPECT_DOUBLE_EQ(*seconds_left(scheduler, 1, 30), 60);
  EXPECT_DOUBLE_EQ(busy_share(scheduler, 2, 30), 0.5);
}

}  // namespace
}  // namespace m2m::sweep
