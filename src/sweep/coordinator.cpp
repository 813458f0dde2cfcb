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
        places_(at(settings.ranks)),
        sizes_(at(settings.ranks * settings.trials_per_device), 0) {
    for (int rank = 0; rank < settings.ranks; ++rank) {
      for (int seat = 0; seat < settings.trials_per_device; ++seat) ++sizes_[at(number_of(rank, seat))];
    }
    waits_for_ = sizes_;
  }

  StopReason run() {
    std::exception_ptr failure;
    try {
      while (!scheduler_.over() || here_.size() < at(settings_.ranks)) turn();
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
  /// The scheduler's number of a seat, and back.
  int number_of(int rank, int seat) const { return leader_of(rank) * settings_.trials_per_device + seat; }
  int rank_of(int number) const { return number / settings_.trials_per_device; }

  void turn() {
    while (const auto message = mail_.poll()) hear(message->from, decode_from_worker(message->bytes));
    stop_all(settings_.stop_wanted());
    for (const Assignment& assignment : scheduler_.assign(settings_.clock())) start(assignment);
    for (SweepObserver* observer : observers_) observer->tick(settings_.clock());
    rest();
  }

  void start(const Assignment& assignment) {
    const int leader = rank_of(assignment.rank), size = sizes_[at(assignment.rank)];
    const int seat = assignment.rank % settings_.trials_per_device;
    const auto start = encode(ToWorker(Start{scheduler_.graph().stages[at(assignment.stage)], seat}));
    waits_for_[at(assignment.rank)] = size;
    for (int member = 0; member < size; ++member) mail_.send(leader + member, start);
    const std::string others = size == 1 ? "" : fmt::format(", {} ranks", size);
    for (SweepObserver* observer : observers_) observer->started(assignment.stage, places_[at(leader)] + others);
  }

  void hear(int rank, const FromWorker& word) {
    if (const auto* here = std::get_if<Here>(&word)) {
      places_[at(rank)] = here->place;
      here_.insert(rank);
      const int number = number_of(rank, here->seat);
      if (--waits_for_.at(at(number)) == 0) scheduler_.add_free_rank(number);
    } else if (const auto* report = std::get_if<Report>(&word)) {
      scheduler_.report(number_of(rank, report->seat), report->progress);
    } else if (const auto* ended = std::get_if<StageFinished>(&word)) {
      const int number = number_of(rank, ended->seat);
      if (rank == leader_of(rank)) ends_[number] = *ended;
      if (--waits_for_.at(at(number)) == 0) hear_end(number, ends_.extract(number).mapped());
    } else if (const auto* remark = std::get_if<Remark>(&word)) {
      for (SweepObserver* observer : observers_) observer->remarked(rank, places_[at(rank)], remark->text);
    } else if (const auto* wanted = std::get_if<StopWanted>(&word)) {
      stop_all(wanted->reason);
    }
  }

  void hear_end(int number, const StageFinished& ended) {
    const study::StageResult& result = ended.result;
    const int stage = scheduler_.stage_of(number);
    const std::vector<int> blocked = scheduler_.end(number, result, settings_.clock());
    if (ended.leaves) {
      scheduler_.withdraw(number);
      waits_for_[at(number)] = sizes_[at(number)];  // until it says Here again
    }
    if (result.end == study::StageEnd::done && ran_whole(stage) && costs_.learn(stage, result.seconds)) {
      scheduler_.reprioritise(
          study::paths_to_the_end(scheduler_.graph(), scheduler_.unfinished(), costs_.seconds()));
    }
    const StopReason reason = stop_after(result.end);
    if (reason != StopReason::none)
      scheduler_.stop();  // before the observers are told, who say whether the rest goes on
    for (SweepObserver* observer : observers_) observer->ended(stage);
    for (const int lost : blocked) {
      for (SweepObserver* observer : observers_) observer->blocked(lost);
    }
    stop_all(reason);
  }

  /// Whether that end of a stage stops the sweep: the next stage could not be kept either, or --fail-fast says so.
  StopReason stop_after(study::StageEnd end) const {
    if (end == study::StageEnd::unsaved) return StopReason::unwritable;
    const bool is_lost = end == study::StageEnd::failed || end == study::StageEnd::diverged;
    return settings_.fail_fast && is_lost ? StopReason::failed : StopReason::none;
  }

  /// Whether the stage's time is that of all epochs that its cost is for: not where it was resumed.
  bool ran_whole(int stage) const {
    const study::Progress& progress = scheduler_.status()[at(stage)].progress;
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
  comm::Mailbox& mail_;
  const std::vector<SweepObserver*>& observers_;
  const CoordinatorSettings& settings_;
  CostModel costs_;
  std::vector<std::string> places_;
  std::vector<int> sizes_;             // by number: of the group that it stands for, else 0
  std::vector<int> waits_for_;         // by number: how many of its ranks have not come yet, or not ended
  std::map<int, StageFinished> ends_;  // by number: what leaders said whose groups have not all ended
  std::set<int> here_;                 // ranks that have said a first word
  StopReason reason_ = StopReason::none;
};

}  // namespace

StopReason coordinate(Scheduler& scheduler, comm::Mailbox& mail, const std::vector<SweepObserver*>& observers,
                      const CoordinatorSettings& settings) {
  return Coordinator(scheduler, mail, observers, settings).run();
}

}  // namespace m2m::sweep
