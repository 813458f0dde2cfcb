#include "sweep/simulation_text.hpp"

#include <gtest/gtest.h>

#include "support/random_graph.hpp"

namespace m2m::sweep {
namespace {

using testing::request;

class SimulationText : public ::testing::Test {
 protected:
  const study::StageGraph graph = study::make_graph(
      {request("M2m, lambda=0", 5, {request("g", 10, {}, study::StageKind::g)}), request("say \"b\"", 7.5)});
  const Simulation played = simulate(graph, {false, false, false}, single_ranks(2), modelled_seconds(graph));
};

TEST_F(SimulationText, HasALineForEachNumberOfRanksAndOrder) {
  EXPECT_EQ(simulation_table({{StageOrder::longest_path, played}}),
            "   ranks  order             makespan   speed-up  efficiency    idle\n"
            "       2  longest path          15 s        1.5      75.0 %  25.0 %\n");
}

TEST_F(SimulationText, QuotesWhatHoldsCommasOrQuotesInCsv) {
  const auto id = [this](std::size_t stage) { return graph.stages[stage].id; };
  EXPECT_EQ(gantt_csv(graph, played), "id,label,kind,rank,start,end\n" +                  //
                                          id(0) + ",g,g,0,0,10\n" +                       //
                                          id(1) + ",\"M2m, lambda=0\",trial,0,10,15\n" +  //
                                          id(2) + ",\"say \"\"b\"\"\",trial,1,0,7.5\n");
}

TEST_F(SimulationText, LeavesOutOfCsvWhatWasNotRun) {
  const Simulation rest = simulate(graph, {true, true, false}, single_ranks(1), modelled_seconds(graph));
  EXPECT_EQ(gantt_csv(graph, rest).find("lambda"), std::string::npos);
}

TEST_F(SimulationText, SaysEverythingInJson) {
  const Json json = simulation_json(graph, {{StageOrder::fixed, played}});
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
