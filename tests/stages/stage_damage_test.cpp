// Stages whose files are damaged or cannot be written.
#include <gtest/gtest.h>

#include <fstream>

#include "core/error.hpp"
#include "core/files.hpp"
#include "results/journal.hpp"
#include "results/record_file.hpp"
#include "stages/artifacts.hpp"
#include "support/said.hpp"
#include "support/stage_runs.hpp"

namespace m2m::stages {

using study::StageGraph;
using study::StageOutcome;

namespace {
namespace fs = std::filesystem;

using testing::Context;
using testing::plan;
class StageDamage : public testing::StageRunnerTest {};

TEST_F(StageDamage, BeginsAgainWhereWhatItWouldResumeFromIsDamaged) {
  const StageGraph graph = plan({{{"method", "ERM"}}}, false);
  const study::Stage& trial = graph.stages.back();
  const fs::path file = out("a").trial(trial.id) / "resume.safetensors";
  for (const int part : {0, 1, 2}) {  // thirds that are left of it
    Context stopping(5);
    EXPECT_EQ(Runner(out("a"), Json::object())(trial, stopping).end, StageOutcome::interrupted);
    fs::resize_file(file, fs::file_size(file) * part / 3);
    Context context;
    EXPECT_EQ(Runner(out("a"), Json::object())(trial, context).end, StageOutcome::done);
    ASSERT_EQ(context.remarks.size(), 1U);
    EXPECT_NE(context.remarks[0].find("resume.safetensors.damaged"), std::string::npos) << context.remarks[0];
  }
  EXPECT_TRUE(fs::exists(file.string() + ".damaged-3"));
  run_all(graph, out("b"));
  EXPECT_EQ(weights(out("a"), trial), weights(out("b"), trial));
}

TEST_F(StageDamage, MakesAJournalWholeAgainFromWhatItResumes) {
  const StageGraph graph = plan({{{"method", "ERM"}}}, false);
  const study::Stage& trial = graph.stages.back();
  run_all(graph, out("whole"));
  for (const bool is_damaged : {true, false}) {
    const results::OutputFolder folder = out(is_damaged ? "damaged" : "gone");
    Context stopping(6);
    ASSERT_EQ(Runner(folder, Json::object())(trial, stopping).end, StageOutcome::interrupted);
    ASSERT_GE(results::read_journal(folder.journal(trial.id)).size(), 1U);
    fs::remove(folder.journal(trial.id));
    if (is_damaged) write_file(folder.journal(trial.id), std::string(4096, '\0') + "\n");
    Context context;
    EXPECT_EQ(Runner(folder, Json::object())(trial, context).end, StageOutcome::done);
    EXPECT_EQ(context.remarks.size(), is_damaged ? 1U : 0U);
    EXPECT_EQ(fs::exists(folder.journal(trial.id).string() + ".damaged"), is_damaged);
    const auto whole = results::read_journal(out("whole").journal(trial.id)),
               again = results::read_journal(folder.journal(trial.id));
    ASSERT_EQ(again.size(), whole.size());
    for (std::size_t i = 0; i < whole.size(); ++i) EXPECT_EQ(again[i].loss, whole[i].loss) << i;
  }
}

TEST_F(StageDamage, KeepsTheStateOfATrainedStageWhoseResultsCannotBeWritten) {
  const StageGraph graph = plan({{{"method", "ERM"}}, {{"method", "M2m"}}});
  run_all(graph, out("whole"));
  const results::OutputFolder folder = out("unwritable");
  for (const study::Stage& stage : graph.stages) {
    const bool is_trial = stage.kind == study::StageKind::trial;
    const fs::path result = is_trial ? folder.result(stage.id) : folder.stage_done(stage.id);
    if (is_trial) {  // of other stages it is taken for the sign that they are there
      fs::create_directories(result / "in the way");
      Context context;
      const study::StageResult ended = Runner(folder, Json::object())(stage, context);
      EXPECT_EQ(ended.end, StageOutcome::unsaved);
      EXPECT_EQ(ended.code, ExitCode::input_output);
      EXPECT_EQ(ended.summary.rfind(result.string() + ": ", 0), 0U) << ended.summary;
      EXPECT_TRUE(fs::exists(folder.trial(stage.id) / "resume.safetensors"));
      fs::remove_all(result);
    }
    Context context;
    EXPECT_EQ(Runner(folder, Json::object())(stage, context).end, StageOutcome::done);
    if (!is_trial) continue;
    EXPECT_EQ(context.last.epochs, 0) << "it trained again";
    EXPECT_EQ(weights(folder, stage), weights(out("whole"), stage));
    const results::TrialRecord a = results::read_trial(folder.result(stage.id)),
                               b = results::read_trial(out("whole").result(stage.id));
    EXPECT_EQ(a.last.test_logits, b.last.test_logits);
    EXPECT_EQ(a.last.validation, b.last.validation);
    EXPECT_EQ(a.last.epoch, b.last.epoch);
    EXPECT_EQ(a.best->test_logits, b.best->test_logits);
  }
}

TEST_F(StageDamage, StopsAtOnceWhereItsFolderCannotBeWritten) {
  const StageGraph graph = plan({{{"method", "ERM"}}, {{"method", "DRS"}}, {{"method", "LA-post-hoc"}}});
  const results::OutputFolder folder = out("a");
  run_all(graph, folder);
  for (const study::Stage& stage : graph.stages) {
    const fs::path own = stage.kind == study::StageKind::trial ? folder.trial(stage.id) : folder.stage(stage.id);
    fs::rename(own, own.string() + " aside");
    write_file(own, "in the way of the folder");
    Context context;
    EXPECT_EQ(Runner(folder, Json::object())(stage, context).end, StageOutcome::unsaved) << stage.label;
    EXPECT_EQ(context.last.epochs, 0);
    fs::remove(own);
    fs::rename(own.string() + " aside", own);
  }
}

TEST_F(StageDamage, FindsDamagedWeightsThatOthersBeginFrom) {
  const StageGraph graph = plan({{{"method", "ERM"}}}, false);
  const study::Stage& trial = graph.stages.back();
  run_all(graph, out("a"));
  EXPECT_FALSE(damage_of_base(trial, out("a")));
  for (const char* name : {"best.safetensors", "last.safetensors"}) {
    const fs::path file = out("a").trial(trial.id) / name;
    fs::resize_file(file, fs::file_size(file) - 1);
    const auto damage = damage_of_base(trial, out("a"));
    ASSERT_TRUE(damage) << name;
    EXPECT_EQ(damage->file, file);
    EXPECT_EQ(damage->marker, out("a").result(trial.id));
    fs::remove(file);  // what is missing is for those to say who read it
    EXPECT_FALSE(damage_of_base(trial, out("a")));
  }
}

TEST_F(StageDamage, RefusesAPrefixWhoseBytesAreNotThoseOfItsChecksum) {
  const StageGraph graph = plan({{{"method", "ERM"}}, {{"method", "DRS"}}});
  Runner runner(out("a"), Json::object());
  Context context;
  ASSERT_EQ(graph.stages.front().kind, study::StageKind::prefix);
  ASSERT_EQ(runner(graph.stages.front(), context).end, StageOutcome::done);
  const fs::path file = out("a").stage(graph.stages.front().id) / "state.safetensors";
  std::fstream(file, std::ios::in | std::ios::out | std::ios::binary).seekp(5000).put('x');
  const auto run = [&] { runner(graph.stages.back(), context); };
  EXPECT_TRUE(testing::says(testing::complaint(run, ExitCode::bad_data), {file.string()}));
}

}  // namespace
}  // namespace m2m::stages
