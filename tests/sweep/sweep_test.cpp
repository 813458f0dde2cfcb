// Whole sweeps of fake stages on the ranks that this program was started with: coordinator, workers, files.
#include <gtest/gtest.h>

#include <cerrno>
#include <csignal>
#include <memory>

#include "comm/messages/collectives.hpp"
#include "comm/messages/mailbox.hpp"
#include "core/files.hpp"
#include "core/log.hpp"
#include "results/record.hpp"
#include "results/study_results.hpp"
#include "support/exact_device.hpp"
#include "support/fake_training.hpp"
#include "support/mpi_main.hpp"
#include "support/said.hpp"
#include "support/temporary_folder.hpp"
#include "sweep/run.hpp"
#include "sweep/stopping.hpp"

namespace m2m::sweep {

using study::RunFn;
using study::Stage;
using study::StageContext;
using study::StageResult;

namespace {

/// An output folder that all ranks know and rank 0 removes.
class SharedFolder {
 public:
  SharedFolder() {
    if (testing::session().rank() == 0) own_ = std::make_unique<testing::TemporaryFolder>();
    path_ = comm::broadcast(testing::session(), own_ ? own_->path().string() : "");
  }
  ~SharedFolder() { comm::barrier(testing::session()); }
  const std::filesystem::path& path() const { return path_; }

 private:
  std::unique_ptr<testing::TemporaryFolder> own_;
  std::filesystem::path path_;
};

/// Options of a sweep besides its study.
struct Limits {
  std::optional<std::chrono::steady_clock::time_point> stop_at = {};
  bool fail_fast = false;
  int trials_per_device = 1;
  testing::ExactDevice* device = nullptr;  // of this rank; stages "heavy" and others are the two kinds of it
};

/// Sets the memory of stages "heavy", and of all others.
void estimate_memory(study::StageGraph& graph) {
  using testing::ExactDevice;
  for (Stage& stage : graph.stages) stage.memory = stage.label == "heavy" ? ExactDevice::heavy : ExactDevice::light;
}

/// Collective. The exit code is rank 0's; elsewhere `done`.
ExitCode sweep(const std::string& toml, const std::filesystem::path& folder, const RunFn& run,
               const Limits& limits = {}) {
  const comm::Session& session = testing::session();
  const StopSignals signals;
  set_log_level(LogLevel::error);
  comm::MpiChannel post(session);
  WorkerJob work{run, {}, limits.trials_per_device};
  if (limits.device) work.memory = [&] { return limits.device->measure(); };
  if (session.rank() != 0) {
    follow_sweep(post.worker(), work);
    return ExitCode::done;
  }
  const study::Study study = testing::study_from(toml);
  study::StageGraph graph =
      study::plan_study(study, testing::fake_settings(), testing::fake_resolve, testing::fake_plan);
  if (limits.device) estimate_memory(graph);
  const results::FolderLock lock(folder);
  write_planned_trials(study, graph, {folder});
  return lead_sweep({graph,
                     existing_stages(graph, {folder}),
                     {folder},
                     lock,
                     session.size(),
                     std::nullopt,
                     limits.stop_at,
                     limits.fail_fast,
                     1,
                     limits.trials_per_device},
                    post.coordinator(), post.worker(), work);
}

ExitCode sweep(const std::string& toml, const std::filesystem::path& folder) {
  return sweep(toml, folder, testing::fake_runner({folder}));
}

bool leads() { return testing::session().rank() == 0; }

const std::string grid = "[grid]\nmethod = ['ERM', 'M2m']\nseed = [0, 1, 2, 3, 4]\n";

TEST(Sweep, RunsEveryStageOnceAndMerges) {
  const SharedFolder folder;
  const ExitCode code = sweep(grid, folder.path());
  if (!leads()) return;
  EXPECT_EQ(code, ExitCode::done);
  EXPECT_EQ(testing::count_lines(folder.path(), "began"), 15);  // 10 trials and 5 g
  EXPECT_EQ(testing::count_lines(folder.path(), "done"), 15);
  EXPECT_TRUE(std::filesystem::exists(folder.path() / "results.h5"));
  EXPECT_EQ(results::read_planned_study(folder.path() / "study.json").trials.size(), 10u);
  EXPECT_FALSE(std::filesystem::exists(folder.path() / "lock.json"));
}

TEST(Sweep, RunsNothingASecondTime) {
  const SharedFolder folder;
  sweep(grid, folder.path());
  const ExitCode code = sweep(grid + "m2m.lambda = [0.5, 0.1]\n", folder.path());
  if (!leads()) return;
  EXPECT_EQ(code, ExitCode::done);
  EXPECT_EQ(testing::count_lines(folder.path(), "began"), 15 + 5);  // the new trials share the old g
}

TEST(Sweep, WorksWithMoreRanksThanTrials) {
  const SharedFolder folder;
  const ExitCode code = sweep("method = 'ERM'", folder.path());
  EXPECT_EQ(code, ExitCode::done);
}

TEST(Sweep, GoesOnWhereATrialThrowsOrDiverges) {
  const SharedFolder folder;
  const std::string toml = grid +
                           "[[point]]\nlabel = 'T'\nmethod = 'RS'\nfake.does = 'throw'\n[[point]]\nlabel = "
                           "'D'\nmethod = 'RS'\nfake.does = 'diverge'\n";
  const ExitCode code = sweep(toml, folder.path());
  if (!leads()) return;
  EXPECT_EQ(code, ExitCode::some_failed);
  EXPECT_EQ(testing::count_lines(folder.path(), "done"), 15);
  int thrown = 0, diverged = 0;
  for (const Stage& stage : testing::graph_from(toml).stages) {
    const auto file = results::OutputFolder{folder.path()}.failure(stage.id);
    if (!std::filesystem::exists(file)) continue;
    const results::TrialFailure failure = results::read_failure(file);
    thrown += failure.label == "T" && !failure.diverged && failure.reason == "thrown on purpose" ? 1 : 0;
    diverged += failure.label == "D" && failure.diverged ? 1 : 0;
  }
  EXPECT_EQ(thrown, 5);
  EXPECT_EQ(diverged, 5);
}

TEST(Sweep, FailsWhatNeedsAFailedStageAndSaysWhich) {
  const SharedFolder folder;
  const std::string toml = "method = 'ERM'\n[[point]]\nlabel = 'broken'\nmethod = 'M2m'\nfake.does = 'g throws'\n";
  const ExitCode code = sweep(toml, folder.path());
  if (!leads()) return;
  EXPECT_EQ(code, ExitCode::some_failed);
  const study::StageGraph graph = testing::graph_from(toml);  // ERM, g, broken
  const results::TrialFailure failure =
      results::read_failure(results::OutputFolder{folder.path()}.failure(graph.stages[2].id));
  EXPECT_TRUE(testing::says(failure.reason, {"g " + graph.stages[1].id, "thrown on purpose"}));
  EXPECT_EQ(testing::count_lines(folder.path(), "began"), 2);
}

TEST(Sweep, SurvivesAnythingThatIsThrown) {
  const SharedFolder folder;
  const RunFn run = [](const Stage& stage, StageContext&) -> StageResult {
    if (stage.config.integer("seed") % 2 == 0) throw 42;
    throw std::runtime_error("not \xff text");
  };
  const ExitCode code = sweep(grid, folder.path(), run);
  EXPECT_EQ(code, leads() ? ExitCode::some_failed : ExitCode::done);
}

TEST(Sweep, TriesAFailedTrialAgainTheNextTime) {
  const SharedFolder folder;
  const RunFn broken = [](const Stage&, StageContext&) -> StageResult { throw data_error("no data yet"); };
  sweep("method = 'ERM'", folder.path(), broken);
  const ExitCode code = sweep("method = 'ERM'", folder.path());
  if (!leads()) return;
  EXPECT_EQ(code, ExitCode::done);
  EXPECT_FALSE(std::filesystem::exists(
      results::OutputFolder{folder.path()}.failure(testing::graph_from("method = 'ERM'").stages[0].id)));
}

/// A stage that never ends unless it is stopped; `victim` gets the signals once it runs.
RunFn endless(int victim = -1, const std::vector<int>& signals = {}) {
  return [victim, signals](const Stage&, StageContext& context) -> StageResult {
    for (const int signal : signals) {
      if (testing::session().rank() == victim) ::raise(signal);
    }
    while (!context.stop_requested()) context.progress({1, 10, 0, 0, 0, 0});
    return {study::StageOutcome::interrupted, "stopped", ExitCode::interrupted, 0};
  };
}

TEST(Sweep, StopsAllRanksWhereOneIsSignalledAndResumes) {
  for (int victim = 0; victim < testing::session().size(); ++victim) {
    const SharedFolder folder;
    const ExitCode stopped = sweep(grid, folder.path(), endless(victim, {SIGTERM}));
    const ExitCode resumed = sweep(grid, folder.path());
    if (!leads()) continue;
    EXPECT_EQ(stopped, ExitCode::interrupted);
    EXPECT_EQ(resumed, ExitCode::done);
  }
}

TEST(Sweep, TellsByTheFirstSignalWhetherItIsToBeRequeued) {
  for (int victim = 0; victim < testing::session().size(); ++victim) {
    const SharedFolder folder;
    const ExitCode wanted_back = sweep(grid, folder.path(), endless(victim, {SIGUSR1}));
    const ExitCode taken_away = sweep(grid, folder.path(), endless(victim, {SIGUSR1, SIGTERM}));
    const ExitCode ended = sweep(grid, folder.path(), endless(victim, {SIGINT, SIGUSR1}));
    const ExitCode hung_up = sweep(grid, folder.path(), endless(victim, {SIGHUP, SIGTERM, SIGHUP}));
    const ExitCode out_of_time = sweep(grid, folder.path(), endless(victim, {SIGXCPU, SIGXCPU}));
    const ExitCode warned = sweep(grid, folder.path(), endless(victim, {SIGUSR2}));
    if (!leads()) continue;
    EXPECT_EQ(hung_up, ExitCode::interrupted);
    EXPECT_EQ(out_of_time, ExitCode::requeue);
    EXPECT_EQ(warned, ExitCode::requeue);
    EXPECT_EQ(wanted_back, ExitCode::requeue);
    EXPECT_EQ(taken_away, ExitCode::requeue);
    EXPECT_EQ(ended, ExitCode::interrupted);
  }
}

TEST(Sweep, StopsByTheTimeLimitAndStartsNothingOnceItIsPast) {
  const SharedFolder folder;
  const auto now = std::chrono::steady_clock::now();
  const ExitCode stopped = sweep(grid, folder.path(), endless(), {now + std::chrono::milliseconds(200)});
  const ExitCode late = sweep(grid, folder.path(), testing::fake_runner({folder.path()}), {now});
  if (!leads()) return;
  EXPECT_EQ(stopped, ExitCode::requeue);
  EXPECT_EQ(late, ExitCode::requeue);
  EXPECT_EQ(testing::count_lines(folder.path(), "began"), 0);
}

TEST(Sweep, RunsEveryStageOnceWithSeveralSeatsARankAndStopsThemAll) {
  const SharedFolder folder;
  const ExitCode stopped = sweep(grid, folder.path(), endless(0, {SIGTERM}), {std::nullopt, false, 3});
  const ExitCode resumed =
      sweep(grid, folder.path(), testing::fake_runner({folder.path()}), {std::nullopt, false, 3});
  if (!leads()) return;
  EXPECT_EQ(stopped, ExitCode::interrupted);
  EXPECT_EQ(resumed, ExitCode::done);
  EXPECT_EQ(testing::count_lines(folder.path(), "began"), 15);
  EXPECT_EQ(testing::count_lines(folder.path(), "done"), 15);
}

TEST(Sweep, KeepsMemoryOfEachDeviceForAHeavyTrialThatComesLater) {
  const SharedFolder folder;
  testing::ExactDevice device;
  const RunFn trains = testing::fake_runner({folder.path()});
  const RunFn run = [&](const Stage& stage, StageContext& context) {
    device.run(stage, context);
    return trains(stage, context);
  };
  // The dearest start first: the heavy trials come when the light ones run.
  const std::string toml =
      "[[point]]\nlabel = 'light'\nmethod = 'ERM'\ntrain.epochs = 20\n[[point]]\nlabel = 'heavy'\nmethod = 'RS'\n"
      "[grid]\nseed = [0, 1, 2, 3, 4, 5, 6, 7]\n";
  const ExitCode code = sweep(toml, folder.path(), run, {std::nullopt, false, 4, &device});
  EXPECT_EQ(code, ExitCode::done);
  // Of several ranks, one may get too few trials to run two at once.
  if (testing::session().size() == 1) {
    EXPECT_GE(device.max_running(), 2);
  }
}

TEST(Sweep, IsDoneWhereNothingWasLeftToStop) {
  const SharedFolder folder;
  sweep("method = 'ERM'", folder.path());
  const ExitCode code = sweep("method = 'ERM'", folder.path(), testing::fake_runner({folder.path()}),
                              {std::chrono::steady_clock::now()});
  EXPECT_EQ(code, ExitCode::done);
}

TEST(Sweep, StopsAtTheFirstFailureWhereAskedTo) {
  const SharedFolder folder;
  const RunFn run = [](const Stage& stage, StageContext& context) -> StageResult {
    if (stage.label == "broken") throw data_error("thrown on purpose");
    while (!context.stop_requested()) context.progress({1, 10, 0, 0, 0, 0});
    return {study::StageOutcome::interrupted, "stopped", ExitCode::interrupted, 0};
  };
  // The dearest is handed out first: the broken one runs at any number of ranks.
  const std::string toml = "[grid]\nmethod = ['ERM']\nseed = [0, 1, 2, 3, 4]\n[[point]]\nlabel = 'broken'\n" +
                           std::string("method = 'RS'\nseed = 7\ntrain.epochs = 100\n");
  const ExitCode code = sweep(toml, folder.path(), run, {std::nullopt, true});
  EXPECT_EQ(code, leads() ? ExitCode::some_failed : ExitCode::done);
}

TEST(Sweep, StopsAtTheFirstFileThatCannotBeWrittenAndLosesNothing) {
  const SharedFolder folder;
  const std::string toml =
      "[grid]\nmethod = ['ERM']\nseed = [0, 1, 2, 3, 4]\n[[point]]\nlabel = 'first'\nmethod = 'RS'\nseed = 7\n"
      "train.epochs = 100\n";
  const auto full = [&](const Stage& stage, StageContext& context) -> StageResult {
    if (stage.label == "first") throw write_error(folder.path() / "x", "cannot be written", ENOSPC);
    while (!context.stop_requested()) context.progress({1, 10, 0, 0, 0, 0});
    return {study::StageOutcome::interrupted, "stopped", ExitCode::interrupted, 0};
  };
  if (leads()) {
    try {
      sweep(toml, folder.path(), full);
      ADD_FAILURE() << "did not stop";
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ExitCode::input_output);
      EXPECT_NE(std::string(error.what()).find((folder.path() / "x").string()), std::string::npos) << error.what();
    }
    for (const Stage& stage : testing::graph_from(toml).stages) {
      EXPECT_FALSE(std::filesystem::exists(results::OutputFolder{folder.path()}.failure(stage.id)));
    }
  } else {
    sweep(toml, folder.path(), full);
  }
  EXPECT_EQ(sweep(toml, folder.path()), ExitCode::done);
}

TEST(Sweep, CountsAResultThatMergingFindsDamagedAsFailedAndSetsItAside) {
  const SharedFolder folder;
  const study::StageGraph graph = testing::graph_from("method = 'ERM'\ntrain.epochs = 100");
  const results::OutputFolder out{folder.path()};
  const RunFn damaging = [&](const Stage& stage, StageContext&) -> StageResult {
    write_file(out.result(stage.id), "no HDF5");
    return {study::StageOutcome::done, "bACC 50.0 (last)", ExitCode::done, 0};
  };
  const ExitCode code = sweep("method = 'ERM'\ntrain.epochs = 100", folder.path(), damaging);
  if (!leads()) return;
  const std::filesystem::path result = out.result(graph.stages[0].id);
  EXPECT_EQ(code, ExitCode::some_failed);
  EXPECT_FALSE(std::filesystem::exists(result));
  EXPECT_EQ(read_file(result.string() + ".damaged"), "no HDF5");
}

TEST(Sweep, StopsAndSaysSoWhereItsOwnFilesCannotBeWritten) {
  const SharedFolder folder;
  const RunFn run = [&](const Stage& stage, StageContext& context) -> StageResult {
    if (stage.label == "broken") {
      write_file(folder.path() / "trials", "in the way of failure.json");
      throw internal_error("x");
    }
    while (!context.stop_requested()) {
    }
    return {study::StageOutcome::interrupted, "stopped", ExitCode::interrupted, 0};
  };
  const std::string toml = "[[point]]\nlabel = 'broken'\nmethod = 'RS'\n" +
                           std::string(testing::session().size() > 1 ? "[[point]]\nmethod = 'ERM'\n" : "");
  if (leads()) {
    EXPECT_THROW(sweep(toml, folder.path(), run), Error);
  } else {
    sweep(toml, folder.path(), run);
  }
}

}  // namespace
}  // namespace m2m::sweep
