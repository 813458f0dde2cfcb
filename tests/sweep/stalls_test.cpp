#include "sweep/stalls.hpp"

#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>
#include <thread>

#include "comm/messages/mailbox.hpp"
#include "core/profile.hpp"
#include "support/worker_slots.hpp"
#include "sweep/coordinator.hpp"

namespace m2m::sweep {
namespace {

/// Looks every second from `first` to `last` while `ranks` give signs of life with these slots. Returns the stalls
/// of the first look that finds any.
std::vector<Stall> look(StallWatch& watch, int first, int last, const std::vector<int>& ranks,
                        const std::vector<SlotLife>& slots = {}) {
  for (int now = first; now <= last; ++now) {
    for (const int rank : ranks) watch.alive(rank, {slots}, now);
    if (auto found = watch.find(now); !found.empty()) return found;
  }
  return {};
}

TEST(StallWatch, FindsTheRankThatIsSilent) {
  StallWatch watch(3, 8);
  EXPECT_TRUE(look(watch, 0, 10, {0, 1, 2}).empty());
  const auto found = look(watch, 11, 30, {0, 2});
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].rank, 1);
  EXPECT_FALSE(found[0].slot);
  EXPECT_EQ(found[0].seconds, 9);
}

TEST(StallWatch, FindsTheStageThatMakesNoStepWithItsPhase) {
  StallWatch watch(2, 8);
  EXPECT_TRUE(look(watch, 0, 10, {0, 1}, {{0, 5.9, "reduce"}}).empty());
  const auto found = look(watch, 11, 11, {1}, {{1, 8.1, "reduce"}});
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].rank, 1);
  EXPECT_EQ(found[0].slot, 1);
  EXPECT_EQ(found[0].phase, "reduce");
}

TEST(StallWatch, NamesSilentRanksBeforeThoseThatWaitForThem) {
  StallWatch watch(3, 8);
  look(watch, 0, 0, {0, 1, 2});
  for (int now = 1; now < 9; ++now) {
    watch.alive(0, {{{0, 0.8 * now, "reduce"}}}, now);
    watch.alive(2, {{{0, 0.1, "forward"}}}, now);
    ASSERT_TRUE(watch.find(now).empty());
  }
  watch.alive(0, {{{0, 7, "reduce"}}}, 9);
  watch.alive(2, {{{0, 0.1, "forward"}}}, 9);
  const auto found = watch.find(9);
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(found[0].rank, 1);
  EXPECT_EQ(found[1].rank, 0);
}

TEST(StallWatch, ForgivesAPauseOfTheWholeJob) {
  StallWatch watch(2, 8);
  EXPECT_TRUE(look(watch, 0, 10, {0, 1}, {{0, 1, ""}}).empty());
  EXPECT_TRUE(look(watch, 500, 507, {}).empty());  // nothing was heard since, but the watch did not look either
  EXPECT_EQ(look(watch, 508, 509, {}).size(), 2U);
}

TEST(StallWatch, ExpectsNothingMoreOfARankThatHasLeft) {
  StallWatch watch(2, 8);
  EXPECT_TRUE(look(watch, 0, 0, {0, 1}).empty());
  watch.left(1);
  EXPECT_TRUE(look(watch, 1, 30, {0}).empty());
}

TEST(StallWatch, FindsNothingWithoutATimeoutOrBeforeTheFirstSignOfLife) {
  StallWatch off(1, 0);
  EXPECT_TRUE(look(off, 0, 1, {0}, {{0, 1e9, ""}}).empty());
  StallWatch starting(2, 8);
  EXPECT_TRUE(look(starting, 0, 100, {0}).empty());
}

/// Runs the coordinator of a sweep that is complete; of its two ranks, rank 1 does not answer to Shutdown.
void shut_down_with_a_silent_rank() {
  comm::LocalChannel post(2);
  for (const int rank : {0, 1}) post.worker(rank).send(0, encode(FromWorker(Ready{"a host", 0})));
  std::thread rank_0([&] {
    for (;;) {
      const auto message = post.worker(0).poll();
      if (message && std::holds_alternative<Shutdown>(decode_to_worker(message->bytes))) break;
    }
    post.worker(0).send(0, encode(FromWorker(Goodbye{})));
  });
  const study::StageGraph graph = testing::trial_graph(1);
  Scheduler scheduler(graph, {true});
  CoordinatorSettings settings{2, [start = testing::Clock::now()] { return seconds_since(start); },
                               [] { return StopReason::none; }};
  settings.stall_timeout = 2;
  settings.end_job = [](const std::string& why) {
    std::fputs(why.c_str(), stderr);
    std::_Exit(4);
  };
  run_coordinator(scheduler, post.coordinator(), {}, settings);
  rank_0.join();
}

TEST(Stall, OfARankDuringTheShutdownEndsTheJob) {
  EXPECT_EXIT(shut_down_with_a_silent_rank(), ::testing::ExitedWithCode(4), "rank 1 .*no sign of life");
}

}  // namespace
}  // namespace m2m::sweep
