#include "sweep/messages.hpp"

#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <cmath>
#include <limits>
#include <random>

#include "comm/messages/mailbox.hpp"
#include "support/worker_slots.hpp"
#include "sweep/coordinator.hpp"
#include "sweep/worker.hpp"

namespace m2m::sweep {
namespace {

TEST(Messages, CarryAStageWhole) {
  const study::Stage stage{"0123456789abcdef",
                           study::StageKind::g,
                           "M2m, \xce\xbb=0",
                           Config(Json{{"m2m.lambda", 0.1}, {"seed", 3}}),
                           Json{{"a", {1, 2}}},
                           7,
                           0.25,
                           5e9,
                           {{study::StageKind::g, "x"}, {study::StageKind::prefix, "y"}}};
  const ToWorker received = decode_to_worker(encode(ToWorker(Assign{stage})));
  const study::Stage& same = std::get<Assign>(received).stage;
  EXPECT_EQ(same.id, stage.id);
  EXPECT_EQ(same.kind, stage.kind);
  EXPECT_EQ(same.label, stage.label);
  EXPECT_EQ(same.memory, stage.memory);
  EXPECT_EQ(same.config, stage.config);
  EXPECT_TRUE(same.config.json().at("m2m.lambda").is_number_float());
  EXPECT_EQ(same.identity, stage.identity);
  EXPECT_EQ(same.epochs, 7);
  EXPECT_EQ(same.cost, 0.25);
  EXPECT_EQ(same.needs, stage.needs);
}

TEST(Messages, CarryProgressWithWhatDoesNotApply) {
  const auto received = decode_from_worker(encode(FromWorker(ProgressUpdate{{3, 9, std::nan(""), 0.5, 12, 1.5}})));
  const study::Progress& same = std::get<ProgressUpdate>(received).progress;
  EXPECT_EQ(same.epoch, 3);
  EXPECT_EQ(same.epochs, 9);
  EXPECT_TRUE(std::isnan(same.validation_bacc));
  EXPECT_EQ(same.kept, 0.5);
}

TEST(Messages, CarryAResultWhole) {
  const study::StageResult result{
      study::StageOutcome::done, "bACC 77.9", ExitCode::done, 81, {"one line", "", "and another"}};
  const auto received = decode_from_worker(encode(FromWorker(StageFinished{result})));
  const study::StageResult& same = std::get<StageFinished>(received).result;
  EXPECT_EQ(same.summary, result.summary);
  EXPECT_EQ(same.seconds, 81);
  EXPECT_EQ(same.details, result.details);
}

TEST(Messages, MakeReasonsFitForJson) {
  const auto received = decode_from_worker(
      encode(FromWorker(StageFinished{{study::StageOutcome::failed, "bad \xff byte", ExitCode::bad_data, 2}})));
  const study::StageResult& same = std::get<StageFinished>(received).result;
  EXPECT_NO_THROW(Json(same.summary).dump());
  EXPECT_EQ(same.end, study::StageOutcome::failed);
  EXPECT_EQ(same.code, ExitCode::bad_data);
}

TEST(Messages, CarryTheSeatThatTheySpeakOf) {
  const auto here = decode_from_worker(encode(FromWorker(Ready{"host a17", 3})));
  EXPECT_EQ(std::get<Ready>(here).host, "host a17");
  EXPECT_EQ(std::get<Ready>(here).slot, 3);
  EXPECT_EQ(std::get<ProgressUpdate>(decode_from_worker(encode(FromWorker(ProgressUpdate{{}, 2})))).slot, 2);
  for (const bool withdraws : {false, true}) {
    const auto ended = decode_from_worker(encode(FromWorker(StageFinished{{}, 1, withdraws})));
    EXPECT_EQ(std::get<StageFinished>(ended).slot, 1);
    EXPECT_EQ(std::get<StageFinished>(ended).withdraws, withdraws);
  }
  EXPECT_EQ(std::get<Assign>(decode_to_worker(encode(ToWorker(Assign{{}, 4})))).slot, 4);
}

TEST(Messages, CarryTheMemoryOfTheStagesToCome) {
  for (const double bytes : {0.0, 6e9, 0.1 + 0.2}) {
    const auto received = decode_to_worker(encode(ToWorker(MemoryToCome{bytes})));
    EXPECT_EQ(std::get<MemoryToCome>(received).bytes, bytes);
  }
}

TEST(Messages, AreTellable) {
  EXPECT_EQ(std::get<LogLine>(decode_from_worker(encode(FromWorker(LogLine{"a \xff b"})))).text,
            "a \xef\xbf\xbd b");
  EXPECT_TRUE(std::holds_alternative<Goodbye>(decode_from_worker(encode(FromWorker(Goodbye{})))));
  const auto alive =
      std::get<Alive>(decode_from_worker(encode(FromWorker(Alive{{{2, 1.5, "reduce"}, {3, 0, ""}}}))));
  ASSERT_EQ(alive.slots.size(), 2U);
  EXPECT_EQ(alive.slots[0].slot, 2);
  EXPECT_EQ(alive.slots[0].idle, 1.5);
  EXPECT_EQ(alive.slots[0].phase, "reduce");
  for (const StopReason reason : {StopReason::interrupted, StopReason::requeue}) {
    EXPECT_EQ(std::get<StopRequest>(decode_from_worker(encode(FromWorker(StopRequest{reason})))).reason, reason);
  }
  EXPECT_TRUE(std::holds_alternative<Cancel>(decode_to_worker(encode(ToWorker(Cancel{})))));
  EXPECT_TRUE(std::holds_alternative<Shutdown>(decode_to_worker(encode(ToWorker(Shutdown{})))));
}

TEST(Messages, RefuseBytesThatAreNone) {
  std::mt19937 random(1);
  const auto good = encode(FromWorker(StageFinished{{study::StageOutcome::done, "x", ExitCode::done, 1}}));
  for (std::size_t end = 0; end < good.size(); ++end) {
    EXPECT_THROW(decode_from_worker({good.begin(), good.begin() + static_cast<std::ptrdiff_t>(end)}), Error) << end;
  }
  for (int round = 0; round < 2000; ++round) {
    auto bytes = good;
    bytes[random() % bytes.size()] = static_cast<std::byte>(random());
    try {
      decode_from_worker(bytes);
      decode_to_worker(bytes);
    } catch (const Error&) {
    }
  }
}

}  // namespace

// Exchange of messages between worker slots and a coordinator; the test is the other side.
namespace {

using testing::done_result;
using testing::eventually;
using testing::report_an_epoch;
using testing::trial_graph;

/// Number of polls after which a loop has sent everything that it has to send.
constexpr int turns_enough = 10;

/// A worker with two slots; the test is its coordinator.
class Worker : public ::testing::Test {
 protected:
  Worker() : graph_(trial_graph(3)), thread_([this] { run_worker(post_.worker(0), work_, settings_); }) {}
  ~Worker() override {
    open_[0] = open_[1] = open_[2] = true;
    send(Shutdown{});
    thread_.join();
  }

  void send(const ToWorker& word) { post_.coordinator().send(0, encode(word)); }
  /// Sends trial number `stage` to a slot; it ends once open_[stage].
  void start(int stage, int slot) { send(Assign{graph_.stages[static_cast<std::size_t>(stage)], slot}); }
  /// The next word for which `counts` holds; passes others over.
  FromWorker receive(const std::function<bool(const FromWorker&)>& counts) {
    FromWorker word = Goodbye{};
    const bool came = eventually([&] {
      const auto message = post_.coordinator().poll();
      if (message) word = decode_from_worker(message->bytes);
      return message && counts(word);
    });
    return came ? word : Goodbye{};
  }
  /// The next one that is no report: these come at their own times.
  FromWorker receive() {
    return receive([](const FromWorker& word) { return !std::holds_alternative<ProgressUpdate>(word); });
  }
  /// True if only progress updates come while the worker's waiting slots poll that often.
  bool receives_nothing() {
    const int until = looks_ + turns_enough;
    bool received = false;
    const bool came = eventually([&] {
      const auto message = post_.coordinator().poll();
      received =
          received || (message && !std::holds_alternative<ProgressUpdate>(decode_from_worker(message->bytes)));
      return received || looks_ >= until;
    });
    return came && !received;
  }

  study::StageGraph graph_;
  std::atomic<double> free_ = 1000;
  std::array<std::atomic<bool>, 3> open_{};
  comm::LocalChannel post_{1};
  WorkerJob work_{[this](const study::Stage& stage, study::StageContext& context) {
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
  EXPECT_EQ(std::get<Ready>(receive()).slot, 0);
  EXPECT_TRUE(receives_nothing());  // one admitted slot is enough
  start(0, 0);
  EXPECT_EQ(std::get<Ready>(receive()).slot, 1);
  start(1, 1);
  EXPECT_TRUE(std::holds_alternative<ProgressUpdate>(receive([](const FromWorker& word) {
    return std::holds_alternative<ProgressUpdate>(word) && std::get<ProgressUpdate>(word).slot == 1;
  })));
  free_ = 0;
  open_[0] = true;
  // Slot 0 cannot be admitted beside the stage of slot 1.
  EXPECT_TRUE(std::holds_alternative<LogLine>(receive()));
  const StageFinished first = std::get<StageFinished>(receive());
  EXPECT_EQ(first.slot, 0);
  EXPECT_TRUE(first.withdraws);
  EXPECT_TRUE(receives_nothing());
  free_ = 1000;
  EXPECT_EQ(std::get<Ready>(receive()).slot, 0);
  open_[1] = true;
  const StageFinished second = std::get<StageFinished>(receive());
  EXPECT_EQ(second.slot, 1);
  EXPECT_TRUE(second.withdraws);  // slot 0 is admitted already
}

TEST_F(Worker, KeepsASeatWhereTheNextStageIsAdmittedAtOnce) {
  receive();
  free_ = 0;  // slot 1 stays withdrawn
  start(0, 0);
  EXPECT_TRUE(std::holds_alternative<LogLine>(receive()));
  open_[0] = true;
  const StageFinished ended = std::get<StageFinished>(receive());
  EXPECT_EQ(ended.slot, 0);
  EXPECT_FALSE(ended.withdraws);  // none runs: it may begin
  free_ = 1000;
  start(2, 0);
  EXPECT_EQ(std::get<Ready>(receive()).slot, 1);
}

TEST_F(Worker, AsksForAStageOnceTheHeaviestToComeFits) {
  receive();
  graph_.stages[0].memory = 100;  // all of it is used
  send(MemoryToCome{900});
  start(0, 0);
  EXPECT_TRUE(std::holds_alternative<LogLine>(receive()));
  EXPECT_TRUE(receives_nothing());
  send(MemoryToCome{700});
  EXPECT_EQ(std::get<Ready>(receive()).slot, 1);
}

TEST(Coordinator, SendsNothingToASeatThatHasLeftUntilItIsHereAgain) {
  const study::StageGraph graph = trial_graph(4);
  Scheduler scheduler(graph, std::vector<bool>(4, false));
  comm::LocalChannel post(1);
  std::atomic<int> turns = 0;
  const auto clock = [&] { return static_cast<double>(++turns); };
  std::thread coordinator([&] {
    const CoordinatorSettings settings{1, clock, [] { return StopReason::none; }, false, 1, 2};
    run_coordinator(scheduler, post.coordinator(), {}, settings);
  });
  const auto send = [&](const FromWorker& word) { post.worker(0).send(0, encode(word)); };
  /// The next word to the worker; nothing if none comes in time or before the coordinator's turn of that number.
  const auto receive = [&](int last_turn) -> std::optional<ToWorker> {
    std::optional<ToWorker> word;
    EXPECT_TRUE(eventually([&] {
      if (const auto message = post.worker(0).poll()) word = decode_to_worker(message->bytes);
      return word || turns >= last_turn;
    }));
    return word;
  };
  const auto receives_nothing = [&] { return !receive(turns + turns_enough).has_value(); };
  constexpr int never = std::numeric_limits<int>::max();
  const auto seat_started = [&] {
    const auto word = receive(never);
    return word && std::holds_alternative<Assign>(*word) ? std::get<Assign>(*word).slot : -1;
  };
  send(Ready{"host a", 0});
  EXPECT_EQ(seat_started(), 0);
  EXPECT_TRUE(receives_nothing());  // slot 1 is not ready
  send(Ready{"host a", 1});
  EXPECT_EQ(seat_started(), 1);
  send(StageFinished{done_result(), 0, true});
  EXPECT_TRUE(receives_nothing());
  send(StageFinished{done_result(), 1, false});
  EXPECT_EQ(seat_started(), 1);
  send(Ready{"host a", 0});
  EXPECT_EQ(seat_started(), 0);
  send(StageFinished{done_result(), 0, true});
  send(StageFinished{done_result(), 1, true});
  const auto last = receive(never);
  EXPECT_TRUE(last && std::holds_alternative<Shutdown>(*last));
  send(Goodbye{});
  coordinator.join();
  EXPECT_EQ(scheduler.count(StageState::done), 4);
}

}  // namespace
}  // namespace m2m::sweep
