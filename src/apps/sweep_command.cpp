#include "apps/sweep_command.hpp"

#include <fmt/format.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <optional>
#include <thread>

#include "apps/default_study.hpp"
#include "apps/describe.hpp"
#include "apps/sweep_arguments.hpp"
#include "core/log.hpp"
#include "dist/messages/collectives.hpp"
#include "dist/messages/mpi_mailbox.hpp"
#include "sweep/dry_run.hpp"
#include "sweep/run.hpp"
#include "sweep/stop_signals.hpp"
#include "sweep/study_points.hpp"
#include "sweep/wording.hpp"

namespace m2m {
namespace {

constexpr const char* program = "m2m-sweep";

using Clock = std::chrono::steady_clock;

/// A sweep that is ready to run: checked, planned, its folder held.
struct Sweep {
  StageGraph graph;
  OutputFolder out;
  std::unique_ptr<FolderLock> lock;
  bool profile = false;
  std::optional<Clock::time_point> stop_at;  // nothing: there is time
  bool fail_fast = false;
  RunStage run;
};

/// What rank 0 tells the others: how to run the stages of the sweep, or that there is none.
std::optional<RunnerSettings> tell_all_ranks(const MpiSession& session, const std::optional<Sweep>& sweep) {
  // One letter: no sweep, run, or run and profile; and an absolute path, as ranks may have been started in
  // different folders.
  const std::string told = broadcast_bytes(
      session, sweep ? (sweep->profile ? "p" : "r") + std::filesystem::absolute(sweep->out.root).string() : "n");
  if (told.front() == 'n') return std::nullopt;
  return RunnerSettings{{told.substr(1)}, session.size(), session.rank(), told.front() == 'p'};
}

/// Throws Error where a signal came before the sweep began: interrupted, or requeue.
void refuse_where_signalled() {
  const StopReason reason = StopSignals::received();
  if (reason == StopReason::none) return;
  throw Error(reason == StopReason::requeue ? ExitCode::requeue : ExitCode::interrupted,
              "stopped while it waited for the output folder; run the same command again");
}

std::unique_ptr<FolderLock> lock_folder(const OutputFolder& out, bool wait) {
  for (bool said = false;; said = true) {
    try {
      return std::make_unique<FolderLock>(out.root);
    } catch (const Error& error) {
      if (!wait || error.code() != ExitCode::held) throw;
      if (!said) log_info(fmt::format("waiting: {}", error.what()));
    }
    for (int tenths = 0; tenths < 20 && StopSignals::received() == StopReason::none; ++tenths) {
      std::this_thread::sleep_for(std::chrono::milliseconds(100));
    }
    refuse_where_signalled();
  }
}

Study read_given_study(const SweepArguments& arguments, const Training& training) {
  Study study = read_study_file(arguments.study ? *arguments.study : default_study(), training.fields);
  for (const std::string& setting : arguments.settings) apply_override(study, setting, training.fields);
  return study;
}

std::string validation_text(const Study& study, const StageGraph& graph) {
  return fmt::format("{}: ok: {}, {}\n", study.file, counted(count(graph, StageKind::trial), "trial"),
                     counted(count(graph, StageKind::g), "stage"));
}

/// When the sweep has to stop by the time limit, in steady time; says so.
std::optional<Clock::time_point> stop_time(const TimeLimit& given, Clock::time_point started) {
  const std::chrono::duration<double> running = Clock::now() - started;
  const std::chrono::duration<double> unix_now = std::chrono::system_clock::now().time_since_epoch();
  const auto left = seconds_until_stop(
      given, [](const char* name) { return std::getenv(name); }, unix_now.count(), running.count());
  if (!left) return std::nullopt;
  log_info(fmt::format("the job's time allows {} of work", duration_text(*left)));
  return Clock::now() + std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(*left));
}

/// The job script that runs what `arguments` ask for.
std::string script_text(const SweepArguments& arguments, const Study& study) {
  SlurmJob job = arguments.slurm;
  job.name = study.name;
  job.words = {study.file};
  job.words.insert(job.words.end(), arguments.settings.begin(), arguments.settings.end());
  if (arguments.out) job.words.insert(job.words.end(), {"--out", arguments.out->string()});
  if (arguments.time.margin) {
    job.words.insert(job.words.end(), {"--time-margin", fmt::format("{:g}", *arguments.time.margin)});
  }
  if (arguments.fail_fast) job.words.push_back("--fail-fast");
  if (arguments.profile) job.words.push_back("--profile");
  return slurm_script(job);
}

/// Answers, where that is all that is asked for; else makes the sweep ready. Rank 0 only.
std::optional<Sweep> prepare(int argc, char** argv, const MpiSession& session, const Training& training,
                             Clock::time_point started) {
  const SweepArguments arguments = parse_arguments(argc, argv);
  if (arguments.verbose) set_log_level(LogLevel::debug);
  const auto print = [](const std::string& text) {
    std::fputs(text.c_str(), stdout);
    return std::nullopt;
  };
  if (!arguments.answer.empty()) return print(arguments.answer);
  if (arguments.verb == Verb::describe) return print(describe(training, arguments.subject));
  const bool is_run = arguments.verb == Verb::run && !arguments.dry_run;
  if (is_run) refuse_missing_ranks(session.size(), session.launch());

  const Study study = read_given_study(arguments, training);
  StageGraph graph = plan_study(study, training.fields, training.resolve, training.plan);
  std::filesystem::path out = arguments.out.value_or(std::filesystem::path("results") / study.name);
  if (arguments.part) {
    graph = part_of(graph, *arguments.part);
    out = folder_of(out, *arguments.part);
  }
  const DryRunSettings settings{study.name, {out}, session.size(), training.unit};
  if (arguments.verb == Verb::validate) return print(validation_text(study, graph));
  if (arguments.verb == Verb::slurm) return print(script_text(arguments, study));
  if (arguments.verb == Verb::list) return print(list_text(graph, settings.out));
  if (arguments.dry_run) return print(dry_run_text(graph, settings));
  if (!arguments.study)
    log_info(fmt::format("no study is given: running {}, '--help' says how to name another", study.file));
  if (!arguments.study) print(cost_text(graph, settings));
  std::fflush(stdout);
  const auto stop_at = stop_time(arguments.time, started);
  Sweep sweep{std::move(graph),
              settings.out,
              lock_folder(settings.out, arguments.wait),
              arguments.profile,
              stop_at,
              arguments.fail_fast,
              {}};
  write_plan(study, sweep.graph, sweep.out);
  sweep.run = training.runner({sweep.out, session.size(), session.rank(), sweep.profile});
  return sweep;
}

void warn_of_threads(const StageGraph& graph, const HostShare& share) {
  std::int64_t threads = 0;
  for (const Stage& stage : graph.stages) {
    if (stage.config.has("train.threads")) threads = std::max(threads, stage.config.integer("train.threads"));
  }
  if (threads > share.own_cores || threads * share.ranks > share.cores) {
    log_warning(
        fmt::format("{} on this host with train.threads = {} share {} ({} for this rank): expect them to be slow; "
                    "use fewer, or start with '--bind-to none'",
                    counted(share.ranks, "rank"), threads, counted(share.cores, "core"), share.own_cores));
  }
}

/// Runs `action`, prints what it throws. Rank 0 only.
template <typename Action>
ExitCode guarded(const MpiSession& session, Action action) {
  try {
    return action();
  } catch (const Error& error) {
    if (session.launch().first || session.size() > 1) print_error(program, error.what());
    return error.code();
  } catch (const std::exception& error) {
    print_error(program, fmt::format("internal error: {}; please report it", error.what()));
    return ExitCode::internal;
  }
}

ExitCode lead(int argc, char** argv, const MpiSession& session, const Training& training,
              Clock::time_point started) {
  std::optional<Sweep> sweep;
  const ExitCode prepared = guarded(session, [&] {
    sweep = prepare(argc, argv, session, training, started);
    return ExitCode::done;
  });
  tell_all_ranks(session, sweep);
  if (!sweep) return prepared;
  warn_of_threads(sweep->graph, host_share(session));
  MpiPost post(session);
  return guarded(session, [&] {
    const SweepJob job{sweep->graph,   sweep->out,      *sweep->lock, session.size(), terminal_of_standard_error(),
                       sweep->stop_at, sweep->fail_fast};
    return lead_sweep(job, post.coordinator(), post.worker(), sweep->run);
  });
}

ExitCode follow(const MpiSession& session, const Training& training) {
  set_log_level(LogLevel::error);
  const std::optional<RunnerSettings> settings = tell_all_ranks(session, std::nullopt);
  if (!settings) return ExitCode::done;
  host_share(session);
  MpiPost post(session);
  follow_sweep(post.worker(), training.runner(*settings));
  return ExitCode::done;
}

}  // namespace

int sweep_main(int argc, char** argv, const Training& training) {
  const Clock::time_point started = Clock::now();
  const StopSignals signals;  // from the first moment on: what comes while MPI starts stops the sweep as well
  try {
    const MpiSession session(argc, argv);
    try {
      const ExitCode code =
          session.rank() == 0 ? lead(argc, argv, session, training, started) : follow(session, training);
      sleeping_barrier(session);
      return static_cast<int>(code);
    } catch (const std::exception& error) {
      // Other ranks wait for this one in a way that only ending the job can end.
      print_error(program, fmt::format("rank {}: {}", session.rank(), error.what()));
      session.abort(static_cast<int>(ExitCode::internal));
    }
  } catch (const Error& error) {
    print_error(program, error.what());
    return static_cast<int>(error.code());
  }
}

}  // namespace m2m
