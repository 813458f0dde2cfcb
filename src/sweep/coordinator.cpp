#include "sweep/coordinator.hpp"

#include <fmt/format.h>

#include <chrono>
#include <exception>
#include <map>
#include <set>
#include <thread>
#include <utility>

#include "sweep/costs.hpp"
#include "sweep/heartbeat.hpp"
#include "sweep/messages.hpp"
#include "sweep/stalls.hpp"

namespace m2m::sweep {
namespace {

class Coordinator {
 public:
  Coordinator(Scheduler& scheduler, comm::Mailbox& mail, const std::vector<SweepObserver*>& observers,
              const CoordinatorSettings& settings)
      : scheduler_(scheduler),
        mail_(mail),
        observers_(observers),
        settings_(settings),
        costs_(scheduler.graph()),
        hosts_(at(settings.ranks)),
        group_sizes_(at(settings.ranks * settings.trials_per_device), 0),
        watch_(settings.ranks, settings.stall_timeout) {
    for (int rank = 0; rank < settings.ranks; ++rank) {
      for (int slot = 0; slot < settings.trials_per_device; ++slot) ++group_sizes_[at(slot_number(rank, slot))];
    }
    pending_ranks_ = group_sizes_;
  }

  StopReason run() {
    std::exception_ptr failure;
    try {
      announce_losses();
      while (!scheduler_.finished() || ready_ranks_.size() < at(settings_.ranks)) poll_once();
    } catch (...) {
      failure = std::current_exception();
    }
    shut_down_workers(failure != nullptr);
    if (failure) std::rethrow_exception(failure);
    return reason_;
  }

 private:
  static std::size_t at(int i) { return static_cast<std::size_t>(i); }
  int leader_of(int rank) const { return rank - rank % settings_.ranks_per_trial; }
  /// Number of a slot for the scheduler, and the first rank of a number.
  int slot_number(int rank, int slot) const { return leader_of(rank) * settings_.trials_per_device + slot; }
  int rank_of(int number) const { return number / settings_.trials_per_device; }

  /// Tells the observers of stages that were lost before the sweep, and of those that need them.
  void announce_losses() {
    for (int i = 0; i < scheduler_.graph().size(); ++i) {
      const StageState state = scheduler_.status()[at(i)].state;
      for (SweepObserver* observer : observers_) {
        if (state == StageState::failed || state == StageState::diverged) observer->on_finished(i);
        if (state == StageState::blocked) observer->on_blocked(i);
      }
    }
  }

  void poll_once() {
    while (const auto message = mail_.poll()) on_message(message->from, decode_from_worker(message->bytes));
    stop_all(settings_.stop_requested());
    ping(settings_.clock());
    watch_for_stalls(settings_.clock());
    const std::vector<Assignment> assignments = scheduler_.assign(settings_.clock());
    send_memory_to_come();  // first: a rank that has got its stage soon asks for a further one
    for (const Assignment& assignment : assignments) start(assignment);
    for (SweepObserver* observer : observers_) observer->on_tick(settings_.clock());
    sleep();
  }

  void start(const Assignment& assignment) {
    const int leader = rank_of(assignment.slot), size = group_sizes_[at(assignment.slot)];
    const int slot = assignment.slot % settings_.trials_per_device;
    pending_ranks_[at(assignment.slot)] = size;
    const std::string others = size == 1 ? "" : fmt::format(", {} ranks", size);
    // Before the ranks know: an attempt that ends their process at once has been noted by then.
    for (SweepObserver* observer : observers_) observer->on_started(assignment.stage, hosts_[at(leader)] + others);
    const auto start = encode(ToWorker(Assign{scheduler_.graph().stages[at(assignment.stage)], slot}));
    for (int member = 0; member < size; ++member) mail_.send(leader + member, start);
  }

  /// Tells ranks with several slots the largest memory of the stages to come, if it has changed.
  void send_memory_to_come() {
    if (settings_.trials_per_device == 1) return;
    const double bytes = scheduler_.memory_to_come();
    if (std::exchange(memory_to_come_, bytes) != bytes) broadcast(MemoryToCome{bytes});
  }

  /// Gives the workers a sign of life if it is time for one.
  void ping(double now) {
    if (settings_.stall_timeout <= 0 || now - pinged_ <= sign_interval(settings_.stall_timeout)) return;
    pinged_ = now;
    for (int rank = 0; rank < settings_.ranks; ++rank) {
      if (!gone_.contains(rank)) mail_.send(rank, encode(ToWorker(Ping{})));
    }
  }

  /// Ends the job some time after a stall.
  void watch_for_stalls(double now) {
    if (stalls_.empty()) {
      stalls_ = watch_.find(now);
      if (stalls_.empty()) return;
      stalled_ = now;
      for (const Stall& stall : stalls_) tell(stall);
      stop_all(StopReason::stalled);
    }
    if (now - stalled_ < settings_.stall_grace && scheduler_.count(StageState::running) > stalled_stages()) return;
    end_job(stalls_.front());
    throw internal_error("the job goes on after a stall");
  }

  void end_job(const Stall& stall) const {
    settings_.end_job(fmt::format("rank {} ({}) {}", stall.rank, hosts_[at(stall.rank)], stall_text(stall)));
  }

  /// The stage that the slot of a stall runs, or -1.
  int stage_of(const Stall& stall) const {
    for (std::size_t i = 0; i < scheduler_.status().size(); ++i) {
      const StageStatus& status = scheduler_.status()[i];
      if (status.state == StageState::running && status.slot == slot_number(stall.rank, stall.slot.value_or(0)))
        return static_cast<int>(i);
    }
    return -1;
  }

  std::string stall_text(const Stall& stall) const {
    const int stage = stage_of(stall);
    const std::string in =
        stage < 0 ? ""
                  : fmt::format(", in {} {}", study::to_text(scheduler_.graph().stages[at(stage)].kind),
                                study::short_id(scheduler_.graph().stages[at(stage)].id));
    if (!stall.slot) return fmt::format("has given no sign of life for {:.0f} s{}", stall.seconds, in);
    return fmt::format("makes no step for {:.0f} s{}, {}", stall.seconds, in,
                       stall.phase.empty() ? "between phases" : "in phase '" + stall.phase + "'");
  }

  void tell(const Stall& stall) {
    for (SweepObserver* observer : observers_)
      observer->on_log_line(stall.rank, hosts_[at(stall.rank)], stall_text(stall));
  }

  /// Number of running stages that cannot end: those of stalled slots, and of silent ranks.
  int stalled_stages() const {
    std::set<int> stages;
    for (const Stall& stall : stalls_) {
      for (int slot = 0; slot < settings_.trials_per_device; ++slot) {
        if (!stall.slot || *stall.slot == slot) stages.insert(stage_of({stall.rank, slot, 0, ""}));
      }
    }
    stages.erase(-1);
    return static_cast<int>(stages.size());
  }

  void on_message(int rank, const FromWorker& word) {
    watch_.heard(rank, settings_.clock());
    if (const auto* ready = std::get_if<Ready>(&word)) {
      hosts_[at(rank)] = ready->host;
      ready_ranks_.insert(rank);
      const int number = slot_number(rank, ready->slot);
      if (--pending_ranks_.at(at(number)) == 0) scheduler_.add_free_slot(number);
    } else if (const auto* report = std::get_if<ProgressUpdate>(&word)) {
      scheduler_.report(slot_number(rank, report->slot), report->progress);
    } else if (const auto* ended = std::get_if<StageFinished>(&word)) {
      const int number = slot_number(rank, ended->slot);
      if (rank == leader_of(rank)) finished_[number] = *ended;
      if (--pending_ranks_.at(at(number)) == 0) handle_finished(number, finished_.extract(number).mapped());
    } else if (const auto* remark = std::get_if<LogLine>(&word)) {
      for (SweepObserver* observer : observers_) observer->on_log_line(rank, hosts_[at(rank)], remark->text);
    } else if (const auto* wanted = std::get_if<StopRequest>(&word)) {
      stop_all(wanted->reason);
    } else if (const auto* alive = std::get_if<Alive>(&word)) {
      watch_.alive(rank, *alive, settings_.clock());
    }
  }

  void handle_finished(int number, const StageFinished& ended) {
    const study::StageResult& result = ended.result;
    const int stage = scheduler_.stage_of(number);
    const std::vector<int> blocked = scheduler_.finish(number, result, settings_.clock());
    if (ended.withdraws) {
      scheduler_.withdraw(number);
      pending_ranks_[at(number)] = group_sizes_[at(number)];  // until its next Ready
    }
    if (result.end == study::StageOutcome::done && ran_whole(stage) && costs_.update(stage, result.seconds)) {
      scheduler_.reprioritise(study::critical_paths(scheduler_.graph(), scheduler_.unfinished(), costs_.seconds()));
    }
    const StopReason reason = stop_after(result.end);
    if (reason != StopReason::none)
      scheduler_.stop();  // before the observers, which log whether other stages go on
    for (SweepObserver* observer : observers_) observer->on_finished(stage);
    for (const int lost : blocked) {
      for (SweepObserver* observer : observers_) observer->on_blocked(lost);
    }
    stop_all(reason);
  }

  /// Reason to stop the sweep after such an end of a stage: the next stage could not be saved either, or
  /// --fail-fast is set.
  StopReason stop_after(study::StageOutcome end) const {
    if (end == study::StageOutcome::unsaved) return StopReason::unwritable;
    const bool is_lost = end == study::StageOutcome::failed || end == study::StageOutcome::diverged;
    return settings_.fail_fast && is_lost ? StopReason::failed : StopReason::none;
  }

  /// True if the time of the stage covers all epochs of its cost; false if it was resumed.
  bool ran_whole(int stage) const {
    const study::Progress& progress = scheduler_.status()[at(stage)].progress;
    return progress.epochs - progress.resumed_from >= scheduler_.graph().stages[at(stage)].epochs;
  }

  /// Stops the sweep; only the first reason is kept.
  void stop_all(StopReason reason) {
    if (reason == StopReason::none || reason_ != StopReason::none) return;
    reason_ = reason;
    scheduler_.stop();
    broadcast(Cancel{});
    for (SweepObserver* observer : observers_) observer->on_stopping(reason);
  }

  void broadcast(const ToWorker& word) {
    for (int rank = 0; rank < settings_.ranks; ++rank) mail_.send(rank, encode(word));
  }

  /// Shuts the workers down and waits for the Goodbye of each, so that no message is left in transit. In an
  /// emergency, running stages are cancelled first and their messages are ignored. Ends the job if a worker gives
  /// no more signs of life. An exception here ends the process, because the workers would otherwise wait for ever.
  void shut_down_workers(bool emergency) noexcept {
    if (emergency) broadcast(Cancel{});
    broadcast(Shutdown{});
    for (; gone_.size() < at(settings_.ranks); sleep()) {
      while (const auto message = mail_.poll()) on_farewell(message->from, decode_from_worker(message->bytes));
      ping(settings_.clock());
      const std::vector<Stall> stalls = watch_.find(settings_.clock());
      if (!stalls.empty()) end_job(stalls.front());
    }
  }

  void on_farewell(int rank, const FromWorker& word) {
    watch_.heard(rank, settings_.clock());
    if (const auto* alive = std::get_if<Alive>(&word)) watch_.alive(rank, *alive, settings_.clock());
    if (!std::holds_alternative<Goodbye>(word)) return;
    gone_.insert(rank);
    watch_.left(rank);
  }

  static void sleep() { std::this_thread::sleep_for(poll_interval); }

  Scheduler& scheduler_;
  comm::Mailbox& mail_;
  const std::vector<SweepObserver*>& observers_;
  const CoordinatorSettings& settings_;
  CostModel costs_;
  std::vector<std::string> hosts_;
  std::vector<int> group_sizes_;           // by slot number: ranks of its group; 0 if it has none
  std::vector<int> pending_ranks_;         // by slot number: ranks of its group that are not ready or not finished
  std::map<int, StageFinished> finished_;  // by slot number: results of leaders whose groups have not all finished
  std::set<int> ready_ranks_;              // ranks that have sent their first message
  std::set<int> gone_;                     // ranks that have sent their last message
  double memory_to_come_ = 0;              // that the workers know of, in bytes
  StopReason reason_ = StopReason::none;
  StallWatch watch_;
  std::vector<Stall> stalls_;  // that stop the sweep
  double stalled_ = 0, pinged_ = 0;
};

}  // namespace

StopReason run_coordinator(Scheduler& scheduler, comm::Mailbox& mail, const std::vector<SweepObserver*>& observers,
                           const CoordinatorSettings& settings) {
  return Coordinator(scheduler, mail, observers, settings).run();
}

}  // namespace m2m::sweep
