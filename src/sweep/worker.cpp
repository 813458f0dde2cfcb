#include "sweep/worker.hpp"

#include <chrono>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include "core/activity.hpp"
#include "core/files.hpp"
#include "core/profile.hpp"
#include "sweep/heartbeat.hpp"
#include "sweep/messages.hpp"

namespace m2m::sweep {
namespace {

using Clock = std::chrono::steady_clock;

/// The worker's side of the exchange of messages, for all of its slots. Thread-safe.
class WorkerProtocol {
 public:
  WorkerProtocol(comm::Mailbox& mail, const WorkerJob& job, const WorkerSettings& settings)
      : mail_(mail),
        settings_(settings),
        admission_(job.slots, job.memory, [this](const std::string& text) { send(LogLine{text}); }),
        slots_(at(job.slots)) {
    if (admission_.admit(0)) send(Ready{settings_.host, 0});
  }

  void progress(int slot, const study::Progress& progress) {
    const std::lock_guard guard(mutex_);
    admission_.on_progress(slot);
    auto& reported = slots_[at(slot)].reported;
    if (!reported) memory_checked_.reset();  // the memory of its stage is known now
    const auto now = Clock::now();
    const bool is_last = progress.epoch >= progress.epochs;
    if (reported && !is_last && now - *reported < std::chrono::duration<double>(settings_.progress_interval))
      return;
    reported = now;
    send(ProgressUpdate{progress, slot});
  }

  void remark(const std::string& text) {
    const std::lock_guard guard(mutex_);
    send(LogLine{text});
  }

  bool stop_requested(int slot) {
    const std::lock_guard guard(mutex_);
    slots_[at(slot)].stepped = Clock::now();
    receive();
    return stop_ || shutdown_;
  }

  /// Sends a sign of life. Returns how long the coordinator has given none.
  double beat() {
    const std::lock_guard guard(mutex_);
    receive();
    Alive alive;
    for (std::size_t slot = 0; slot < slots_.size(); ++slot) {
      const WorkerSlot& each = slots_[slot];
      if (each.stepped) {
        alive.slots.push_back(
            {static_cast<int>(slot), seconds_since(*each.stepped), each.activity ? each.activity->what() : ""});
      }
    }
    send(alive);
    return seconds_since(heard_);
  }
  /// After a pause of this process, the coordinator has the whole timeout again.
  void forgive() {
    const std::lock_guard guard(mutex_);
    heard_ = Clock::now();
  }
  /// Names the activity of the thread of a slot.
  void show(int slot, const Activity* activity) {
    const std::lock_guard guard(mutex_);
    slots_[at(slot)].activity = activity;
  }

  /// Waits for the next stage of the slot. Nothing after Shutdown.
  std::optional<study::Stage> next_stage(int slot) {
    for (;; std::this_thread::sleep_for(poll_interval)) {
      const std::lock_guard guard(mutex_);
      receive();
      if (shutdown_) return std::nullopt;
      if (admission_.is_withdrawn(slot)) readmit(slot);
      if (auto& next = slots_[at(slot)].next) {
        admission_.start(slot, next->memory);
        slots_[at(slot)].reported.reset();
        slots_[at(slot)].stepped = Clock::now();
        return std::exchange(next, std::nullopt);
      }
    }
  }

  void finish(int slot, const study::StageResult& result) {
    const std::lock_guard guard(mutex_);
    admission_.finish(slot);
    slots_[at(slot)].stepped.reset();
    memory_checked_.reset();
    send(StageFinished{result, slot, !admission_.admit(slot)});
  }

  /// Ends all slots.
  void shut_down() {
    const std::lock_guard guard(mutex_);
    shutdown_ = true;
  }

  void send_goodbye() {
    const std::lock_guard guard(mutex_);
    send(Goodbye{});
  }

 private:
  struct WorkerSlot {
    std::optional<study::Stage> next;
    std::optional<Clock::time_point> reported;
    std::optional<Clock::time_point> stepped;  // nothing: it runs no stage
    const Activity* activity = nullptr;
  };

  static std::size_t at(int i) { return static_cast<std::size_t>(i); }

  void send(const FromWorker& word) { mail_.send(0, encode(word)); }

  void readmit(int slot) {
    const auto now = Clock::now();
    if (memory_checked_ && now - *memory_checked_ < std::chrono::duration<double>(settings_.admission_interval))
      return;
    memory_checked_ = now;
    if (admission_.admit(slot)) send(Ready{settings_.host, slot});
  }

  void on_memory_to_come(double bytes) {
    admission_.set_memory_to_come(bytes);
    memory_checked_.reset();  // a slot may be admitted for what is left
  }

  /// Receives all messages, and sends a signal to the coordinator.
  void receive() {
    while (const auto message = mail_.poll()) {
      heard_ = Clock::now();
      ToWorker word = decode_to_worker(message->bytes);
      if (auto* start = std::get_if<Assign>(&word)) slots_.at(at(start->slot)).next = std::move(start->stage);
      if (const auto* to_come = std::get_if<MemoryToCome>(&word)) on_memory_to_come(to_come->bytes);
      if (std::holds_alternative<Cancel>(word)) stop_ = true;
      if (std::holds_alternative<Shutdown>(word)) shutdown_ = true;
    }
    if (stop_sent_) return;
    const StopReason reason = settings_.stop_requested();
    if (reason == StopReason::none) return;
    stop_ = stop_sent_ = true;
    send(StopRequest{reason});
  }

  comm::Mailbox& mail_;
  const WorkerSettings& settings_;
  std::mutex mutex_;
  bool stop_ = false, shutdown_ = false, stop_sent_ = false;
  Admission admission_;
  std::vector<WorkerSlot> slots_;
  std::optional<Clock::time_point> memory_checked_;
  Clock::time_point heard_ = Clock::now();  // the coordinator's last message
};

/// Connects the stage of a slot to the worker; the stage may call it from several threads.
class SlotContext : public study::StageContext {
 public:
  SlotContext(WorkerProtocol& protocol, int slot) : protocol_(protocol), slot_(slot) {}
  void progress(const study::Progress& progress) override { protocol_.progress(slot_, progress); }
  void remark(const std::string& text) override { protocol_.remark(text); }
  bool stop_requested() const override { return protocol_.stop_requested(slot_); }

 private:
  WorkerProtocol& protocol_;
  int slot_;
};

/// The activity of this thread, shown while it works for a slot.
class ShownActivity {
 public:
  ShownActivity(WorkerProtocol& protocol, int slot) : protocol_(protocol), slot_(slot) {
    protocol_.show(slot_, &activity_);
  }
  ~ShownActivity() { protocol_.show(slot_, nullptr); }
  ShownActivity(const ShownActivity&) = delete;
  ShownActivity& operator=(const ShownActivity&) = delete;

 private:
  WorkerProtocol& protocol_;
  int slot_;
  Activity activity_;
};

study::StageResult to_failure(std::exception_ptr thrown) {
  try {
    std::rethrow_exception(std::move(thrown));
  } catch (const Error& error) {
    // A file that cannot be read or written concerns the next stages, too.
    const bool is_unsaved = error.code() == ExitCode::input_output;
    return {is_unsaved ? study::StageOutcome::unsaved : study::StageOutcome::failed, error.what(), error.code(), 0};
  } catch (const std::exception& error) {
    return {study::StageOutcome::failed, error.what(), ExitCode::internal, 0};
  } catch (...) {
    return {study::StageOutcome::failed, "an unknown exception was thrown", ExitCode::internal, 0};
  }
}

study::StageResult run_caught(const WorkerJob& job, const study::Stage& stage, study::StageContext& context) {
  try {
    return job.run(stage, context);
  } catch (...) {
    study::StageResult failure = to_failure(std::current_exception());
    if (job.abort_job) job.abort_job(stage, failure);
    return failure;
  }
}

void run_slot(WorkerProtocol& protocol, int slot, const WorkerJob& job) {
  SlotContext context(protocol, slot);
  const ShownActivity activity(protocol, slot);
  while (const auto stage = protocol.next_stage(slot)) {
    const auto start = Clock::now();
    study::StageResult result = run_caught(job, *stage, context);
    result.seconds = std::chrono::duration<double>(Clock::now() - start).count();
    protocol.finish(slot, result);
  }
}

/// Runs slot 0 in this thread, each further slot in a thread of its own. Throws the first exception of a slot.
void run_slots(WorkerProtocol& protocol, const WorkerJob& job) {
  std::exception_ptr failure;
  std::mutex mutex;
  const auto guarded = [&](int slot) {
    try {
      run_slot(protocol, slot, job);
    } catch (...) {
      protocol.shut_down();
      const std::lock_guard guard(mutex);
      if (!failure) failure = std::current_exception();
    }
  };
  std::vector<std::thread> threads;
  for (int slot = 1; slot < job.slots; ++slot) threads.emplace_back(guarded, slot);
  guarded(0);
  for (std::thread& thread : threads) thread.join();
  if (failure) std::rethrow_exception(failure);
}

}  // namespace

void run_worker(comm::Mailbox& mail, const WorkerJob& job, const WorkerSettings& settings) {
  WorkerProtocol protocol(mail, job, settings);
  {
    const Heartbeat heartbeat(job.stall_timeout,
                              {[&] { return protocol.beat(); }, [&] { protocol.forgive(); }, job.end_job});
    run_slots(protocol, job);
  }
  protocol.send_goodbye();
}

}  // namespace m2m::sweep
