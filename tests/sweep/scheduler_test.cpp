#include "sweep/scheduler.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "support/random_graph.hpp"

namespace m2m::sweep {

using study::StageGraph;
using study::StageOutcome;

namespace {

using testing::request;

std::vector<bool> nothing(const StageGraph& graph) { return std::vector<bool>(graph.stages.size(), false); }

study::StageResult ended(StageOutcome end) { return {end, "", ExitCode::done, 1}; }

/// Hands out everything that can be, in order, with one rank.
std::vector<std::string> order_on_one_rank(const StageGraph& graph) {
  Scheduler scheduler(graph, nothing(graph));
  scheduler.add_free_slot(0);
  std::vector<std::string> order;
  for (auto given = scheduler.assign(0); !given.empty(); given = scheduler.assign(0)) {
    EXPECT_EQ(given.size(), 1u);
    order.push_back(graph.stages[static_cast<std::size_t>(given[0].stage)].label);
    scheduler.finish(0, ended(StageOutcome::done), 0);
  }
  return order;
}

TEST(Scheduler, TakesTheDearestChainFirst) {
  const study::StageRequest g = request("g", 10, {}, study::StageKind::g);
  const StageGraph graph =
      study::make_graph({request("cheap", 1), request("dear", 12), request("needs g", 5, {g}), request("mid", 6)});
  // g's chain of 15 is dearer than the trial of 12
  EXPECT_EQ(order_on_one_rank(graph), (std::vector<std::string>{"g", "dear", "mid", "needs g", "cheap"}));
}

TEST(Scheduler, SettlesStagesThatAnEarlierRunLostAndBlocksWhatNeedsThem) {
  const study::StageRequest lost = request("lost g", 10, {}, study::StageKind::g);
  const study::StageRequest idle = request("idle g", 10, {}, study::StageKind::g);
  const StageGraph graph =
      study::make_graph({request("needs lost g", 5, {lost}), request("lost", 5, {idle}), request("a", 1)});
  std::map<int, study::StageResult> losses;
  std::map<std::string, StageState> states;
  for (int i = 0; i < graph.size(); ++i) {
    if (graph.stages[static_cast<std::size_t>(i)].label.starts_with("lost"))
      losses.emplace(i, ended(StageOutcome::diverged));
  }
  Scheduler scheduler(graph, nothing(graph), {}, losses);
  scheduler.add_free_slot(0);
  const auto given = scheduler.assign(0);
  ASSERT_EQ(given.size(), 1U);
  scheduler.finish(0, ended(StageOutcome::done), 1);
  EXPECT_TRUE(scheduler.finished());
  for (int i = 0; i < graph.size(); ++i) {
    const auto at = static_cast<std::size_t>(i);
    states[graph.stages[at].label] = scheduler.status()[at].state;
  }
  EXPECT_EQ(states, (std::map<std::string, StageState>{{"a", StageState::done},
                                                       {"idle g", StageState::unneeded},
                                                       {"lost", StageState::diverged},
                                                       {"lost g", StageState::diverged},
                                                       {"needs lost g", StageState::blocked}}));
}

TEST(Scheduler, BreaksTiesByThePlansOrder) {
  EXPECT_EQ(order_on_one_rank(study::make_graph({request("a", 1), request("b", 1), request("c", 1)})),
            (std::vector<std::string>{"a", "b", "c"}));
}

TEST(Scheduler, LeavesRanksIdleWhereThereAreMoreThanTrials) {
  const StageGraph graph = study::make_graph({request("a", 1), request("b", 1)});
  Scheduler scheduler(graph, nothing(graph));
  for (int rank = 0; rank < 5; ++rank) scheduler.add_free_slot(rank);
  EXPECT_EQ(scheduler.assign(0).size(), 2u);
  EXPECT_TRUE(scheduler.assign(0).empty());
  EXPECT_FALSE(scheduler.finished());
  scheduler.finish(0, ended(StageOutcome::done), 1);
  scheduler.finish(1, ended(StageOutcome::done), 1);
  EXPECT_TRUE(scheduler.finished());
}

TEST(Scheduler, GivesNothingToARankThatIsWithdrawnUntilItIsFreeAgain) {
  const StageGraph graph = study::make_graph({request("a", 3), request("b", 2), request("c", 1)});
  Scheduler scheduler(graph, nothing(graph));
  scheduler.add_free_slot(0);
  scheduler.add_free_slot(1);
  scheduler.assign(0);
  scheduler.finish(0, ended(StageOutcome::done), 1);
  scheduler.withdraw(0);
  scheduler.withdraw(7);  // was never there
  EXPECT_TRUE(scheduler.assign(1).empty());
  EXPECT_FALSE(scheduler.finished());
  scheduler.add_free_slot(0);
  const auto given = scheduler.assign(2);
  ASSERT_EQ(given.size(), 1u);
  EXPECT_EQ(given[0].slot, 0);
  EXPECT_EQ(given[0].stage, 2);
}

TEST(Scheduler, BlocksEverythingThatNeedsAFailedStageAndGoesOn) {
  const study::StageRequest g = request("g", 1, {}, study::StageKind::g);
  const study::StageRequest second = request("g of g", 1, {g}, study::StageKind::g);
  const StageGraph graph = study::make_graph({request("a", 1, {g}), request("b", 1, {second}), request("c", 1)});
  for (const StageOutcome end : {StageOutcome::failed, StageOutcome::diverged}) {
    Scheduler scheduler(graph, nothing(graph));
    scheduler.add_free_slot(0);
    scheduler.assign(0);
    EXPECT_EQ(scheduler.finish(0, ended(end), 1).size(), 3u);  // a, g of g, b
    EXPECT_EQ(scheduler.count(StageState::blocked), 3);
    EXPECT_EQ(scheduler.count(StageState::blocked, study::StageKind::trial), 2);
    for (const StageStatus& status : scheduler.status()) {
      EXPECT_EQ(status.cause, status.state == StageState::blocked ? 0 : -1);
    }
    ASSERT_EQ(scheduler.assign(1).size(), 1u);
    scheduler.finish(0, ended(StageOutcome::done), 2);
    EXPECT_TRUE(scheduler.finished());
  }
}

TEST(Scheduler, StartsNothingAfterAStop) {
  const StageGraph graph = study::make_graph({request("a", 1), request("b", 1)});
  Scheduler scheduler(graph, nothing(graph));
  scheduler.add_free_slot(0);
  scheduler.assign(0);
  scheduler.stop();
  EXPECT_FALSE(scheduler.finished());
  scheduler.finish(0, ended(StageOutcome::interrupted), 1);
  EXPECT_TRUE(scheduler.assign(1).empty());
  EXPECT_TRUE(scheduler.finished());
  EXPECT_EQ(scheduler.count(StageState::interrupted), 1);
  EXPECT_EQ(scheduler.count(StageState::waiting), 1);
}

TEST(Scheduler, RunsNothingWhereAllIsThere) {
  const study::StageRequest g = request("g", 1, {}, study::StageKind::g);
  const StageGraph graph = study::make_graph({request("a", 1, {g}), request("b", 1, {g})});
  Scheduler scheduler(graph, {false, true, true});
  EXPECT_TRUE(scheduler.finished());
  EXPECT_EQ(scheduler.count(StageState::unneeded), 1);
}

TEST(Scheduler, RefusesMessagesOfARankThatRunsNothing) {
  const StageGraph graph = study::make_graph({request("a", 1)});
  Scheduler scheduler(graph, nothing(graph));
  scheduler.add_free_slot(3);
  EXPECT_THROW(scheduler.report(3, {}), Error);
  EXPECT_THROW(scheduler.finish(3, {}, 0), Error);
  scheduler.assign(0);
  EXPECT_NO_THROW(scheduler.report(3, {}));
}

/// A trial with an estimate of its memory.
study::StageRequest trial_of(double memory, double cost, std::vector<study::StageRequest> needs = {}) {
  study::StageRequest made = request("trial of " + std::to_string(memory), cost, std::move(needs));
  made.memory = memory;
  return made;
}

TEST(Scheduler, KnowsTheLargestMemoryOfTheStagesThatHaveNotStarted) {
  study::StageRequest g = request("g", 1, {}, study::StageKind::g);
  g.memory = 2;
  const StageGraph graph =
      study::make_graph({trial_of(6, 10), trial_of(5, 1, {g}), trial_of(3, 5), trial_of(9, 20)});
  std::vector<bool> exists = nothing(graph);
  exists.back() = true;  // that of 9
  Scheduler scheduler(graph, exists);
  std::vector<double> to_come{scheduler.memory_to_come()};
  for (int slot = 0; slot < 4; ++slot) {
    scheduler.add_free_slot(slot);
    scheduler.assign(0);
    to_come.push_back(scheduler.memory_to_come());
  }
  EXPECT_EQ(to_come, (std::vector<double>{6, 5, 5, 5, 5}));  // the one of 6 starts, that of 3, g
  scheduler.finish(2, ended(StageOutcome::failed), 1);
  EXPECT_EQ(scheduler.memory_to_come(), 0) << "nothing is left: the one of 5 needs g";
}

TEST(Scheduler, KnowsNoMemoryToComeWhileOneStageThatHasNotStartedIsNotEstimated) {
  const StageGraph graph = study::make_graph({trial_of(0, 2), trial_of(6, 1)});
  Scheduler scheduler(graph, nothing(graph));
  EXPECT_EQ(scheduler.memory_to_come(), 0);
  scheduler.add_free_slot(0);
  scheduler.assign(0);
  EXPECT_EQ(scheduler.memory_to_come(), 6);
}

/// What must hold whenever stages are handed out.
void check_assignments(const Scheduler& scheduler, const std::vector<Assignment>& given,
                       const std::vector<double>& paths, std::map<int, int>& times) {
  const StageGraph& graph = scheduler.graph();
  double last = std::numeric_limits<double>::infinity();
  for (const Assignment& each : given) {
    const auto stage = static_cast<std::size_t>(each.stage);
    EXPECT_EQ(++times[each.stage], 1) << "handed out twice";
    EXPECT_LE(paths[stage], last) << "not the dearest first";
    last = paths[stage];
    for (const int needed : graph.needs[stage]) {
      const StageState state = scheduler.status()[static_cast<std::size_t>(needed)].state;
      EXPECT_TRUE(state == StageState::done || state == StageState::existing) << "before what it needs";
    }
  }
  for (std::size_t i = 0; !given.empty() && i < graph.stages.size(); ++i) {  // what waits is no dearer
    const bool is_ready = scheduler.status()[i].state == StageState::waiting &&
                          std::all_of(graph.needs[i].begin(), graph.needs[i].end(), [&](int needed) {
                            const StageState s = scheduler.status()[static_cast<std::size_t>(needed)].state;
                            return s == StageState::done || s == StageState::existing;
                          });
    EXPECT_TRUE(!is_ready || paths[i] <= last);
  }
}

double max_waiting_memory(const Scheduler& scheduler) {
  double largest = 0;
  for (std::size_t i = 0; i < scheduler.status().size(); ++i) {
    if (scheduler.status()[i].state == StageState::waiting)
      largest = std::max(largest, scheduler.graph().stages[i].memory);
  }
  return largest;
}

StageOutcome random_end(std::mt19937& random) {
  const unsigned dice = random() % 20;
  return dice == 0 ? StageOutcome::failed : dice == 1 ? StageOutcome::diverged : StageOutcome::done;
}

TEST(Scheduler, HoldsItsPromisesOnRandomGraphs) {
  std::mt19937 random(3);
  for (int round = 0; round < 500; ++round) {
    StageGraph graph = testing::random_graph(random);
    for (study::Stage& stage : graph.stages) stage.memory = 1 + random() % 9;
    std::vector<bool> exists(graph.stages.size());
    for (std::size_t i = 0; i < exists.size(); ++i) exists[i] = random() % 5 == 0;
    const std::vector<bool> to_run = study::stages_to_run(graph, exists);
    const std::vector<double> paths = study::critical_paths(graph, to_run);
    Scheduler scheduler(graph, exists);
    std::vector<int> running;
    std::map<int, int> times;
    for (int rank = 0, ranks = 1 + static_cast<int>(random() % 6); rank < ranks; ++rank)
      scheduler.add_free_slot(rank);
    for (double now = 0;; ++now) {
      const auto given = scheduler.assign(now);
      check_assignments(scheduler, given, paths, times);
      EXPECT_EQ(scheduler.memory_to_come(), max_waiting_memory(scheduler));
      for (const Assignment& each : given) running.push_back(each.slot);
      if (running.empty()) break;
      const auto next = running.begin() + static_cast<std::ptrdiff_t>(random() % running.size());
      scheduler.finish(*next, ended(random_end(random)), now);
      running.erase(next);
    }
    ASSERT_TRUE(scheduler.finished());
    for (int i = 0; i < graph.size(); ++i) {
      const StageState state = scheduler.status()[static_cast<std::size_t>(i)].state;
      ASSERT_NE(state, StageState::waiting);
      ASSERT_NE(state, StageState::running);
      ASSERT_EQ(times[i] == 1, to_run[static_cast<std::size_t>(i)] && state != StageState::blocked);
    }
  }
}

}  // namespace
}  // namespace m2m::sweep
