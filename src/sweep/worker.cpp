#include "sweep/worker.hpp"

#include <chrono>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include "core/files.hpp"
#include "sweep/messages.hpp"

namespace m2m::sweep {
namespace {

using Clock = std::chrono::steady_clock;

/// The worker's side of the conversation, for all of its seats. Thread-safe.
class Conversation {
 public:
  Conversation(comm::Mailbox& mail, const StageWork& work, const WorkerSettings& settings)
      : mail_(mail),
        settings_(settings),
        admission_(work.seats, work.memory, [this](const std::string& text) { say(Remark{text}); }),
        seats_(at(work.seats)) {
    if (admission_.open(0)) say(Here{settings_.place, 0});
  }

  void progress(int seat, const study::Progress& progress) {
    const std::lock_guard guard(mutex_);
    admission_.report(seat);
    auto& reported = seats_[at(seat)].reported;
    if (!reported) looked_.reset();  // its memory is known now
    const auto now = Clock::now();
    const bool is_last = progress.epoch >= progress.epochs;
    if (reported && !is_last && now - *reported < std::chrono::duration<double>(settings_.report_every)) return;
    reported = now;
    say(Report{progress, seat});
  }

  void remark(const std::string& text) {
    const std::lock_guard guard(mutex_);
    say(Remark{text});
  }

  bool stop_requested() {
    const std::lock_guard guard(mutex_);
    listen();
    return stop_ || leave_;
  }

  /// The next stage that the seat is to run; nothing once the worker is to leave. Waits.
  std::optional<study::Stage> next_stage(int seat) {
    for (;; std::this_thread::sleep_for(std::chrono::milliseconds(2))) {
      const std::lock_guard guard(mutex_);
      listen();
      if (leave_) return std::nullopt;
      if (admission_.is_away(seat)) come_back(seat);
      if (auto& next = seats_[at(seat)].next) {
        admission_.begin(seat, next->memory);
        seats_[at(seat)].reported.reset();
        return std::exchange(next, std::nullopt);
      }
    }
  }

  void end(int seat, const study::StageResult& result) {
    const std::lock_guard guard(mutex_);
    admission_.end(seat);
    looked_.reset();
    say(StageFinished{result, seat, !admission_.open(seat)});
  }

  /// Lets all seats go.
  void give_up() {
    const std::lock_guard guard(mutex_);
    leave_ = true;
  }

  void say_bye() {
    const std::lock_guard guard(mutex_);
    say(Bye{});
  }

 private:
  struct Seat {
    std::optional<study::Stage> next;
    std::optional<Clock::time_point> reported;
  };

  static std::size_t at(int i) { return static_cast<std::size_t>(i); }

  void say(const FromWorker& word) { mail_.send(0, encode(word)); }

  void come_back(int seat) {
    const auto now = Clock::now();
    if (looked_ && now - *looked_ < std::chrono::duration<double>(settings_.admit_every)) return;
    looked_ = now;
    if (admission_.open(seat)) say(Here{settings_.place, seat});
  }

  /// Takes what has come, and passes a signal on.
  void listen() {
    while (const auto message = mail_.poll()) {
      ToWorker word = decode_to_worker(message->bytes);
      if (auto* start = std::get_if<Start>(&word)) seats_.at(at(start->seat)).next = std::move(start->stage);
      if (std::holds_alternative<Stop>(word)) stop_ = true;
      if (std::holds_alternative<Leave>(word)) leave_ = true;
    }
    if (told_) return;
    const StopReason reason = settings_.stop_wanted();
    if (reason == StopReason::none) return;
    stop_ = told_ = true;
    say(StopWanted{reason});
  }

  comm::Mailbox& mail_;
  const WorkerSettings& settings_;
  std::mutex mutex_;
  bool stop_ = false, leave_ = false, told_ = false;
  Admission admission_;
  std::vector<Seat> seats_;
  std::optional<Clock::time_point> looked_;
};

/// What the stage of a seat asks and tells; it may do so from threads of its own.
class SeatContext : public study::StageContext {
 public:
  SeatContext(Conversation& conversation, int seat) : conversation_(conversation), seat_(seat) {}
  void progress(const study::Progress& progress) override { conversation_.progress(seat_, progress); }
  void remark(const std::string& text) override { conversation_.remark(text); }
  bool stop_requested() const override { return conversation_.stop_requested(); }

 private:
  Conversation& conversation_;
  int seat_;
};

study::StageResult failure_of(std::exception_ptr thrown) {
  try {
    std::rethrow_exception(std::move(thrown));
  } catch (const WriteError& error) {
    return {study::StageEnd::unsaved, error.what(), error.code(), 0};
  } catch (const Error& error) {
    return {study::StageEnd::failed, error.what(), error.code(), 0};
  } catch (const std::exception& error) {
    return {study::StageEnd::failed, error.what(), ExitCode::internal, 0};
  } catch (...) {
    return {study::StageEnd::failed, "something was thrown that is no exception", ExitCode::internal, 0};
  }
}

study::StageResult run_caught(const StageWork& work, const study::Stage& stage, study::StageContext& context) {
  try {
    return work.run(stage, context);
  } catch (...) {
    study::StageResult failure = failure_of(std::current_exception());
    if (work.end_job) work.end_job(stage, failure);
    return failure;
  }
}

void run_seat(Conversation& conversation, int seat, const StageWork& work) {
  SeatContext context(conversation, seat);
  while (const auto stage = conversation.next_stage(seat)) {
    const auto start = Clock::now();
    study::StageResult result = run_caught(work, *stage, context);
    result.seconds = std::chrono::duration<double>(Clock::now() - start).count();
    conversation.end(seat, result);
  }
}

/// The first seat here, each further one in a thread. Throws what the first of them to fail threw.
void run_seats(Conversation& conversation, const StageWork& work) {
  std::exception_ptr failure;
  std::mutex mutex;
  const auto guarded = [&](int seat) {
    try {
      run_seat(conversation, seat, work);
    } catch (...) {
      conversation.give_up();
      const std::lock_guard guard(mutex);
      if (!failure) failure = std::current_exception();
    }
  };
  std::vector<std::thread> threads;
  for (int seat = 1; seat < work.seats; ++seat) threads.emplace_back(guarded, seat);
  guarded(0);
  for (std::thread& thread : threads) thread.join();
  if (failure) std::rethrow_exception(failure);
}

}  // namespace

void work(comm::Mailbox& mail, const StageWork& work, const WorkerSettings& settings) {
  Conversation conversation(mail, work, settings);
  run_seats(conversation, work);
  conversation.say_bye();
}

}  // namespace m2m::sweep
