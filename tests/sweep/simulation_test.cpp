#include "sweep/simulation.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <numeric>

#include "support/random_graph.hpp"

namespace m2m::sweep {

using study::StageGraph;

namespace {

using testing::request;

std::vector<bool> nothing(const StageGraph& graph) { return std::vector<bool>(graph.stages.size(), false); }

Simulation simulate_ranks(const StageGraph& graph, int ranks, StageOrder order = StageOrder::longest_path) {
  return simulate(graph, nothing(graph), single_ranks(ranks), estimated_seconds(graph), order);
}

/// Stages in the graph's order: g, a, b, c.
StageGraph small_graph() {
  const study::StageRequest g = request("g", 10, {}, study::StageKind::g);
  return study::make_graph({request("a", 5, {g}), request("b", 7, {g}), request("c", 4)});
}

TEST(Simulation, StartsTheDearestChainFirstAndWaitsForWhatIsNeeded) {
  const Simulation two = simulate_ranks(small_graph(), 2);
  EXPECT_EQ(two.makespan, 17);
  EXPECT_EQ(two.work, 26);
  EXPECT_EQ(two.busy, 26);
  EXPECT_DOUBLE_EQ(two.efficiency(), 26.0 / 34);
  EXPECT_DOUBLE_EQ(two.idle(), 8.0 / 34);
  EXPECT_DOUBLE_EQ(two.speed_up(), 26.0 / 17);
  const double starts[] = {0, 10, 10, 0};
  const int ranks[] = {0, 1, 0, 1};
  for (std::size_t i = 0; i < 4; ++i) {
    EXPECT_EQ(two.stages[i].start, starts[i]) << i;
    EXPECT_EQ(two.stages[i].rank, ranks[i]) << i;
  }
}

TEST(Simulation, DealtBeforehandLetsAStageBeRunByTheRankOfItsFirstUserAndOthersWait) {
  const Simulation two = simulate_ranks(small_graph(), 2, StageOrder::fixed);  // rank 0: g, a, c; rank 1: b
  EXPECT_EQ(two.makespan, 19);
  EXPECT_EQ(two.stages[0].rank, 0);
  EXPECT_EQ(two.stages[2].rank, 1);
  EXPECT_EQ(two.stages[2].start, 10);
  EXPECT_EQ(two.stages[3].start, 15);
}

TEST(Simulation, ChoosesByCostsAndTakesTheTimeOfTheDurations) {
  const StageGraph graph = study::make_graph({request("a", 1), request("b", 3), request("c", 2)});
  const Simulation one = simulate(graph, nothing(graph), {1}, {30, 10, 20});
  EXPECT_EQ(one.makespan, 60);
  EXPECT_EQ(one.stages[1].start, 0);  // the dearest by its cost
  EXPECT_EQ(one.stages[2].start, 10);
  EXPECT_EQ(one.stages[0].start, 30);
}

TEST(Simulation, RunsNothingThatIsThere) {
  const StageGraph graph = small_graph();
  const Simulation result = simulate(graph, {true, false, true, true}, {1}, estimated_seconds(graph));
  EXPECT_EQ(result.work, 5);
  EXPECT_EQ(result.stages[0].rank, -1);
  EXPECT_EQ(simulate(graph, {true, true, true, true}, {1}, estimated_seconds(graph)).efficiency(), 1);
}

TEST(Simulation, MakesASmallerGroupOfTheRanksLeftOver) {
  EXPECT_EQ(group_sizes(8, 1), std::vector<int>(8, 1));
  EXPECT_EQ(group_sizes(8, 4), (std::vector<int>{4, 4}));
  EXPECT_EQ(group_sizes(7, 3), (std::vector<int>{3, 3, 1}));
  EXPECT_EQ(group_sizes(1, 4), std::vector<int>{1});
}

TEST(Simulation, AssumesThatEachFurtherRankOfAGroupGainsNineTenths) {
  const StageGraph graph = study::make_graph({request("a", 19), request("b", 10), request("c", 10)});
  const Simulation result = simulate(graph, nothing(graph), group_sizes(3, 2), estimated_seconds(graph));
  EXPECT_EQ(result.ranks, 3);
  EXPECT_DOUBLE_EQ(result.stages[0].end, 10);  // two ranks, 1.9 times as fast
  EXPECT_EQ(result.stages[1].rank, 2);
  EXPECT_DOUBLE_EQ(result.makespan, 10 + 10 / 1.9);
  EXPECT_DOUBLE_EQ(result.busy, 2 * (10 + 10 / 1.9) + 10);
  EXPECT_DOUBLE_EQ(result.work, 39);
}

TEST(Simulation, IsTheSameEveryTime) {
  std::mt19937 random(11);
  const StageGraph graph = testing::random_graph(random);
  for (const StageOrder order : all_stage_orders) {
    const Simulation first = simulate_ranks(graph, 3, order), second = simulate_ranks(graph, 3, order);
    for (std::size_t i = 0; i < first.stages.size(); ++i) {
      EXPECT_EQ(first.stages[i].rank, second.stages[i].rank);
      EXPECT_EQ(first.stages[i].start, second.stages[i].start);
    }
  }
}

/// What must hold of every sweep that was played.
void check_stages(const StageGraph& graph, const std::vector<bool>& to_run, const Simulation& result) {
  std::map<int, std::vector<std::pair<double, double>>> of_rank;
  for (std::size_t i = 0; i < to_run.size(); ++i) {
    const SimulatedStage& stage = result.stages[i];
    ASSERT_EQ(stage.rank >= 0, to_run[i]);
    if (!to_run[i]) continue;
    of_rank[stage.rank].emplace_back(stage.start, stage.end);
    for (const int needed : graph.needs[i]) {
      ASSERT_LE(result.stages[static_cast<std::size_t>(needed)].end, stage.start) << "before what it needs";
    }
  }
  for (auto& [rank, stages] : of_rank) {
    std::sort(stages.begin(), stages.end());
    for (std::size_t i = 1; i < stages.size(); ++i) ASSERT_LE(stages[i - 1].second, stages[i].first) << rank;
  }
}

TEST(Simulation, KeepsTheSchedulersPromisesOnRandomGraphs) {
  std::mt19937 random(7);
  for (int round = 0; round < 300; ++round) {
    const StageGraph graph = testing::random_graph(random);
    std::vector<bool> exists(graph.stages.size());
    for (std::size_t i = 0; i < exists.size(); ++i) exists[i] = random() % 5 == 0;
    const std::vector<bool> to_run = study::stages_to_run(graph, exists);
    const auto groups = group_sizes(1 + static_cast<int>(random() % 9), 1 + static_cast<int>(random() % 3));
    double work = 0;
    for (std::size_t i = 0; i < to_run.size(); ++i) work += to_run[i] ? graph.stages[i].cost : 0;
    for (const StageOrder order : all_stage_orders) {
      const Simulation result = simulate(graph, exists, groups, estimated_seconds(graph), order);
      check_stages(graph, to_run, result);
      EXPECT_NEAR(result.work, work, 1e-9) << "work is neither lost nor made";
      EXPECT_LE(result.busy, result.ranks * result.makespan * (1 + 1e-12));
    }
  }
}

TEST(Simulation, LiesBetweenItsLowerBoundsAndGrahamsBoundOnRandomGraphs) {
  std::mt19937 random(9);
  for (int round = 0; round < 300; ++round) {
    const StageGraph graph = testing::random_graph(random);
    const auto paths = study::critical_paths(graph, study::stages_to_run(graph, nothing(graph)));
    const double chain = *std::max_element(paths.begin(), paths.end());
    const int ranks = 1 + static_cast<int>(random() % 8);
    for (const StageOrder order : all_stage_orders) {
      const Simulation result = simulate_ranks(graph, ranks, order);
      EXPECT_GE(result.makespan, std::max(chain, result.work / ranks) - 1e-9);
      if (order == StageOrder::fixed) continue;  // its ranks wait while others could work
      EXPECT_LE(result.makespan, result.work / ranks + chain * (ranks - 1) / ranks + 1e-9);
    }
  }
}

/// 100,000 trials of different costs, every hundred of which share a g.
StageGraph large_graph() {
  StageGraph graph;
  const auto add = [&graph](study::StageKind kind, double cost) {
    study::Stage stage;
    stage.kind = kind;
    stage.cost = cost;
    graph.stages.push_back(std::move(stage));
    graph.needs.emplace_back();
    graph.dependents.emplace_back();
    return graph.size() - 1;
  };
  for (int block = 0; block < 1000; ++block) {
    const int g = add(study::StageKind::g, 10);
    for (int i = 0; i < 100; ++i) {
      const int trial = add(study::StageKind::trial, 1 + (7 * block + 13 * i) % 50);
      graph.needs.back().push_back(g);
      graph.dependents[static_cast<std::size_t>(g)].push_back(trial);
    }
  }
  return graph;
}

TEST(Simulation, PlaysAHundredThousandTrialsOnTenThousandRanks) {
  const StageGraph graph = large_graph();
  const auto costs = estimated_seconds(graph);
  for (const StageOrder order : all_stage_orders) {
    const Simulation result = simulate_ranks(graph, 10'000, order);
    EXPECT_DOUBLE_EQ(result.work, std::accumulate(costs.begin(), costs.end(), 0.0));
    EXPECT_GE(result.makespan, result.work / 10'000);
    check_stages(graph, std::vector<bool>(graph.stages.size(), true), result);
  }
}

TEST(SimulationOnSharedDevices, NamesRanksAndCountsTheirSeats) {
  const StageGraph graph =
      study::make_graph({testing::request("a", 4), testing::request("b", 3), testing::request("c", 2)});
  const Simulation result =
      per_rank(simulate(graph, std::vector<bool>(3, false), single_ranks(4), estimated_seconds(graph)), 2);
  EXPECT_EQ(result.ranks, 2);
  EXPECT_EQ(result.makespan, 4);
  EXPECT_DOUBLE_EQ(result.efficiency(), 9.0 / 16);
  EXPECT_EQ(result.stages[0].rank, 0);
  EXPECT_EQ(result.stages[1].rank, 0);
  EXPECT_EQ(result.stages[2].rank, 1);
}

using testing::request;

class SimulationText : public ::testing::Test {
 protected:
  const study::StageGraph graph_ = study::make_graph(
      {request("M2m, lambda=0", 5, {request("g", 10, {}, study::StageKind::g)}), request("say \"b\"", 7.5)});
  const Simulation result_ = simulate(graph_, {false, false, false}, single_ranks(2), estimated_seconds(graph_));
};

TEST_F(SimulationText, HasALineForEachNumberOfRanksAndOrder) {
  EXPECT_EQ(simulation_table({{StageOrder::longest_path, result_}}),
            "   ranks  order             makespan   speed-up  efficiency    idle\n"
            "       2  longest path          15 s        1.5      75.0 %  25.0 %\n");
}

TEST_F(SimulationText, QuotesWhatHoldsCommasOrQuotesInCsv) {
  const auto id = [this](std::size_t stage) { return graph_.stages[stage].id; };
  EXPECT_EQ(gantt_csv(graph_, result_), "id,label,kind,rank,start,end\n" +                  //
                                            id(0) + ",g,g,0,0,10\n" +                       //
                                            id(1) + ",\"M2m, lambda=0\",trial,0,10,15\n" +  //
                                            id(2) + ",\"say \"\"b\"\"\",trial,1,0,7.5\n");
}

TEST_F(SimulationText, LeavesOutOfCsvWhatWasNotRun) {
  const Simulation rest = simulate(graph_, {true, true, false}, single_ranks(1), estimated_seconds(graph_));
  EXPECT_EQ(gantt_csv(graph_, rest).find("lambda"), std::string::npos);
}

TEST_F(SimulationText, SaysEverythingInJson) {
  const Json json = simulation_json(graph_, {{StageOrder::fixed, result_}});
  EXPECT_EQ(json.size(), 1u);
  EXPECT_EQ(json[0].at("order"), "static");
  EXPECT_EQ(json[0].at("ranks"), 2);
  EXPECT_EQ(json[0].at("makespan"), 15);
  EXPECT_EQ(json[0].at("efficiency"), 0.75);
  EXPECT_EQ(json[0].at("stages").size(), 3u);
  EXPECT_EQ(json.at(0).at("stages").at(1).at("kind"), "trial");
  EXPECT_EQ(json.at(0).at("stages").at(1).at("start"), 10);
}

}  // namespace
}  // namespace m2m::sweep
