#include "sweep/coordinator.hpp"

#include <fmt/format.h>

#include <chrono>
#include <exception>
#include <map>
#include <thread>

#include "sweep/cost_model.hpp"
#include "sweep/messages.hpp"

namespace m2m {
namespace {

class Coordinator {
 public:
  Coordinator(Scheduler& scheduler, Mailbox& mail, const std::vector<SweepObserver*>& observers,
              const CoordinatorSettings& settings)
      : scheduler_(scheduler),
        mail_(mail),
        observers_(observers),
        settings_(settings),
        costs_(scheduler.graph()),
        places_(at(settings.ranks)),
        waits_for_(at(settings.ranks), 0) {
    for (int rank = 0; rank < settings.ranks; ++rank) ++waits_for_[at(leader_of(rank))];
    sizes_ = waits_for_;
  }

  StopReason run() {
    std::exception_ptr failure;
    try {
      while (!scheduler_.over() || here_ < settings_.ranks) turn();
    } catch (...) {
      failure = std::current_exception();
    }
    dismiss(failure != nullptr);
    if (failure) std::rethrow_exception(failure);
    return reason_;
  }

 private:
  static std::size_t at(int i) { return static_cast<std::size_t>(i); }
  int leader_of(int rank) const { return rank - rank % settings_.ranks_per_trial; }

  void turn() {
    while (const auto message = mail_.poll()) hear(message->from, decode_from_worker(message->bytes));
    stop_all(settings_.stop_wanted());
    for (const Assignment& assignment : scheduler_.assign(settings_.clock())) {
      const auto start = encode(ToWorker(Start{scheduler_.graph().stages[at(assignment.stage)]}));
      const int size = sizes_[at(assignment.rank)];
      waits_for_[at(assignment.rank)] = size;
      for (int member = 0; member < size; ++member) mail_.send(assignment.rank + member, start);
      const std::string others = size == 1 ? "" : fmt::format(", {} ranks", size);
      for (SweepObserver* observer : observers_) {
        observer->started(assignment.stage, places_[at(assignment.rank)] + others);
      }
    }
    for (SweepObserver* observer : observers_) observer->tick(settings_.clock());
    rest();
  }

  void hear(int rank, const FromWorker& word) {
    if (const auto* here = std::get_if<Here>(&word)) {
      places_[at(rank)] = here->place;
      ++here_;
      const int leader = leader_of(rank);
      if (--waits_for_[at(leader)] == 0) scheduler_.add_free_rank(leader);
    } else if (const auto* report = std::get_if<Report>(&word)) {
      scheduler_.report(rank, report->progress);
    } else if (const auto* ended = std::get_if<Ended>(&word)) {
      const int leader = leader_of(rank);
      if (rank == leader) ends_[leader] = ended->result;
      if (--waits_for_[at(leader)] == 0) hear_end(leader, ends_.extract(leader).mapped());
    } else if (const auto* wanted = std::get_if<StopWanted>(&word)) {
      stop_all(wanted->reason);
    }
  }

  void hear_end(int rank, const StageResult& result) {
    const int stage = scheduler_.stage_of(rank);
    const std::vector<int> blocked = scheduler_.end(rank, result, settings_.clock());
    if (result.end == StageEnd::done && ran_whole(stage) && costs_.learn(stage, result.seconds)) {
      scheduler_.reprioritise(paths_to_the_end(scheduler_.graph(), scheduler_.unfinished(), costs_.seconds()));
    }
    const bool is_lost = result.end == StageEnd::failed || result.end == StageEnd::diverged;
    const bool is_last = settings_.fail_fast && is_lost;
    if (is_last) scheduler_.stop();  // before the observers are told, who say whether the rest goes on
    for (SweepObserver* observer : observers_) observer->ended(stage);
    for (const int lost : blocked) {
      for (SweepObserver* observer : observers_) observer->blocked(lost);
    }
    if (is_last) stop_all(StopReason::failed);
  }

  /// Whether the stage's time is that of all epochs that its cost is for: not where it was resumed.
  bool ran_whole(int stage) const {
    const Progress& progress = scheduler_.status()[at(stage)].progress;
    return progress.epochs - progress.begun >= scheduler_.graph().stages[at(stage)].epochs;
  }

  /// The first reason is the one that counts.
  void stop_all(StopReason reason) {
    if (reason == StopReason::none || reason_ != StopReason::none) return;
    reason_ = reason;
    scheduler_.stop();
    tell_all(Stop{});
    for (SweepObserver* observer : observers_) observer->stopping(reason);
  }

  void tell_all(const ToWorker& word) {
    for (int rank = 0; rank < settings_.ranks; ++rank) mail_.send(rank, encode(word));
  }

  /// Waits for every worker's last word: no message is then left on its way. In an emergency, running stages are
  /// stopped first and what they still say is not passed on. Where even that fails, nothing but ending the process
  /// keeps the workers from waiting for ever.
  void dismiss(bool emergency) noexcept {
    if (emergency) tell_all(Stop{});
    tell_all(Leave{});
    for (int gone = 0; gone < settings_.ranks; rest()) {
      while (const auto message = mail_.poll()) {
        if (std::holds_alternative<Bye>(decode_from_worker(message->bytes))) ++gone;
      }
    }
  }

  static void rest() { std::this_thread::sleep_for(std::chrono::milliseconds(2)); }

  Scheduler& scheduler_;
  Mailbox& mail_;
  const std::vector<SweepObserver*>& observers_;
  const CoordinatorSettings& settings_;
  CostModel costs_;
  std::vector<std::string> places_;
  std::vector<int> sizes_;           // of the group that a rank leads, else 0
  std::vector<int> waits_for_;       // how many of its ranks have not come yet, or not ended
  std::map<int, StageResult> ends_;  // what leaders said whose groups have not all ended
  int here_ = 0;
  StopReason reason_ = StopReason::none;
};

}  // namespace

StopReason coordinate(Scheduler& scheduler, Mailbox& mail, const std::vector<SweepObserver*>& observers,
                      const CoordinatorSettings& settings) {
  return Coordinator(scheduler, mail, observers, settings).run();
}

}  // namespace m2m
