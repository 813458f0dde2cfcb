// The scheduler on the paper's Table 2: the numbers that docs/performance.md shows.
#include <gtest/gtest.h>

#include <utility>

#include "support/table2_graph.hpp"
#include "sweep/simulation.hpp"

namespace m2m::sweep {
namespace {

Simulation simulate_table2(const study::StageGraph& graph, int ranks, StageOrder order = StageOrder::longest_path) {
  return simulate(graph, std::vector<bool>(graph.stages.size(), false), single_ranks(ranks),
                  estimated_seconds(graph), order);
}

TEST(Table2, HasTwelveMethodsOnFourDataSetsAndTrainsWhatTheyShareOnce) {
  const study::StageGraph graph = testing::table2(10);
  EXPECT_EQ(study::count(graph, study::StageKind::trial), 12 * 4 * 10);
  EXPECT_EQ(study::count(graph, study::StageKind::g), 4 * 10);
  EXPECT_EQ(study::count(graph, study::StageKind::prefix), 4 * 10);
  // g 200, prefix 160, ERM, DRS and DRW 40 each, M2m 240, M2m-LDAM 400, seven others 200 each
  EXPECT_DOUBLE_EQ(simulate_table2(graph, 1).work, 2520.0 * 3 * (12406 + 20431 + 10847 + 19573) * 10);
}

TEST(Table2, KeepsEightRanksBusyForNinetyEightPercentOfTheirTime) {
  EXPECT_GE(simulate_table2(testing::table2(10), 8).efficiency(), 0.98);
}

TEST(Table2, KeepsSixtyFourRanksBusyForNinetySixPercentOfTheirTimeWithTwelveTrialsEach) {
  EXPECT_GE(simulate_table2(testing::table2(16), 64).efficiency(), 0.96);
}

TEST(Table2, PrintsTheTableOfThePerformancePage) {
  for (const auto& [seeds, all_ranks] :
       {std::pair(10, std::vector{1, 8, 64, 512}), std::pair(16, std::vector{64})}) {
    const study::StageGraph graph = testing::table2(seeds);
    for (const int ranks : all_ranks) {
      for (const StageOrder order : all_stage_orders) {
        const Simulation result = simulate_table2(graph, ranks, order);
        fmt::print("| {} | {} | {} | {:.2f} | {:.1f} | {:.1f} | {:.1f} |\n", seeds, ranks, to_text(order),
                   100 * result.makespan / result.work, result.speed_up(), 100 * result.efficiency(),
                   100 * result.idle());
        EXPECT_LE(result.efficiency(), 1 + 1e-9);
      }
    }
  }
}

}  // namespace
}  // namespace m2m::sweep
