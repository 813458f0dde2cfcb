#include "sweep/coordinator.hpp"

#include <fmt/format.h>

#include <chrono>
#include <exception>
#include <map>
#include <set>
#include <thread>

#include "sweep/costs.hpp"
#include "sweep/messages.hpp"

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
        group_sizes_(at(settings.ranks * settings.trials_per_device), 0) {
    for (int rank = 0; rank < settings.ranks; ++rank) {
      for (int slot = 0; slot < settings.trials_per_device; ++slot) ++group_sizes_[at(slot_number(rank, slot))];
    }
    pending_ranks_ = group_sizes_;
  }

  StopReason run() {
    std::exception_ptr failure;
    try {
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
  /// The scheduler's number of a seat, and back.
  int slot_number(int rank, int slot) const { return leader_of(rank) * settings_.trials_per_device + slot; }
  int rank_of(int number) const { return number / settings_.trials_per_device; }

  void poll_once() {
    while (const auto message = mail_.poll()) on_message(message->from, decode_from_worker(message->bytes));
    stop_all(settings_.stop_requested());
    for (const Assignment& assignment : scheduler_.assign(settings_.clock())) start(assignment);
    for (SweepObserver* observer : observers_) observer->on_tick(settings_.clock());
    sleep();
  }

  void start(const Assignment& assignment) {
    const int leader = rank_of(assignment.slot), size = group_sizes_[at(assignment.slot)];
    const int slot = assignment.slot % settings_.trials_per_device;
    const auto start = encode(ToWorker(Assign{scheduler_.graph().stages[at(assignment.stage)], slot}));
    pending_ranks_[at(assignment.slot)] = size;
    for (int member = 0; member < size; ++member) mail_.send(leader + member, start);
    const std::string others = size == 1 ? "" : fmt::format(", {} ranks", size);
    for (SweepObserver* observer : observers_) observer->on_started(assignment.stage, hosts_[at(leader)] + others);
  }

  void on_message(int rank, const FromWorker& word) {
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
    }
  }

  void handle_finished(int number, const StageFinished& ended) {
    const study::StageResult& result = ended.result;
    const int stage = scheduler_.stage_of(number);
    const std::vector<int> blocked = scheduler_.finish(number, result, settings_.clock());
    if (ended.withdraws) {
      scheduler_.withdraw(number);
      pending_ranks_[at(number)] = group_sizes_[at(number)];  // until it says Here again
    }
    if (result.end == study::StageOutcome::done && ran_whole(stage) && costs_.update(stage, result.seconds)) {
      scheduler_.reprioritise(study::critical_paths(scheduler_.graph(), scheduler_.unfinished(), costs_.seconds()));
    }
    const StopReason reason = stop_after(result.end);
    if (reason != StopReason::none)
      scheduler_.stop();  // before the observers are told, who say whether the rest goes on
    for (SweepObserver* observer : observers_) observer->on_finished(stage);
    for (const int lost : blocked) {
      for (SweepObserver* observer : observers_) observer->on_blocked(lost);
    }
    stop_all(reason);
  }

  /// Whether that end of a stage stops the sweep: the next stage could not be kept either, or --fail-fast says so.
  StopReason stop_after(study::StageOutcome end) const {
    if (end == study::StageOutcome::unsaved) return StopReason::unwritable;
    const bool is_lost = end == study::StageOutcome::failed || end == study::StageOutcome::diverged;
    return settings_.fail_fast && is_lost ? StopReason::failed : StopReason::none;
  }

  /// Whether the stage's time is that of all epochs that its cost is for: not where it was resumed.
  bool ran_whole(int stage) const {
    const study::Progress& progress = scheduler_.status()[at(stage)].progress;
    return progress.epochs - progress.resumed_from >= scheduler_.graph().stages[at(stage)].epochs;
  }

  /// The first reason is the one that counts.
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

  /// Waits for every worker's last word: no message is then left on its way. In an emergency, running stages are
  /// stopped first and what they still say is not passed on. Where even that fails, nothing but ending the process
  /// keeps the workers from waiting for ever.
  void shut_down_workers(bool emergency) noexcept {
    if (emergency) broadcast(Cancel{});
    broadcast(Shutdown{});
    for (int gone = 0; gone < settings_.ranks; sleep()) {
      while (const auto message = mail_.poll()) {
        if (std::holds_alternative<Goodbye>(decode_from_worker(message->bytes))) ++gone;
      }
    }
  }

  static void sleep() { std::this_thread::sleep_for(poll_interval); }

  Scheduler& scheduler_;
  comm::Mailbox& mail_;
  const std::vector<SweepObserver*>& observers_;
  const CoordinatorSettings& settings_;
  CostModel costs_;
  std::vector<std::string> hosts_;
  std::vector<int> group_sizes_;           // by number: of the group that it stands for, else 0
  std::vector<int> pending_ranks_;         // by number: how many of its ranks have not come yet, or not ended
  std::map<int, StageFinished> finished_;  // by number: what leaders said whose groups have not all ended
  std::set<int> ready_ranks_;              // ranks that have said a first word
  StopReason reason_ = StopReason::none;
};

}  // namespace

StopReason run_coordinator(Scheduler& scheduler, comm::Mailbox& mail, const std::vector<SweepObserver*>& observers,
                           const CoordinatorSettings& settings) {
  return Coordinator(scheduler, mail, observers, settings).run();
}

}  // namespace m2m::sweep
