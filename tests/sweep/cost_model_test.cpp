#include "sweep/cost_model.hpp"

#include <gtest/gtest.h>

#include "support/random_graph.hpp"
#include "sweep/scheduler.hpp"

namespace m2m::sweep {
namespace {

using testing::request;

study::StageRequest trial(const std::string& name, const std::string& method, double cost) {
  study::StageRequest made = request(name, cost);
  made.config.set("method", method);
  return made;
}

TEST(CostModel, IsTheEstimateWhereNothingWasMeasured) {
  const study::StageGraph graph = study::make_graph({trial("a", "ERM", 10), trial("b", "M2m", 20)});
  EXPECT_EQ(CostModel(graph).seconds(), (std::vector<double>{10, 20}));
}

TEST(CostModel, CorrectsAMethodByItsOwnTimesAndOthersByAllTimes) {
  const study::StageGraph graph = study::make_graph(
      {trial("a", "ERM", 10), trial("b", "ERM", 30), trial("c", "M2m", 20), trial("d", "DRS", 10)});
  CostModel model(graph);
  EXPECT_TRUE(model.learn(0, 20));                                     // ERM takes twice its estimate
  EXPECT_TRUE(model.learn(2, 100));                                    // M2m five times
  EXPECT_EQ(model.seconds(), (std::vector<double>{20, 60, 100, 40}));  // all together 120 s for 30
}

TEST(CostModel, AsksForAnotherLookLessAndLessOften) {
  std::vector<study::StageRequest> requests;
  for (int i = 0; i < 100; ++i) requests.push_back(trial("t" + std::to_string(i), "ERM", 1));
  const study::StageGraph graph = study::make_graph(requests);
  CostModel model(graph);
  int looks = 0;
  for (int i = 0; i < 100; ++i) looks += model.learn(i, 2) ? 1 : 0;
  EXPECT_EQ(looks, 7);
}

TEST(Scheduler, TakesTheDearestByWhatWasMeasuredMeanwhile) {
  const study::StageGraph graph =
      study::make_graph({trial("first", "ERM", 30), trial("erm", "ERM", 10), trial("m2m", "M2m", 9)});
  Scheduler scheduler(graph, {false, false, false});
  scheduler.add_free_rank(0);
  EXPECT_EQ(scheduler.assign(0).front().stage, 0);
  scheduler.end(0, {}, 1);
  scheduler.reprioritise({1, 1, 45});
  EXPECT_EQ(scheduler.assign(1).front().stage, 2);
  scheduler.end(0, {}, 2);
  EXPECT_EQ(scheduler.assign(2).front().stage, 1);
}

}  // namespace
}  // namespace m2m::sweep
