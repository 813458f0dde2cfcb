#include "sweep/progress.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "study/graph.hpp"
#include "support/counts.hpp"
#include "support/fake_training.hpp"
#include "support/said.hpp"
#include "support/temporary_folder.hpp"
#include "sweep/dry_run.hpp"
#include "sweep/progress_lines.hpp"

namespace m2m::sweep {

using study::StageGraph;
using study::StageOutcome;
using testing::line_with;
using testing::numbers_in;
using testing::others_go_on;
using testing::says;

namespace {

using Numbers = std::vector<double>;

const char* two_seeds = "[grid]\nmethod = ['ERM', 'M2m']\nseed = [3, 4]";

TEST(Wording, TellsStagesApartByWhatDiffers) {
  const StageGraph same_data = testing::graph_from(two_seeds);
  const auto names = study::titles(same_data);
  EXPECT_EQ(std::count(names.begin(), names.end(), "M2m seed=3"), 1);
  EXPECT_EQ(std::count(names.begin(), names.end(), "g seed=4"), 1);
  const auto with_ratio = study::titles(
      testing::graph_from("method = 'ERM'\nseed = 1\nseeds.init = 7\n[grid]\ndata.ratio = [10, 100]"));
  EXPECT_EQ(with_ratio, (std::vector<std::string>{"ERM ratio=10 seed=1 init=7", "ERM ratio=100 seed=1 init=7"}));
}

TEST(Wording, NamesTheDataOfATrialOnlyWhereTrialsDifferInThem) {
  StageGraph graph = testing::graph_from(two_seeds);
  for (study::Stage& stage : graph.stages) {
    stage.config.set("data.imbalance", stage.kind == study::StageKind::g ? "none" : "longtail");
  }
  const auto names = study::titles(graph);
  EXPECT_EQ(std::count(names.begin(), names.end(), "M2m seed=3"), 1);
}

/// A view on a sweep of which something was written down.
struct Watched {
  explicit Watched(const std::string& toml, std::optional<TerminalSize> terminal = std::nullopt)
      : graph(testing::graph_from(toml)),
        scheduler(graph, std::vector<bool>(graph.stages.size(), false)),
        view(scheduler, {2, terminal, [this](const std::string& line) { lines.push_back(line); },
                         [this](const std::string& text) { screen += text; }, [this] { return now; }}) {}

  int start(int rank) {
    scheduler.add_free_slot(rank);
    const Assignment given = scheduler.assign(now).at(0);
    view.on_started(given.stage, "host a17");
    return given.stage;
  }
  void finish(int rank, const study::StageResult& result) {
    const int stage = scheduler.stage_of(rank);
    const auto blocked = scheduler.finish(rank, result, now);
    view.on_finished(stage);
    for (const int lost : blocked) view.on_blocked(lost);
  }

  double now = 0;
  StageGraph graph;
  Scheduler scheduler;
  std::vector<std::string> lines;
  std::string screen;
  ProgressView view;
};

std::string id_of(const Watched& watched, int stage) {
  return study::short_id(watched.graph.stages[static_cast<std::size_t>(stage)].id);
}

TEST(ProgressInALog, HasALinePerEventAndOnePerTrialAndMinute) {
  Watched watched("method = 'ERM'\nseed = 3");
  const std::string id = id_of(watched, watched.start(0));
  for (watched.now = 0; watched.now < 59; ++watched.now) watched.view.on_tick(watched.now);
  const std::string trial = "trial " + id + " ERM seed=3";
  ASSERT_EQ(watched.lines.size(), 1u);
  EXPECT_TRUE(says(watched.lines[0], {"start   " + trial, "rank 0", "host a17"}));
  watched.scheduler.report(0, {171, 200, 0.741, 0.31, 3900, 2.1});
  for (; watched.now < 125; ++watched.now) watched.view.on_tick(watched.now);
  ASSERT_EQ(watched.lines.size(), 3u);
  EXPECT_TRUE(says(watched.lines[1], {"running " + trial, "171/200", "bACC 74.1", "31 %", "3,900"}));
  watched.finish(0, {StageOutcome::done, "bACC 77.9 (last)", ExitCode::done, 81});
  EXPECT_TRUE(says(watched.lines[3], {"done    " + trial, "bACC 77.9 (last)", "81 s", "[1/1,", "left 0 s]"}));
  EXPECT_TRUE(watched.screen.empty());
}

TEST(ProgressInALog, SaysTheDetailsAfterTheEnd) {
  Watched watched("method = 'ERM'");
  watched.start(0);
  watched.finish(0, {StageOutcome::done, "fine", ExitCode::done, 1, {"a table", "of two lines"}});
  ASSERT_EQ(watched.lines.size(), 4u);
  EXPECT_EQ(watched.lines[1].substr(0, 4), "done");
  EXPECT_EQ(watched.lines[2], "a table");
  EXPECT_EQ(watched.lines[3], "of two lines");
}

TEST(ProgressInALog, NamesFailuresAndWhatTheyBlock) {
  Watched watched("method = 'M2m'\nseed = 3");
  const int g = watched.start(0);
  watched.finish(0, {StageOutcome::diverged, "nan at epoch 3", ExitCode::done, 1});
  ASSERT_EQ(watched.lines.size(), 3u);
  const std::string id = watched.graph.stages[static_cast<std::size_t>(g)].id;
  EXPECT_TRUE(says(watched.lines[1],
                   {"failed  stage " + id_of(watched, g), "nan at epoch 3", "cache/" + id, others_go_on}));
  EXPECT_TRUE(says(watched.lines[2], {"skipped trial", "g " + id_of(watched, g)}));
}

TEST(ProgressInALog, SaysWhyItStopsAndThatTheRestDoesNotGoOn) {
  Watched watched("method = 'ERM'");
  watched.start(0);
  watched.scheduler.stop();
  watched.view.on_stopping(StopReason::requeue);
  watched.finish(0, {StageOutcome::failed, "thrown", ExitCode::bad_data, 1});
  ASSERT_EQ(watched.lines.size(), 3u);
  EXPECT_EQ(watched.lines[1], stopping_line(StopReason::requeue));
  EXPECT_TRUE(says(watched.lines[2], {"failed  trial", "thrown"}));
  EXPECT_FALSE(says(watched.lines[2], {others_go_on}));
}

TEST(ProgressInALog, SaysWhichFileCouldNotBeWrittenAndThatTheRestDoesNotGoOn) {
  Watched watched("method = 'ERM'\nseed = 3");
  const std::string id = id_of(watched, watched.start(0));
  watched.scheduler.stop();
  watched.finish(0, {StageOutcome::unsaved, "result.h5: no space", ExitCode::input_output, 1});
  EXPECT_TRUE(says(watched.lines.back(), {"stopped trial " + id + " ERM seed=3", "result.h5: no space"}));
  EXPECT_EQ(watched.scheduler.count(StageState::interrupted), 1);
}

TEST(ProgressInALog, NamesTheRankWhereItHasSeveralSeatsAndCountsThese) {
  Watched watched(two_seeds);
  const int stage = watched.start(5);
  watched.now = 10;
  const SweepView view{watched.scheduler, study::titles(watched.graph), 4, 2};
  EXPECT_TRUE(says(start_line(view, stage, "host a17"), {"rank 2", "host a17"}));
  EXPECT_EQ(live_line(view, stage, 5).substr(0, 9), " rank 2  ");
  EXPECT_TRUE(says(summary_line(view, 10), {"25.0 % busy"}));
  watched.view.on_log_line(2, "host a17", "memory is short");
  EXPECT_TRUE(says(watched.lines.back(), {"rank 2", "host a17", "memory is short"}));
}

TEST(ProgressInALog, LeavesOutWhatDoesNotApply) {
  Watched watched("method = 'ERM'");
  const int stage = watched.start(0);
  watched.scheduler.report(0, {1, 2, std::nan(""), std::nan(""), 0, 1});
  const SweepView view{watched.scheduler, study::titles(watched.graph), 1};
  EXPECT_EQ(running_line(view, stage).find("val"), std::string::npos);
  EXPECT_EQ(running_line(view, stage).find("kept"), std::string::npos);
  EXPECT_EQ(live_line(view, stage, 5).find("nan"), std::string::npos);
}

TEST(ProgressOnATerminal, RedrawsItsBlockInPlace) {
  Watched watched(two_seeds, TerminalSize{100, 24});
  watched.start(0);
  watched.start(1);
  watched.view.on_tick(0);
  EXPECT_EQ(std::count(watched.screen.begin(), watched.screen.end(), '\n'), 3);  // two ranks and the sum
  EXPECT_TRUE(says(watched.screen, {"0/4 done", "0 failed", "2 running", "not known"}));
  watched.screen.clear();
  watched.view.on_tick(0.1);
  EXPECT_TRUE(watched.screen.empty());  // not so often
  watched.view.on_tick(0.6);
  EXPECT_EQ(watched.screen.substr(0, 8), "\r\033[3A\033[J");
  watched.screen.clear();
  watched.finish(1, {StageOutcome::done, "fine", ExitCode::done, 1});  // a line of the log replaces the block
  EXPECT_EQ(watched.screen, "\r\033[3A\033[J");
}

TEST(LiveBlock, FitsTheTerminal) {
  std::string screen;
  LiveBlock block({20, 5}, [&](const std::string& text) { screen += text; });
  block.draw({std::string(50, 'x'), "2", "3", "4", "5", "6", "sum"});
  EXPECT_EQ(screen, std::string(19, 'x') + "\n2\n ... and 4 more\nsum\n");
  screen.clear();
  block.draw({"sum"});
  EXPECT_EQ(screen, "\r\033[4A\033[Jsum\n");
  screen.clear();
  block.erase();
  block.erase();
  EXPECT_EQ(screen, "\r\033[1A\033[J");
}

TEST(DryRun, SaysWhatIsThereWhatIsToDoAndWhatItCosts) {
  const testing::TemporaryFolder folder;
  const results::OutputFolder out{folder.path()};
  const StageGraph graph = testing::graph_from(two_seeds);
  const auto is_done = [&](const study::Stage& stage) { return stage.config.integer("seed") == 3; };
  for (const study::Stage& stage : graph.stages) {
    if (is_done(stage)) testing::leave_artifact(out, stage);
  }
  const std::string text = dry_run_text(graph, {"two_seeds", out, 2, "core"});
  EXPECT_EQ(text.substr(0, 11), "two_seeds: ");
  EXPECT_EQ(numbers_in(text.substr(0, text.find(" in "))), (Numbers{4, 2, 2, 1})) << text;
  // ERM 10 s, g 10 s and then M2m 20 s: 40 s of work in 30 s
  EXPECT_EQ(numbers_in(line_with(text, "core-minutes")), (Numbers{2, 1, 0.7, 2, 30, 66.7})) << text;
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 2 + 6);
  for (const study::Stage& stage : graph.stages) {
    const std::size_t at =
        text.find(std::string(study::trial_or_stage(stage.kind)) + " " + study::short_id(stage.id));
    ASSERT_NE(at, std::string::npos);
    const std::string line = text.substr(at, text.find('\n', at) - at);
    EXPECT_NE(line.find(is_done(stage) ? "done" : "to do"), std::string::npos) << line;
    for (const study::StageNeed& need : stage.needs) {
      EXPECT_NE(line.find("needs " + study::short_id(need.id)), std::string::npos) << line;
    }
  }
}

TEST(DryRun, CountsTheSeatsOfARank) {
  const testing::TemporaryFolder folder;
  const StageGraph graph = testing::graph_from("method = 'ERM'\n[grid]\nseed = [1, 2, 3, 4]");
  const std::string text = cost_text(graph, {"four", {folder.path()}, 1, "GPU", 2});
  EXPECT_EQ(numbers_in(line_with(text, "GPU-minutes")), (Numbers{4, 0, 0.7, 1, 2, 20, 100})) << text;
}

TEST(List, HasALinePerTrial) {
  const StageGraph graph = testing::graph_from(two_seeds);
  const std::string text = list_text(graph, {"no such folder"});
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 4);
  EXPECT_NE(text.find("  to do  M2m seed=4\n"), std::string::npos);
}

}  // namespace
}  // namespace m2m::sweep
