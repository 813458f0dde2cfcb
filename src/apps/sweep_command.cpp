#include "apps/sweep_command.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <memory>
#include <optional>
#include <thread>
#include <utility>

#include "comm/messages/collectives.hpp"
#include "comm/messages/mailbox.hpp"
#include "core/command_line.hpp"
#include "core/instruction_set.hpp"
#include "core/log.hpp"
#include "core/machine.hpp"
#include "core/profile.hpp"
#include "core/text.hpp"
#include "settings/train_settings.hpp"
#include "study/graph.hpp"
#include "sweep/failures.hpp"
#include "sweep/heartbeat.hpp"
#include "sweep/run.hpp"
#include "sweep/stopping.hpp"

namespace m2m::apps {
namespace {

constexpr const char* program = "m2m-sweep";

using Clock = std::chrono::steady_clock;

// Called before any library starts: those of training take a tenth of a second or more, and UCX, which is part of
// many MPI builds, catches SIGHUP before main.
[[gnu::section(".preinit_array"), gnu::used]] void (*catch_first)(int, char**, char**) = [](int, char**, char**) {
  sweep::catch_signals_early();
};

void warn_about_threads(const study::StageGraph& graph, const comm::HostRanks& share, int trials_per_device) {
  int threads = 0;
  for (const study::Stage& stage : graph.stages) {
    threads = std::max(threads, settings::find_value(stage.config, &settings::TrainSettings::threads).value_or(0));
  }
  const std::int64_t of_rank = std::int64_t{threads} * trials_per_device;
  if (of_rank <= share.rank_cores && of_rank * share.ranks <= share.cores) return;
  const std::string trials =
      trials_per_device == 1 ? "" : fmt::format(" and {} trials at a time", trials_per_device);
  log_warning(fmt::format(
      "{} on this host with train.threads = {}{} share {} ({} for this rank), which makes them slow; "
      "use fewer, or start with '--bind-to none'",
      count_text(share.ranks, "rank"), threads, trials, count_text(share.cores, "core"), share.rank_cores));
}

/// Logs how many ranks of this host share GPUs, if any do.
void log_gpus(const comm::HostRanks& share, int gpus) {
  if (gpus > 0 && share.ranks > gpus) {
    log_info(fmt::format("{} on this host share {}", count_text(share.ranks, "rank"), count_text(gpus, "GPU")));
  }
}

/// Ends every rank of a job that does not go on.
void end_stalled_job(const comm::Session& session, const std::string& why) {
  print_error(program, why + "; the job ends; run the same command again to resume");
  session.abort(static_cast<int>(ExitCode::interrupted));
}

/// Ends the job if its ranks do not all come to the last barrier within the timeout: rank 0 merges the results
/// meanwhile, and the others wait for it. Emplaced at the end of a rank's work.
using EndWatch = std::optional<sweep::Heartbeat>;

void start_watch(EndWatch& watch, const comm::Session& session, double stall_timeout) {
  const auto start = std::make_shared<Clock::time_point>(Clock::now());
  const auto end_job = [&session](double seconds) {
    end_stalled_job(
        session,
        fmt::format("rank {} waits for the end of the others for {:.0f} s; if the merge takes that long, give a "
                    "longer --stall-timeout",
                    session.rank(), seconds));
  };
  watch.emplace(stall_timeout, sweep::HeartbeatCalls{[start] { return seconds_since(*start); },
                                                     [start] { *start = Clock::now(); }, end_job});
}

/// The group of a rank and its way to run stages. Collective.
struct Runner {
  Runner(const comm::Session& session, const JobSettings& job_settings, const comm::HostRanks& share,
         const TrainingBackend& training)
      : group(session, session.rank() / job_settings.ranks_per_trial) {
    StageBackend running =
        training.runner({job_settings.out, session.size(), session.rank(), share.local_rank, share.hosts,
                         job_settings.profile, &group, job_settings.trials_per_device});
    work.run =
        sweep::with_retries(std::move(running.run), job_settings.out, job_settings.max_retries, group.size() == 1);
    work.memory = std::move(running.memory);
    work.slots = job_settings.trials_per_device;
    work.stall_timeout = job_settings.stall_timeout;
    work.end_job = [&session](double seconds) {
      constexpr std::chrono::seconds to_let_rank_1_speak(2);
      if (session.rank() > 1) std::this_thread::sleep_for(to_let_rank_1_speak);
      end_stalled_job(session, fmt::format("rank 0 has given no sign of life for {:.0f} s", seconds));
    };
    if (group.size() == 1) return;
    work.abort_job = [&session](const study::Stage& stage, const study::StageResult& failure) {
      print_error(program, fmt::format("rank {}: {} {}: {}; other ranks of its trial wait for this one, so the job "
                                       "ends; run the same command again to resume",
                                       session.rank(), stage.label, study::short_id(stage.id), failure.summary));
      session.abort(static_cast<int>(failure.code));
    };
  }
  Runner(const Runner&) = delete;
  Runner& operator=(const Runner&) = delete;

  comm::Group group;
  sweep::WorkerJob work;
};

/// Runs `action`; prints an exception and returns its exit code. Rank 0 only.
template <typename Action>
ExitCode guarded(const comm::Session& session, Action action) {
  try {
    return action();
  } catch (const Error& error) {
    if (session.launch().first || session.size() > 1) print_error(program, error.what());
    return error.code();
  } catch (const std::exception& exception) {
    const Failure failure = failure_of(exception);
    print_error(program, failure.sentence);
    return failure.code;
  }
}

SweepArguments read_arguments(int argc, char** argv) {
  instruction_set_limit();  // throws now if M2M_INSTRUCTION_SET is wrong
  SweepArguments arguments = parse_arguments(argc, argv);
  if (arguments.verbose) set_log_level(LogLevel::debug);
  return arguments;
}

/// Answers a command line that runs no stage and ends the process: without MPI, whose start takes longer than most
/// answers, and without freeing the plan and the tables of libtorch, which takes a third as long as planning.
/// Returns if stages are to run, or if a launcher started this process, which may be one of several.
void answer_alone(int argc, char** argv, const TrainingBackend& training) {
  if (comm::launch_of_process().is_known()) return;
  const SweepArguments arguments = read_arguments(argc, argv);
  if (runs_stages(arguments)) return;
  answer(arguments, 1, training, [](const std::string& text) {
    print_answer(text);
    std::_Exit(static_cast<int>(ExitCode::done));
  });
}

ExitCode lead(int argc, char** argv, const comm::Session& session, const TrainingBackend& training,
              Clock::time_point started, EndWatch& end_watch) {
  std::optional<PreparedSweep> sweep;
  const ExitCode prepared = guarded(session, [&] {
    const SweepArguments arguments = read_arguments(argc, argv);
    if (runs_stages(arguments)) {
      sweep = prepare_sweep(arguments, session, training, started);
    } else {
      answer(arguments, session.size(), training, print_answer);
    }
    return ExitCode::done;
  });
  const ExitCode agreed = guarded(session, [&] {
    broadcast_job_settings(session, training.build, sweep ? std::optional(sweep->job_settings) : std::nullopt);
    return ExitCode::done;
  });
  if (prepared != ExitCode::done || agreed != ExitCode::done || !sweep) return std::max(prepared, agreed);
  const comm::HostRanks share = comm::host_ranks(session);
  const ExitCode checked = guarded(session, [&] {
    check_machines(session, training.check_machine, sweep->job_settings.needs, share.local_rank);
    return ExitCode::done;
  });
  if (checked != ExitCode::done) return checked;
  warn_about_threads(sweep->graph, share, sweep->job_settings.trials_per_device);
  log_gpus(share, training.gpus);
  comm::MpiChannel post(session);
  const Runner runner(session, sweep->job_settings, share, training);
  const ExitCode code = guarded(session, [&] {
    const sweep::SweepJob job{sweep->graph,
                              std::move(sweep->exists),
                              sweep->job_settings.out,
                              *sweep->lock,
                              session.size(),
                              sweep::stderr_terminal(),
                              sweep->stop_at,
                              sweep->fail_fast,
                              sweep->job_settings.ranks_per_trial,
                              sweep->job_settings.trials_per_device,
                              std::move(sweep->losses),
                              sweep->job_settings.stall_timeout,
                              [&session](const std::string& why) { end_stalled_job(session, why); }};
    return sweep::lead_sweep(job, post.coordinator(), post.worker(), runner.work);
  });
  start_watch(end_watch, session, runner.work.stall_timeout);
  return code;
}

ExitCode follow(const comm::Session& session, const TrainingBackend& training, EndWatch& end_watch) {
  set_log_level(LogLevel::error);
  std::optional<JobSettings> job_settings;
  comm::HostRanks share;
  try {
    job_settings = broadcast_job_settings(session, training.build, std::nullopt);
    if (!job_settings) return ExitCode::done;
    share = comm::host_ranks(session);
    check_machines(session, training.check_machine, job_settings->needs, share.local_rank);
  } catch (const Error& refused) {  // thrown on all ranks; rank 0 prints it
    if (refused.code() != ExitCode::usage) throw;
    return ExitCode::done;
  }
  comm::MpiChannel post(session);
  const Runner runner(session, *job_settings, share, training);
  sweep::follow_sweep(post.worker(), runner.work);
  start_watch(end_watch, session, runner.work.stall_timeout);
  return ExitCode::done;
}

}  // namespace

int sweep_main(int argc, char** argv, const TrainingBackend& training) {
  const Clock::time_point started = Clock::now();
  keep_freed_memory();
  // before MPI starts, so that a signal during its start also stops the sweep
  const sweep::StopSignals signals;
  return run_program(program, [&] {
    answer_alone(argc, argv, training);
    const comm::Session session(argc, argv);
    try {
      EndWatch end_watch;
      const ExitCode code = session.rank() == 0 ? lead(argc, argv, session, training, started, end_watch)
                                                : follow(session, training, end_watch);
      comm::barrier(session);
      return code;
    } catch (const std::exception& error) {
      // Other ranks wait for this one, and only the end of the job can stop their wait.
      const Failure failure = failure_of(error);
      print_error(program, fmt::format("rank {}: {}", session.rank(), failure.sentence));
      session.abort(static_cast<int>(failure.code));
    }
  });
}

}  // namespace m2m::apps
