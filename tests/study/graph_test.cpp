#include "study/graph.hpp"

#include <gtest/gtest.h>

#include "support/random_graph.hpp"

namespace m2m::study {
namespace {

using testing::request;

const StageRequest g1 = request("g1", 10, {}, StageKind::g);
const StageRequest g2 = request("g2", 20, {}, StageKind::g);

TEST(StageId, Is16DigitsOfTheHashOfTheIdentityAlone) {
  EXPECT_EQ(stage_id({{"a", 1}}).size(), 16u);
  EXPECT_EQ(stage_id({{"a", 1}, {"b", 2}}), stage_id({{"b", 2}, {"a", 1}}));
  EXPECT_NE(stage_id({{"a", 1}}), stage_id({{"a", 2}}));
  EXPECT_EQ(stage_id(Json::object()), "44136fa355b3678a");  // printf '{}' | sha256sum
}

TEST(Graph, HasSharedStagesOnceAndBeforeTheirUsers) {
  const StageGraph graph = make_graph({request("a", 1, {g1}), request("b", 1, {g1, g2}), request("a", 1, {g1})});
  ASSERT_EQ(graph.size(), 4);
  EXPECT_EQ(graph.stages[0].label, "g1");
  EXPECT_EQ(graph.stages[1].label, "a");
  EXPECT_EQ(graph.stages[2].label, "g2");
  EXPECT_EQ(graph.stages[3].label, "b");
  EXPECT_EQ(graph.needs[3], (std::vector<int>{0, 2}));
  EXPECT_EQ(graph.dependents[0], (std::vector<int>{1, 3}));
  EXPECT_EQ(graph.stages[3].needs,
            (std::vector<StageNeed>{{StageKind::g, graph.stages[0].id}, {StageKind::g, graph.stages[2].id}}));
}

TEST(Graph, RefusesOneIdentityOfTwoKinds) { EXPECT_THROW(make_graph({g1, request("g1", 10)}), Error); }

TEST(Graph, PathsToTheEndAreThoseOfTheDearestChain) {
  const StageGraph graph = make_graph({request("a", 5, {g1}), request("b", 7, {g1, g2}), request("c", 100)});
  // stages: g1, a, g2, b, c
  EXPECT_EQ(critical_paths(graph, {true, true, true, true, true}), (std::vector<double>{17, 5, 27, 7, 100}));
  EXPECT_EQ(critical_paths(graph, {true, true, true, false, true}), (std::vector<double>{15, 5, 20, 0, 100}));
}

TEST(Graph, MissesTrialsAndOnlyTheStagesTheyNeed) {
  const StageGraph graph = make_graph({request("a", 5, {g1}), request("b", 7, {g1, g2})});
  EXPECT_EQ(stages_to_run(graph, {false, false, false, false}), (std::vector<bool>{true, true, true, true}));
  // b exists, so no stage needs g2, which does not exist
  EXPECT_EQ(stages_to_run(graph, {true, false, false, true}), (std::vector<bool>{false, true, false, false}));
  EXPECT_EQ(stages_to_run(graph, {false, true, false, true}), (std::vector<bool>{false, false, false, false}));
}

TEST(WithoutUnsharedPrefixes, DropsThoseThatOneTrialAloneWouldUse) {
  const StageRequest prefix = request("prefix", 8, {}, StageKind::prefix);
  const StageRequest lonely = request("lonely", 8, {}, StageKind::prefix);
  const StageGraph graph =
      make_graph({request("a", 2, {prefix}), request("b", 2, {g1, prefix}), request("c", 3, {lonely, g2})});
  const std::vector<bool> none(graph.stages.size(), false);
  const StageGraph kept = without_unshared_prefixes(graph, none);
  EXPECT_EQ(count(kept, StageKind::prefix), 1);
  EXPECT_EQ(kept.size(), graph.size() - 1);
  const Stage& c = kept.stages.back();
  EXPECT_EQ(c.id, graph.stages.back().id);
  EXPECT_EQ(c.cost, 3 + 8);
  EXPECT_EQ(c.need(StageKind::prefix), nullptr);
  ASSERT_NE(c.need(StageKind::g), nullptr);
  EXPECT_EQ(kept.stages[static_cast<std::size_t>(kept.needs.back().front())].id, *c.need(StageKind::g));
  for (int i = 0; i < kept.size(); ++i) {
    for (const int needed : kept.needs[static_cast<std::size_t>(i)]) {
      const auto& dependents = kept.dependents[static_cast<std::size_t>(needed)];
      EXPECT_EQ(std::count(dependents.begin(), dependents.end(), i), 1);
    }
  }
}

TEST(WithoutUnsharedPrefixes, KeepsThoseThatExistAndCountsOnlyTrialsToRun) {
  const StageRequest prefix = request("prefix", 8, {}, StageKind::prefix);
  const StageGraph graph = make_graph({request("a", 2, {prefix}), request("b", 2, {prefix})});
  EXPECT_EQ(count(without_unshared_prefixes(graph, {false, true, false}), StageKind::prefix), 0);
  EXPECT_EQ(count(without_unshared_prefixes(graph, {true, true, false}), StageKind::prefix), 1);
}

}  // namespace
}  // namespace m2m::study
