// Several stages at once on a rank: worker, coordinator and scheduler over mailboxes within this process.
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <map>
#include <mutex>
#include <thread>

#include "core/error.hpp"
#include "dist/messages/local_mailbox.hpp"
#include "random_graph.hpp"
#include "sweep/coordinator.hpp"
#include "sweep/messages.hpp"
#include "sweep/worker.hpp"

namespace m2m {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

bool wait_for(const std::function<bool()>& condition) {
  const auto end = Clock::now() + std::chrono::seconds(20);
  while (!condition() && Clock::now() < end) std::this_thread::sleep_for(milliseconds(1));
  return condition();
}

StageGraph trials(int count) {
  std::vector<StageRequest> requests;
  for (int i = 0; i < count; ++i) requests.push_back(fake::request("trial " + std::to_string(i), 1));
  return make_graph(requests);
}

StageResult done() { return {StageEnd::done, "", ExitCode::done, 0}; }
StageResult stopped() { return {StageEnd::interrupted, "stopped", ExitCode::interrupted, 0}; }
void report_an_epoch(StageContext& context) { context.progress({1, 10, 0, 0, 0, 0}); }

/// Counts what runs at once.
class Running {
 public:
  class Here {
   public:
    explicit Here(Running& running) : running_(running) {
      const std::lock_guard guard(running_.mutex_);
      running_.most_ = std::max(running_.most_, ++running_.now_);
      ++running_.begun_;
    }
    ~Here() {
      const std::lock_guard guard(running_.mutex_);
      --running_.now_;
    }
    Here(const Here&) = delete;
    Here& operator=(const Here&) = delete;

   private:
    Running& running_;
  };
  int most() const { return look(most_); }
  int now() const { return look(now_); }
  int begun() const { return look(begun_); }

 private:
  int look(const int& number) const {
    const std::lock_guard guard(mutex_);
    return number;
  }
  mutable std::mutex mutex_;
  int now_ = 0, most_ = 0, begun_ = 0;
};

struct Remarks : SweepObserver {
  void remarked(int rank, const std::string&, const std::string& text) override { texts[rank].push_back(text); }
  std::map<int, std::vector<std::string>> texts;
};

/// A whole sweep, a thread a rank; works[r] is what rank r has, all with the same number of seats.
struct Sweep {
  Sweep(const StageGraph& sweep_graph, std::vector<StageWork> sweep_works)
      : graph(sweep_graph),
        works(std::move(sweep_works)),
        scheduler(graph, std::vector<bool>(graph.stages.size(), false)) {}

  StopReason run() {
    const int ranks = static_cast<int>(works.size());
    LocalPost post(ranks);
    std::vector<std::thread> workers;
    for (int rank = 0; rank < ranks; ++rank) {
      workers.emplace_back([&, rank] {
        const WorkerSettings settings{"host a", [] { return StopReason::none; }, 0, 0.001};
        work(post.worker(rank), works[static_cast<std::size_t>(rank)], settings);
      });
    }
    const auto start = Clock::now();
    const auto clock = [start] { return std::chrono::duration<double>(Clock::now() - start).count(); };
    const CoordinatorSettings settings{ranks, clock, [this] { return stop.load(); }, false, 1, works.front().seats};
    const StopReason reason = coordinate(scheduler, post.coordinator(), {&remarks}, settings);
    for (std::thread& worker : workers) worker.join();
    return reason;
  }

  const StageGraph& graph;
  std::vector<StageWork> works;
  Scheduler scheduler;
  Remarks remarks;
  std::atomic<StopReason> stop = StopReason::none;
};

TEST(Seats, OfARankRunThatManyStagesAtOnceAndNoMore) {
  for (const int ranks : {1, 2}) {
    for (const int seats : {1, 3}) {
      const StageGraph graph = trials(2 * ranks * seats + 1);
      std::vector<Running> running(static_cast<std::size_t>(ranks));
      std::vector<StageWork> works;
      for (Running& of_rank : running) {
        works.push_back({[&of_rank, seats](const Stage&, StageContext& context) {
                           const Running::Here here(of_rank);
                           report_an_epoch(context);
                           wait_for([&] { return of_rank.most() == seats; });
                           return done();
                         },
                         {},
                         seats});
      }
      Sweep sweep(graph, works);
      EXPECT_EQ(sweep.run(), StopReason::none);
      EXPECT_EQ(sweep.scheduler.count(StageState::done), graph.size());
      for (const Running& of_rank : running) EXPECT_EQ(of_rank.most(), seats) << ranks << " ranks";
    }
  }
}

TEST(Seats, ThatMemoryDoesNotAdmitGetNoStage) {
  const StageGraph graph = trials(12);
  Running full, roomy;
  const auto run = [](Running& running) {
    return [&running](const Stage&, StageContext& context) {
      const Running::Here here(running);
      report_an_epoch(context);
      std::this_thread::sleep_for(milliseconds(20));
      return done();
    };
  };
  Sweep sweep(graph, {{run(full),
                       {},
                       3,
                       [] {
                         return DeviceMemory{1, 1};
                       }},
                      {run(roomy), {}, 3, [] {
                         return DeviceMemory{1e9, 1};
                       }}});
  sweep.run();
  EXPECT_EQ(sweep.scheduler.count(StageState::done), graph.size());
  EXPECT_EQ(full.most(), 1);
  EXPECT_EQ(full.begun() + roomy.begun(), 12);
  EXPECT_EQ(sweep.remarks.texts, (std::map<int, std::vector<std::string>>{{0, {limit_text(1, 3, 1, 1)}}}));
}

TEST(Seats, AllStopWhereTheSweepIsAskedTo) {
  const StageGraph graph = trials(9);
  Running running;
  const StageWork work{[&](const Stage&, StageContext& context) {
                         const Running::Here here(running);
                         report_an_epoch(context);
                         wait_for([&] { return context.stop_requested(); });
                         return stopped();
                       },
                       {},
                       3};
  Sweep sweep(graph, {work, work});
  std::thread asking([&] {
    wait_for([&] { return running.now() == 6; });
    sweep.stop = StopReason::requeue;
  });
  EXPECT_EQ(sweep.run(), StopReason::requeue);
  asking.join();
  EXPECT_EQ(running.begun(), 6);
  EXPECT_EQ(sweep.scheduler.count(StageState::interrupted), 6);
}

TEST(Seats, GoOnWhereAStageOfAnotherThrows) {
  const StageGraph graph = trials(8);
  Running running;
  const StageWork work{[&](const Stage& stage, StageContext& context) -> StageResult {
                         const Running::Here here(running);
                         report_an_epoch(context);
                         wait_for([&] { return running.most() == 2; });
                         if (stage.label == "trial 1") throw data_error("thrown on purpose");
                         return done();
                       },
                       {},
                       2};
  Sweep sweep(graph, {work});
  EXPECT_EQ(sweep.run(), StopReason::none);
  EXPECT_EQ(sweep.scheduler.count(StageState::done), 7);
  EXPECT_EQ(sweep.scheduler.status()[1].state, StageState::failed);
  EXPECT_EQ(sweep.scheduler.status()[1].result.summary, "thrown on purpose");
}

/// A worker of two seats, to whom the test speaks as its coordinator.
class Worker : public ::testing::Test {
 protected:
  Worker() : graph_(trials(3)), thread_([this] { work(post_.worker(0), work_, settings_); }) {}
  ~Worker() override {
    open_[0] = open_[1] = open_[2] = true;
    tell(Leave{});
    thread_.join();
  }

  void tell(const ToWorker& word) { post_.coordinator().send(0, encode(word)); }
  /// Sends trial number `stage` to a seat; it ends once open_[stage].
  void start(int stage, int seat) { tell(Start{graph_.stages[static_cast<std::size_t>(stage)], seat}); }
  /// The next word that is no report; reports come at their own times.
  FromWorker hear() {
    std::optional<FromWorker> word;
    wait_for([&] {
      const auto message = post_.coordinator().poll();
      if (message) word = decode_from_worker(message->bytes);
      return word && !std::holds_alternative<Report>(*word);
    });
    return word.value_or(Bye{});
  }
  bool hears_nothing() {
    const auto end = Clock::now() + milliseconds(50);
    while (Clock::now() < end) {
      const auto message = post_.coordinator().poll();
      if (message && !std::holds_alternative<Report>(decode_from_worker(message->bytes))) return false;
      std::this_thread::sleep_for(milliseconds(1));
    }
    return true;
  }

  StageGraph graph_;
  std::atomic<double> free_ = 1000;
  std::array<std::atomic<bool>, 3> open_{};
  LocalPost post_{1};
  StageWork work_{[this](const Stage& stage, StageContext& context) {
                    report_an_epoch(context);
                    const auto number = static_cast<std::size_t>(stage.label.back() - '0');
                    wait_for([&] { return open_[number].load(); });
                    return done();
                  },
                  {},
                  2,
                  [this] {
                    return DeviceMemory{free_, 100};
                  }};
  WorkerSettings settings_{"host a", [] { return StopReason::none; }, 0, 0.001};
  std::thread thread_;  // last: it uses all of the above
};

TEST_F(Worker, SaysThatASeatLeavesWhereMemoryNoLongerAdmitsItAndComesBackWhenItDoes) {
  EXPECT_EQ(std::get<Here>(hear()).seat, 0);
  EXPECT_TRUE(hears_nothing());  // one open seat is enough
  start(0, 0);
  EXPECT_EQ(std::get<Here>(hear()).seat, 1);
  start(1, 1);
  std::this_thread::sleep_for(milliseconds(20));  // it reports its epoch
  free_ = 0;
  open_[0] = true;
  // Seat 0 cannot be admitted beside the stage of seat 1.
  const Ended first = std::get<Ended>(hear());
  EXPECT_EQ(first.seat, 0);
  EXPECT_TRUE(first.leaves);
  EXPECT_TRUE(std::holds_alternative<Remark>(hear()));
  EXPECT_TRUE(hears_nothing());
  free_ = 1000;
  EXPECT_EQ(std::get<Here>(hear()).seat, 0);
  open_[1] = true;
  const Ended second = std::get<Ended>(hear());
  EXPECT_EQ(second.seat, 1);
  EXPECT_TRUE(second.leaves);  // seat 0 is open already
}

TEST_F(Worker, KeepsASeatWhereTheNextStageIsAdmittedAtOnce) {
  hear();
  start(0, 0);
  open_[0] = true;
  const Ended ended = std::get<Ended>(hear());
  EXPECT_EQ(ended.seat, 0);
  EXPECT_FALSE(ended.leaves);
  start(2, 0);
  EXPECT_EQ(std::get<Here>(hear()).seat, 1);
}

TEST(Coordinator, SendsNothingToASeatThatHasLeftUntilItIsHereAgain) {
  const StageGraph graph = trials(4);
  Scheduler scheduler(graph, std::vector<bool>(4, false));
  LocalPost post(1);
  std::thread coordinator([&] {
    const CoordinatorSettings settings{1, [] { return 0.0; }, [] { return StopReason::none; }, false, 1, 2};
    coordinate(scheduler, post.coordinator(), {}, settings);
  });
  const auto say = [&](const FromWorker& word) { post.worker(0).send(0, encode(word)); };
  const auto hear = [&](milliseconds time) -> std::optional<ToWorker> {
    const auto end = Clock::now() + time;
    while (Clock::now() < end) {
      if (const auto message = post.worker(0).poll()) return decode_to_worker(message->bytes);
      std::this_thread::sleep_for(milliseconds(1));
    }
    return std::nullopt;
  };
  const auto seat_started = [&] {
    const auto word = hear(std::chrono::seconds(20));
    return word && std::holds_alternative<Start>(*word) ? std::get<Start>(*word).seat : -1;
  };
  say(Here{"host a", 0});
  EXPECT_EQ(seat_started(), 0);
  EXPECT_FALSE(hear(milliseconds(30)).has_value());  // seat 1 has not come
  say(Here{"host a", 1});
  EXPECT_EQ(seat_started(), 1);
  say(Ended{done(), 0, true});
  EXPECT_FALSE(hear(milliseconds(30)).has_value());
  say(Ended{done(), 1, false});
  EXPECT_EQ(seat_started(), 1);
  say(Here{"host a", 0});
  EXPECT_EQ(seat_started(), 0);
  say(Ended{done(), 0, true});
  say(Ended{done(), 1, true});
  const auto last = hear(std::chrono::seconds(20));
  EXPECT_TRUE(last && std::holds_alternative<Leave>(*last));
  say(Bye{});
  coordinator.join();
  EXPECT_EQ(scheduler.count(StageState::done), 4);
}

/// A mailbox that takes a few words and then fails.
class FailingMailbox : public Mailbox {
 public:
  void send(int, std::span<const std::byte>) override {
    if (++words_ > 1) throw io_error("the connection is gone");
  }
  std::optional<Message> poll() override {
    if (++polls_ != 20) return std::nullopt;
    const auto bytes = encode(ToWorker(Start{trials(1).stages.front(), 0}));
    return Message{0, bytes};
  }

 private:
  int words_ = 0, polls_ = 0;
};

TEST(Seats, AllEndWhereMessagePassingFails) {
  FailingMailbox mail;
  const StageWork three{[](const Stage&, StageContext&) { return done(); }, {}, 3};
  EXPECT_THROW(work(mail, three, {"host a", [] { return StopReason::none; }}), Error);
}

}  // namespace
}  // namespace m2m
