#include "sweep/worker.hpp"

#include <chrono>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

#include "sweep/messages.hpp"

namespace m2m {
namespace {

using Clock = std::chrono::steady_clock;

/// The worker's side of the conversation. Thread-safe: a stage may ask from threads of its own.
class Conversation : public StageContext {
 public:
  Conversation(Mailbox& mail, const WorkerSettings& settings) : mail_(mail), settings_(settings) {
    mail_.send(0, encode(FromWorker(Here{settings.place})));
  }

  void progress(const Progress& progress) override {
    const std::lock_guard guard(mutex_);
    const auto now = Clock::now();
    const bool is_last = progress.epoch >= progress.epochs;
    if (reported_ && !is_last && now - *reported_ < std::chrono::duration<double>(settings_.report_every)) return;
    reported_ = now;
    mail_.send(0, encode(FromWorker(Report{progress})));
  }

  bool stop_requested() const override {
    const std::lock_guard guard(mutex_);
    listen();
    return stop_ || leave_;
  }

  /// The next stage to run; nothing once the worker is to leave. Waits.
  std::optional<Stage> next_stage() {
    for (;; std::this_thread::sleep_for(std::chrono::milliseconds(2))) {
      const std::lock_guard guard(mutex_);
      listen();
      if (leave_) return std::nullopt;
      if (next_) {
        reported_.reset();
        return std::exchange(next_, std::nullopt);
      }
    }
  }

  void tell(const FromWorker& message) {
    const std::lock_guard guard(mutex_);
    mail_.send(0, encode(message));
  }

 private:
  /// Takes what has come, and passes a signal on.
  void listen() const {
    while (const auto message = mail_.poll()) {
      ToWorker word = decode_to_worker(message->bytes);
      if (auto* start = std::get_if<Start>(&word)) next_ = std::move(start->stage);
      if (std::holds_alternative<Stop>(word)) stop_ = true;
      if (std::holds_alternative<Leave>(word)) leave_ = true;
    }
    if (told_) return;
    const StopReason reason = settings_.stop_wanted();
    if (reason == StopReason::none) return;
    stop_ = told_ = true;
    mail_.send(0, encode(FromWorker(StopWanted{reason})));
  }

  Mailbox& mail_;
  const WorkerSettings& settings_;
  mutable std::mutex mutex_;
  mutable bool stop_ = false, leave_ = false, told_ = false;
  mutable std::optional<Stage> next_;
  std::optional<Clock::time_point> reported_;
};

StageResult failure_of(std::exception_ptr thrown) {
  try {
    std::rethrow_exception(std::move(thrown));
  } catch (const Error& error) {
    return {StageEnd::failed, error.what(), error.code(), 0};
  } catch (const std::exception& error) {
    return {StageEnd::failed, error.what(), ExitCode::internal, 0};
  } catch (...) {
    return {StageEnd::failed, "something was thrown that is no exception", ExitCode::internal, 0};
  }
}

StageResult run_caught(const RunStage& run, const Stage& stage, StageContext& context,
                       const WorkerSettings& settings) {
  try {
    return run(stage, context);
  } catch (...) {
    StageResult failure = failure_of(std::current_exception());
    if (settings.end_job) settings.end_job(stage, failure);
    return failure;
  }
}

}  // namespace

void work(Mailbox& mail, const RunStage& run, const WorkerSettings& settings) {
  Conversation conversation(mail, settings);
  while (const auto stage = conversation.next_stage()) {
    const auto start = Clock::now();
    StageResult result = run_caught(run, *stage, conversation, settings);
    result.seconds = std::chrono::duration<double>(Clock::now() - start).count();
    conversation.tell(Ended{result});
  }
  conversation.tell(Bye{});
}

}  // namespace m2m
