// Several stages at once on a rank: worker, coordinator and scheduler over mailboxes within this process.
#include "support/worker_slots.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <deque>
#include <functional>
#include <map>
#include <mutex>

#include "comm/messages/mailbox.hpp"
#include "core/error.hpp"
#include "sweep/coordinator.hpp"
#include "sweep/messages.hpp"
#include "sweep/worker.hpp"

namespace m2m::sweep {

using study::StageGraph;

namespace {

using testing::Clock;
using testing::done_result;
using testing::eventually;
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

/// The mailbox of a coordinator with one worker, which runs a stage at once. on_assigned: called when it gets one.
class PromptWorker : public comm::Mailbox {
 public:
  explicit PromptWorker(std::function<void()> on_assigned) : on_assigned_(std::move(on_assigned)) {}

  void send(int, std::span<const std::byte> message) override {
    const ToWorker received = decode_to_worker({message.begin(), message.end()});
    if (std::holds_alternative<Shutdown>(received)) answers_.push_back(Goodbye{});
    if (!std::holds_alternative<Assign>(received)) return;
    on_assigned_();
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
  std::function<void()> on_assigned_;
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
  PromptWorker mail([&] { EXPECT_EQ(started.stages.size(), ++assigned); });
  const CoordinatorSettings settings{1, [] { return 0.0; }, [] { return StopReason::none; }, false, 1, 1};
  run_coordinator(scheduler, mail, {&started}, settings);
  EXPECT_EQ(assigned, graph.stages.size());
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
