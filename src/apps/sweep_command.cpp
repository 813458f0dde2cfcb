#include "apps/sweep_command.hpp"

#include <fmt/format.h>

#include <chrono>
#include <cstdio>
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
#include "sweep/study_points.hpp"
#include "sweep/wording.hpp"

namespace m2m {
namespace {

constexpr const char* program = "m2m-sweep";

/// A sweep that is ready to run: checked, planned, its folder held.
struct Sweep {
  StageGraph graph;
  OutputFolder out;
  std::unique_ptr<FolderLock> lock;
  bool profile = false;
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

std::unique_ptr<FolderLock> lock_folder(const OutputFolder& out, bool wait) {
  for (bool said = false;; said = true) {
    try {
      return std::make_unique<FolderLock>(out.root);
    } catch (const Error& error) {
      if (!wait || error.code() != ExitCode::held) throw;
      if (!said) log_info(fmt::format("waiting: {}", error.what()));
    }
    std::this_thread::sleep_for(std::chrono::seconds(2));
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

/// Answers, where that is all that is asked for; else makes the sweep ready. Rank 0 only.
std::optional<Sweep> prepare(int argc, char** argv, const MpiSession& session, const Training& training) {
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
  const DryRunSettings settings{study.name,
                                {arguments.out.value_or(std::filesystem::path("results") / study.name)},
                                session.size(),
                                training.unit};
  if (arguments.verb == Verb::validate) return print(validation_text(study, graph));
  if (arguments.verb == Verb::list) return print(list_text(graph, settings.out));
  if (arguments.dry_run) return print(dry_run_text(graph, settings));
  if (!arguments.study)
    log_info(fmt::format("no study is given: running {}, '--help' says how to name another", study.file));
  if (!arguments.study) print(cost_text(graph, settings));
  std::fflush(stdout);
  Sweep sweep{std::move(graph), settings.out, lock_folder(settings.out, arguments.wait), arguments.profile, {}};
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

ExitCode lead(int argc, char** argv, const MpiSession& session, const Training& training) {
  std::optional<Sweep> sweep;
  const ExitCode prepared = guarded(session, [&] {
    sweep = prepare(argc, argv, session, training);
    return ExitCode::done;
  });
  tell_all_ranks(session, sweep);
  if (!sweep) return prepared;
  warn_of_threads(sweep->graph, host_share(session));
  MpiPost post(session);
  return guarded(session, [&] {
    const SweepJob job{sweep->graph, sweep->out, *sweep->lock, session.size(), terminal_of_standard_error()};
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
  try {
    const MpiSession session(argc, argv);
    try {
      const ExitCode code = session.rank() == 0 ? lead(argc, argv, session, training) : follow(session, training);
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
