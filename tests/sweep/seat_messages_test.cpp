// What the seats of a worker say, and what a coordinator sends them: the other side is the test.
#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <limits>

#include "comm/messages/local_mailbox.hpp"
#include "support/seats.hpp"
#include "sweep/coordinator.hpp"
#include "sweep/messages.hpp"
#include "sweep/worker.hpp"

namespace m2m::sweep {
namespace {

using testing::done_result;
using testing::eventually;
using testing::report_an_epoch;
using testing::trial_graph;

/// Turns of a loop after which it would have said what it has to say; it looks at everything once a turn.
constexpr int turns_enough = 10;

/// A worker of two seats, to whom the test speaks as its coordinator.
class Worker : public ::testing::Test {
 protected:
  Worker() : graph_(trial_graph(3)), thread_([this] { work(post_.worker(0), work_, settings_); }) {}
  ~Worker() override {
    open_[0] = open_[1] = open_[2] = true;
    tell(Leave{});
    thread_.join();
  }

  void tell(const ToWorker& word) { post_.coordinator().send(0, encode(word)); }
  /// Sends trial number `stage` to a seat; it ends once open_[stage].
  void start(int stage, int seat) { tell(Start{graph_.stages[static_cast<std::size_t>(stage)], seat}); }
  /// The next word for which `counts` holds; passes others over.
  FromWorker hear(const std::function<bool(const FromWorker&)>& counts) {
    FromWorker word = Bye{};
    const bool came = eventually([&] {
      const auto message = post_.coordinator().poll();
      if (message) word = decode_from_worker(message->bytes);
      return message && counts(word);
    });
    return came ? word : Bye{};
  }
  /// The next one that is no report: these come at their own times.
  FromWorker hear() {
    return hear([](const FromWorker& word) { return !std::holds_alternative<Report>(word); });
  }
  /// Whether nothing but reports comes while the worker's waiting seats look for work that often.
  bool hears_nothing() {
    const int until = looks_ + turns_enough;
    bool heard = false;
    const bool came = eventually([&] {
      const auto message = post_.coordinator().poll();
      heard = heard || (message && !std::holds_alternative<Report>(decode_from_worker(message->bytes)));
      return heard || looks_ >= until;
    });
    return came && !heard;
  }

  study::StageGraph graph_;
  std::atomic<double> free_ = 1000;
  std::array<std::atomic<bool>, 3> open_{};
  comm::LocalPost post_{1};
  StageWork work_{[this](const study::Stage& stage, study::StageContext& context) {
                    report_an_epoch(context);
                    const auto number = static_cast<std::size_t>(stage.label.back() - '0');
                    eventually([&] { return open_[number].load(); });
                    return done_result();
                  },
                  {},
                  2,
                  [this] {
                    return DeviceMemory{free_, 100};
                  }};
  std::atomic<int> looks_ = 0;
  WorkerSettings settings_{"host a",
                           [this] {
                             ++looks_;
                             return StopReason::none;
                           },
                           0, 0.001};
  std::thread thread_;  // last: it uses all of the above
};

TEST_F(Worker, SaysThatASeatLeavesWhereMemoryNoLongerAdmitsItAndComesBackWhenItDoes) {
  EXPECT_EQ(std::get<Here>(hear()).seat, 0);
  EXPECT_TRUE(hears_nothing());  // one open seat is enough
  start(0, 0);
  EXPECT_EQ(std::get<Here>(hear()).seat, 1);
  start(1, 1);
  EXPECT_TRUE(std::holds_alternative<Report>(hear([](const FromWorker& word) {
    return std::holds_alternative<Report>(word) && std::get<Report>(word).seat == 1;
  })));
  free_ = 0;
  open_[0] = true;
  // Seat 0 cannot be admitted beside the stage of seat 1.
  EXPECT_TRUE(std::holds_alternative<Remark>(hear()));
  const StageFinished first = std::get<StageFinished>(hear());
  EXPECT_EQ(first.seat, 0);
  EXPECT_TRUE(first.leaves);
  EXPECT_TRUE(hears_nothing());
  free_ = 1000;
  EXPECT_EQ(std::get<Here>(hear()).seat, 0);
  open_[1] = true;
  const StageFinished second = std::get<StageFinished>(hear());
  EXPECT_EQ(second.seat, 1);
  EXPECT_TRUE(second.leaves);  // seat 0 is open already
}

TEST_F(Worker, KeepsASeatWhereTheNextStageIsAdmittedAtOnce) {
  hear();
  free_ = 0;  // seat 1 stays away
  start(0, 0);
  EXPECT_TRUE(std::holds_alternative<Remark>(hear()));
  open_[0] = true;
  const StageFinished ended = std::get<StageFinished>(hear());
  EXPECT_EQ(ended.seat, 0);
  EXPECT_FALSE(ended.leaves);  // none runs: it may begin
  free_ = 1000;
  start(2, 0);
  EXPECT_EQ(std::get<Here>(hear()).seat, 1);
}

TEST(Coordinator, SendsNothingToASeatThatHasLeftUntilItIsHereAgain) {
  const study::StageGraph graph = trial_graph(4);
  Scheduler scheduler(graph, std::vector<bool>(4, false));
  comm::LocalPost post(1);
  std::atomic<int> turns = 0;
  const auto clock = [&] { return static_cast<double>(++turns); };
  std::thread coordinator([&] {
    const CoordinatorSettings settings{1, clock, [] { return StopReason::none; }, false, 1, 2};
    coordinate(scheduler, post.coordinator(), {}, settings);
  });
  const auto say = [&](const FromWorker& word) { post.worker(0).send(0, encode(word)); };
  /// The next word to the worker; nothing if none comes in time or before the coordinator's turn of that number.
  const auto hear = [&](int last_turn) -> std::optional<ToWorker> {
    std::optional<ToWorker> word;
    EXPECT_TRUE(eventually([&] {
      if (const auto message = post.worker(0).poll()) word = decode_to_worker(message->bytes);
      return word || turns >= last_turn;
    }));
    return word;
  };
  const auto hears_nothing = [&] { return !hear(turns + turns_enough).has_value(); };
  constexpr int never = std::numeric_limits<int>::max();
  const auto seat_started = [&] {
    const auto word = hear(never);
    return word && std::holds_alternative<Start>(*word) ? std::get<Start>(*word).seat : -1;
  };
  say(Here{"host a", 0});
  EXPECT_EQ(seat_started(), 0);
  EXPECT_TRUE(hears_nothing());  // seat 1 has not come
  say(Here{"host a", 1});
  EXPECT_EQ(seat_started(), 1);
  say(StageFinished{done_result(), 0, true});
  EXPECT_TRUE(hears_nothing());
  say(StageFinished{done_result(), 1, false});
  EXPECT_EQ(seat_started(), 1);
  say(Here{"host a", 0});
  EXPECT_EQ(seat_started(), 0);
  say(StageFinished{done_result(), 0, true});
  say(StageFinished{done_result(), 1, true});
  const auto last = hear(never);
  EXPECT_TRUE(last && std::holds_alternative<Leave>(*last));
  say(Bye{});
  coordinator.join();
  EXPECT_EQ(scheduler.count(StageState::done), 4);
}

}  // namespace
}  // namespace m2m::sweep
