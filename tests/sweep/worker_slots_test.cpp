// Several stages at once on a rank: worker, coordinator and scheduler over mailboxes within this process.
#include "support/worker_slots.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <deque>
#include <functional>
#include <map>
#include <mutex>

#include "comm/messages/mailbox.hpp"
#include "core/error.hpp"
#include "support/exact_device.hpp"
#include "sweep/coordinator.hpp"
#include "sweep/messages.hpp"
#include "sweep/worker.hpp"

namespace m2m::sweep {

using study::StageGraph;

namespace {

using testing::Clock;
using testing::done_result;
using testing::eventually;
using testing::ExactDevice;
using testing::report_an_epoch;
using testing::stopped_result;
using testing::trial_graph;

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
  void on_log_line(int rank, const std::string&, const std::string& text) override { texts[rank].push_back(text); }
  std::map<int, std::vector<std::string>> texts;
};

/// A whole sweep with a thread per rank; works[r]: the job of rank r, all with the same number of slots.
struct Sweep {
  Sweep(const StageGraph& sweep_graph, std::vector<WorkerJob> sweep_works)
      : graph(sweep_graph),
        works(std::move(sweep_works)),
        scheduler(graph, std::vector<bool>(graph.stages.size(), false)) {}

  StopReason run() {
    const int ranks = static_cast<int>(works.size());
    comm::LocalChannel post(ranks);
    std::vector<std::thread> workers;
    for (int rank = 0; rank < ranks; ++rank) {
      workers.emplace_back([&, rank] {
        const WorkerSettings settings{"host a", [] { return StopReason::none; }, 0, 0.001};
        run_worker(post.worker(rank), works[static_cast<std::size_t>(rank)], settings);
      });
    }
    const auto start = Clock::now();
    const auto clock = [start] { return std::chrono::duration<double>(Clock::now() - start).count(); };
    const CoordinatorSettings settings{ranks, clock, [this] { return stop.load(); }, false, 1, works.front().slots};
    const StopReason reason = run_coordinator(scheduler, post.coordinator(), {&remarks}, settings);
    for (std::thread& worker : workers) worker.join();
    return reason;
  }

  const StageGraph& graph;
  std::vector<WorkerJob> works;
  Scheduler scheduler;
  Remarks remarks;
  std::atomic<StopReason> stop = StopReason::none;
};

TEST(WorkerSlots, OfARankRunThatManyStagesAtOnceAndNoMore) {
  for (const int ranks : {1, 2}) {
    for (const int slots : {1, 3}) {
      const StageGraph graph = trial_graph(2 * ranks * slots + 1);
      std::vector<Running> running(static_cast<std::size_t>(ranks));
      std::vector<WorkerJob> works;
      for (Running& of_rank : running) {
        works.push_back({[&of_rank, slots](const study::Stage&, study::StageContext& context) {
                           const Running::Here here(of_rank);
                           report_an_epoch(context);
                           eventually([&] { return of_rank.most() == slots; });
                           return done_result();
                         },
                         {},
                         slots});
      }
      Sweep sweep(graph, works);
      EXPECT_EQ(sweep.run(), StopReason::none);
      EXPECT_EQ(sweep.scheduler.count(StageState::done), graph.size());
      for (const Running& of_rank : running) EXPECT_EQ(of_rank.most(), slots) << ranks << " ranks";
    }
  }
}

TEST(WorkerSlots, ThatMemoryDoesNotAdmitGetNoStage) {
  const StageGraph graph = trial_graph(12);
  Running full, roomy;
  std::atomic<int> looks = 0;  // for memory on the full rank
  // A stage of either rank lasts until the full rank was denied a further slot beside a running one.
  const auto run = [&](Running& running) {
    return [&, &running = running](const study::Stage&, study::StageContext& context) {
      const Running::Here here(running);
      report_an_epoch(context);
      const int before = looks;
      EXPECT_TRUE(eventually([&] { return full.begun() > 0 && (full.now() == 0 || looks > before + 1); }));
      return done_result();
    };
  };
  Sweep sweep(graph, {{run(full),
                       {},
                       3,
                       [&] {
                         ++looks;
                         return DeviceMemory{1, 1};
                       }},
                      {run(roomy), {}, 3, [] {
                         return DeviceMemory{1e9, 1};
                       }}});
  sweep.run();
  EXPECT_EQ(sweep.scheduler.count(StageState::done), graph.size());
  EXPECT_EQ(full.most(), 1);
  EXPECT_EQ(full.begun() + roomy.begun(), 12);
  EXPECT_EQ(sweep.remarks.texts, (std::map<int, std::vector<std::string>>{{0, {memory_limit_text(1, 3, 1, 1)}}}));
}

TEST(WorkerSlots, AllStopIfTheSweepIsAskedTo) {
  const StageGraph graph = trial_graph(9);
  Running running;
  const WorkerJob work{[&](const study::Stage&, study::StageContext& context) {
                         const Running::Here here(running);
                         report_an_epoch(context);
                         eventually([&] { return context.stop_requested(); });
                         return stopped_result();
                       },
                       {},
                       3};
  Sweep sweep(graph, {work, work});
  std::thread asking([&] {
    eventually([&] { return running.now() == 6; });
    sweep.stop = StopReason::requeue;
  });
  EXPECT_EQ(sweep.run(), StopReason::requeue);
  asking.join();
  EXPECT_EQ(running.begun(), 6);
  EXPECT_EQ(sweep.scheduler.count(StageState::interrupted), 6);
}

TEST(WorkerSlots, GoOnIfAStageOfAnotherThrows) {
  const StageGraph graph = trial_graph(8);
  Running running;
  const WorkerJob work{[&](const study::Stage& stage, study::StageContext& context) -> study::StageResult {
                         const Running::Here here(running);
                         report_an_epoch(context);
                         eventually([&] { return running.most() == 2; });
                         if (stage.label == "trial 1") throw data_error("thrown on purpose");
                         return done_result();
                       },
                       {},
                       2};
  Sweep sweep(graph, {work});
  EXPECT_EQ(sweep.run(), StopReason::none);
  EXPECT_EQ(sweep.scheduler.count(StageState::done), 7);
  EXPECT_EQ(sweep.scheduler.status()[1].state, StageState::failed);
  EXPECT_EQ(sweep.scheduler.status()[1].result.summary, "thrown on purpose");
}

TEST(WorkerSlots, KeepMemoryForAHeavyTrialThatComesLater) {
  StageGraph graph = trial_graph(9);
  for (study::Stage& stage : graph.stages) stage.memory = ExactDevice::light;
  graph.stages[6].memory = ExactDevice::heavy;
  for (const int ranks : {1, 2}) {
    std::vector<ExactDevice> devices(static_cast<std::size_t>(ranks));
    std::vector<WorkerJob> works;
    for (ExactDevice& device : devices) {
      works.push_back({[&](const study::Stage& stage, study::StageContext& context) {
                         device.run(stage, context);
                         return done_result();
                       },
                       {},
                       4,
                       [&] { return device.measure(); }});
    }
    Sweep sweep(graph, works);
    sweep.run();
    EXPECT_EQ(sweep.scheduler.count(StageState::done), graph.size()) << ranks << " ranks";
    EXPECT_TRUE(
        std::any_of(devices.begin(), devices.end(), [](const auto& device) { return device.max_running() > 1; }));
  }
}

/// The mailbox of a coordinator with one worker, which runs a stage at once. on_word: called with each word to it.
class PromptWorker : public comm::Mailbox {
 public:
  explicit PromptWorker(std::function<void(const ToWorker&)> on_word) : on_word_(std::move(on_word)) {}

  void send(int, std::span<const std::byte> message) override {
    const ToWorker received = decode_to_worker({message.begin(), message.end()});
    on_word_(received);
    if (std::holds_alternative<Shutdown>(received)) answers_.push_back(Goodbye{});
    if (!std::holds_alternative<Assign>(received)) return;
    answers_.push_back(StageFinished{done_result(), 0});
    answers_.push_back(Ready{"host a", 0});
  }
  std::optional<comm::Message> poll() override {
    if (answers_.empty()) return std::nullopt;
    const comm::Message message{0, encode(answers_.front())};
    answers_.pop_front();
    return message;
  }

 private:
  std::function<void(const ToWorker&)> on_word_;
  std::deque<FromWorker> answers_{Ready{"host a", 0}};
};

struct StartedStages : SweepObserver {
  void on_started(int stage, const std::string&) override { stages.push_back(stage); }
  std::vector<int> stages;
};

TEST(WorkerSlots, GetAStageOnlyWhenItsStartHasBeenNoted) {
  const StageGraph graph = trial_graph(2);
  Scheduler scheduler(graph, std::vector<bool>(graph.stages.size(), false));
  StartedStages started;
  std::size_t assigned = 0;
  PromptWorker mail([&](const ToWorker& word) {
    if (std::holds_alternative<Assign>(word)) ++assigned;
    EXPECT_GE(started.stages.size(), assigned);
  });
  const CoordinatorSettings settings{1, [] { return 0.0; }, [] { return StopReason::none; }, false, 1, 1};
  run_coordinator(scheduler, mail, {&started}, settings);
  EXPECT_EQ(assigned, graph.stages.size());
}

/// Label of the stage that a word assigns, "to come 6" of its memory, or empty.
std::string text_of(const ToWorker& word) {
  if (const auto* start = std::get_if<Assign>(&word)) return start->stage.label;
  if (const auto* to_come = std::get_if<MemoryToCome>(&word))
    return "to come " + std::to_string(static_cast<int>(to_come->bytes));
  return "";
}

/// What the coordinator of one rank sends about stages of 1, 6 and 2 bytes.
std::vector<std::string> words_to_a_rank_with(int slots) {
  StageGraph graph = trial_graph(3);
  for (std::size_t i = 0; i < 3; ++i) graph.stages[i].memory = std::array{1.0, 6.0, 2.0}[i];
  Scheduler scheduler(graph, std::vector<bool>(graph.stages.size(), false));
  std::vector<std::string> words;
  PromptWorker mail([&](const ToWorker& word) {
    if (const std::string text = text_of(word); !text.empty()) words.push_back(text);
  });
  run_coordinator(scheduler, mail, {}, {1, [] { return 0.0; }, [] { return StopReason::none; }, false, 1, slots});
  return words;
}

TEST(WorkerSlots, LearnTheLargestMemoryOfTheStagesLeftBeforeTheyGetAStage) {
  EXPECT_EQ(words_to_a_rank_with(2),
            (std::vector<std::string>{"to come 6", "trial 0", "to come 2", "trial 1", "to come 0", "trial 2"}));
}

TEST(WorkerSlots, OfARankWithOneLearnNothingOfMemory) {
  EXPECT_EQ(words_to_a_rank_with(1), (std::vector<std::string>{"trial 0", "trial 1", "trial 2"}));
}

/// A mailbox that takes a few words and then fails.
class FailingMailbox : public comm::Mailbox {
 public:
  void send(int, std::span<const std::byte>) override {
    if (++words_ > 1) throw io_error("the connection is gone");
  }
  std::optional<comm::Message> poll() override {
    if (++polls_ != 20) return std::nullopt;
    const auto bytes = encode(ToWorker(Assign{trial_graph(1).stages.front(), 0}));
    return comm::Message{0, bytes};
  }

 private:
  int words_ = 0, polls_ = 0;
};

TEST(WorkerSlots, AllEndIfMessagePassingFails) {
  FailingMailbox mail;
  const WorkerJob three{[](const study::Stage&, study::StageContext&) { return done_result(); }, {}, 3};
  EXPECT_THROW(run_worker(mail, three, {"host a", [] { return StopReason::none; }}), Error);
}

}  // namespace
}  // namespace m2m::sweep
