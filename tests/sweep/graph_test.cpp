#include "sweep/graph.hpp"

#include <gtest/gtest.h>

#include "random_graph.hpp"

namespace m2m {
namespace {

using fake::request;

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
  EXPECT_EQ(graph.users[0], (std::vector<int>{1, 3}));
  EXPECT_EQ(graph.stages[3].needs, (std::vector<std::string>{graph.stages[0].id, graph.stages[2].id}));
}

TEST(Graph, RefusesOneIdentityOfTwoKinds) { EXPECT_THROW(make_graph({g1, request("g1", 10)}), Error); }

TEST(Graph, PathsToTheEndAreThoseOfTheDearestChain) {
  const StageGraph graph = make_graph({request("a", 5, {g1}), request("b", 7, {g1, g2}), request("c", 100)});
  // stages: g1, a, g2, b, c
  EXPECT_EQ(paths_to_the_end(graph, {true, true, true, true, true}), (std::vector<double>{17, 5, 27, 7, 100}));
  EXPECT_EQ(paths_to_the_end(graph, {true, true, true, false, true}), (std::vector<double>{15, 5, 20, 0, 100}));
}

TEST(Graph, MissesTrialsAndOnlyTheStagesTheyNeed) {
  const StageGraph graph = make_graph({request("a", 5, {g1}), request("b", 7, {g1, g2})});
  EXPECT_EQ(missing(graph, {false, false, false, false}), (std::vector<bool>{true, true, true, true}));
  // b is there, so nobody needs g2, which is not
  EXPECT_EQ(missing(graph, {true, false, false, true}), (std::vector<bool>{false, true, false, false}));
  EXPECT_EQ(missing(graph, {false, true, false, true}), (std::vector<bool>{false, false, false, false}));
}

}  // namespace
}  // namespace m2m
