#include "stages/runner.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <thread>

#include "checkpoints/checkpoint.hpp"
#include "core/error.hpp"
#include "core/files.hpp"
#include "core/instruction_set.hpp"
#include "core/metrics.hpp"
#include "results/folder_lock.hpp"
#include "results/journal.hpp"
#include "results/record_file.hpp"
#include "settings/loss_settings.hpp"
#include "support/eventually.hpp"
#include "support/said.hpp"
#include "support/stage_runs.hpp"
#include "support/test_device.hpp"

namespace m2m::stages {

using results::OutputFolder;
using results::TrialRecord;
using study::Stage;
using study::StageGraph;
using study::StageKind;

namespace {
namespace fs = std::filesystem;

using testing::Context;
using testing::plan;
using testing::StageRunnerTest;

TEST_F(StageRunnerTest, GivesATrialThatUsedAPrefixTheSameBitsAsOneThatDidNot) {
  const std::vector<Json> points = {{{"method", "ERM"}}, {{"method", "DRS"}}, {{"method", "M2m"}}};
  const StageGraph shared = plan(points);
  EXPECT_EQ(study::count(shared, StageKind::prefix), 1);
  run_all(shared, out("shared"));
  for (const Json& point : points) {
    const StageGraph single = plan({point}, false);
    EXPECT_EQ(study::count(single, StageKind::prefix), 0);
    const OutputFolder own = out("single " + point.at("method").get<std::string>());
    run_all(single, own);
    const Stage& trial = single.stages.back();
    EXPECT_EQ(weights(own, trial), weights(out("shared"), trial)) << trial.label;
    const TrialRecord a = results::read_trial(own.result(trial.id)),
                      b = results::read_trial(out("shared").result(trial.id));
    EXPECT_EQ(a.last.test_logits, b.last.test_logits);
    ASSERT_EQ(a.epochs.size(), 6U);
    ASSERT_EQ(b.epochs.size(), 6U);
    for (std::size_t i = 0; i < a.epochs.size(); ++i) EXPECT_EQ(a.epochs[i].loss, b.epochs[i].loss) << i;
    EXPECT_EQ(a.best->epoch, b.best->epoch);
    EXPECT_EQ(a.best->test_logits, b.best->test_logits);
    EXPECT_EQ(results::read_journal(out("shared").journal(trial.id)).size(), 6U);
  }
}

TEST_F(StageRunnerTest, GoesOnWhereItWasStoppedWithTheSameBits) {
  const StageGraph graph = plan({{{"method", "M2m"}}}, false);
  run_all(graph, out("whole"));
  const Stage& trial = graph.stages.back();
  for (const int stop_at : {1, 2, 9, 25}) {
    const OutputFolder folder = out("stopped at " + std::to_string(stop_at));
    for (const Stage& stage : graph.stages) {
      Context stopping(stop_at);
      EXPECT_EQ(Runner(folder, Json::object())(stage, stopping).end, study::StageOutcome::interrupted);
      Context going_on;
      EXPECT_EQ(Runner(folder, Json::object())(stage, going_on).end, study::StageOutcome::done);
    }
    EXPECT_EQ(weights(folder, trial), weights(out("whole"), trial)) << stop_at;
    const TrialRecord a = results::read_trial(out("whole").result(trial.id)),
                      b = results::read_trial(folder.result(trial.id));
    EXPECT_EQ(a.last.test_logits, b.last.test_logits);
    for (std::size_t i = 0; i < a.epochs.size(); ++i) {
      EXPECT_EQ(a.epochs[i].loss, b.epochs[i].loss) << i;
      EXPECT_EQ(a.epochs[i].generation.cells, b.epochs[i].generation.cells) << i;
    }
    EXPECT_FALSE(fs::exists(folder.trial(trial.id) / "resume.safetensors"));
  }
}

TEST_F(StageRunnerTest, WaitsForAnotherSweepThatMakesTheSameStageAndTakesWhatThatMade) {
  const StageGraph graph = plan({{{"method", "ERM"}}, {{"method", "DRS"}}});
  const Stage& prefix = graph.stages.front();
  study::StageResult result;
  Context context;
  std::thread waiting;
  {
    const results::FolderLock other(out("a").stage(prefix.id));
    waiting = std::thread([&] { result = Runner(out("a"), Json::object())(prefix, context); });
    EXPECT_TRUE(testing::eventually([&] { return context.asked() > 0; })) << "it does not wait";
    write_file(out("a").stage_done(prefix.id), "{}\n");
  }
  waiting.join();
  EXPECT_EQ(result.end, study::StageOutcome::done);
  EXPECT_TRUE(testing::says(result.summary, {"another sweep"}));
}

TEST_F(StageRunnerTest, StopsWhileItWaitsForAnotherSweep) {
  const StageGraph graph = plan({{{"method", "ERM"}}, {{"method", "DRS"}}});
  const results::FolderLock other(out("a").stage(graph.stages.front().id));
  Context context(1);
  EXPECT_EQ(Runner(out("a"), Json::object())(graph.stages.front(), context).end, study::StageOutcome::interrupted);
}

TEST_F(StageRunnerTest, GivesTrialsThatRunAtOnceTheSameBitsAsOneAfterTheOther) {
  std::vector<Json> points;
  for (const int seed : {1, 2}) {
    for (const char* method : {"ERM", "M2m", "LDAM-DRW"}) points.push_back({{"method", method}, {"seed", seed}});
  }
  points.push_back({{"method", "ERM"}, {"data.ratio", 10}, {"train.executor", "graph"}});
  const StageGraph graph = plan(points, false);
  run_all(graph, out("alone"));
  RunnerRanks ranks;
  ranks.trials_per_device = 7;
  Runner runner(out("shared"), Json::object(), ranks);
  EXPECT_GT(runner.memory().free, 0);
  for (const StageKind kind : {StageKind::g, StageKind::prefix, StageKind::trial}) {  // what they need first
    std::vector<std::thread> threads;
    for (const Stage& stage : graph.stages) {
      if (stage.kind != kind) continue;
      threads.emplace_back([&runner, &stage] {
        Context context;
        EXPECT_EQ(runner(stage, context).end, study::StageOutcome::done) << stage.label;
      });
    }
    for (std::thread& thread : threads) thread.join();
  }
  EXPECT_GT(runner.memory().used, 0);
  for (const Stage& stage : graph.stages) {
    if (stage.kind != StageKind::trial) continue;
    EXPECT_EQ(weights(out("shared"), stage), weights(out("alone"), stage)) << stage.label;
    const TrialRecord a = results::read_trial(out("alone").result(stage.id)),
                      b = results::read_trial(out("shared").result(stage.id));
    EXPECT_EQ(a.last.test_logits, b.last.test_logits) << stage.label;
    EXPECT_FALSE(a.environment.contains("trials_per_device"));
    EXPECT_EQ(b.environment.at("trials_per_device"), 7);
  }
}

TEST_F(StageRunnerTest, RecordsWhatWasDecidedOnThisDevice) {
  const StageGraph graph =
      plan({{{"method", "ERM"}, {"train.executor", "auto"}, {"train.evaluation_batch", 0}}}, false);
  run_all(graph, out("a"));
  const TrialRecord trial = results::read_trial(out("a").result(graph.stages.back().id));
  const bool on_gpu = testing::test_device().is_cuda();
  EXPECT_EQ(trial.environment.at("executor"), on_gpu ? "graph" : "eager");
  EXPECT_EQ(trial.environment.at("evaluation_batch"), on_gpu ? 1000 : 500);
  EXPECT_EQ(trial.environment.contains("cudnn"), on_gpu);
  EXPECT_EQ(trial.config.at("train.executor"), "auto") << "a study's setting stays what it says";
  EXPECT_EQ(trial.config.at("train.evaluation_batch"), 0);
}

TEST_F(StageRunnerTest, RecordsTheInstructionSetThatATrialUsed) {
  const std::string best = to_text(best_instruction_set());
  for (const auto& [asked, used] : {std::pair{"auto", best}, {"plain", "plain"}, {"torch", "torch"}}) {
    const StageGraph graph = plan({{{"method", "ERM"}, {"train.kernels", asked}}}, false);
    const OutputFolder folder = out(asked);
    run_all(graph, folder);
    EXPECT_EQ(results::read_trial(folder.result(graph.stages.back().id)).environment.at("kernels"), used);
  }
}

TEST_F(StageRunnerTest, KeepsStagesInASharedCacheWhereItIsGivenOne) {
  const StageGraph graph = plan({{{"method", "ERM"}}, {{"method", "DRS"}}});
  OutputFolder folder = out("a");
  folder.shared_cache = root_ / "cache";
  run_all(graph, folder);
  EXPECT_TRUE(fs::exists(root_ / "cache" / graph.stages.front().id / "stage.json"));
  EXPECT_FALSE(fs::exists(root_ / "a" / "cache"));
}

TEST_F(StageRunnerTest, TranslatesAgainstAGThatHasExpertsWhereFHasNone) {
  const Json small = {{"train.network", "resnet8"}, {"train.epochs", 2}, {"train.defer_until", 1}};
  for (const Json& more : {Json{{"recipe.experts", "sade"}}, Json{{"m2m.g_method", "SADE"}}}) {
    Json point = small;
    point["method"] = "M2m";
    point.update(more);
    run_all(testing::plan({point}), out(more.begin().key()));
  }
}

TEST_F(StageRunnerTest, AdjustsTheMeanOfExperts) {
  run_all(testing::plan({{{"method", "LA-post-hoc"},
                          {"recipe.start", "SADE"},
                          {"train.network", "resnet8"},
                          {"train.epochs", 2}}}),
          out("adjusted"));
}

TEST(StagePlan, SharesAPrefixAmongTrialsThatPartOnlyAfterTheDeferral) {
  const auto prefixes = [](const std::vector<Json>& points) {
    return study::count(plan(points), StageKind::prefix);
  };
  const Json m2m = {{"method", "M2m"}};
  EXPECT_EQ(prefixes({m2m, {{"method", "M2m"}, {"m2m.lambda", 0.1}, {"seeds.plan", 7}}}), 1);
  EXPECT_EQ(prefixes({m2m, {{"method", "DRS"}, {"train.epochs", 9}}}), 1);  // the schedule's end comes later
  EXPECT_EQ(prefixes({m2m, {{"method", "DRS"}, {"train.defer_until", 3}}}), 2);
  EXPECT_EQ(prefixes({m2m, {{"method", "DRS"}, {"seed", 1}}}), 2);
  EXPECT_EQ(prefixes({m2m, {{"method", "DRS"}, {"train.lr", 0.05}}}), 2);
  EXPECT_EQ(prefixes({m2m, {{"method", "DRS"}, {"train.lr_drops", {2, 5}}}}), 2);
  EXPECT_EQ(prefixes({{{"method", "RS"}}}), 0);
}

/// The stage with that label.
const Stage& labelled(const StageGraph& graph, const std::string& label) {
  for (const Stage& stage : graph.stages) {
    if (stage.label == label) return stage;
  }
  throw std::out_of_range(label);
}

TEST_F(StageRunnerTest, LetsSecondStagesAndPostHocMethodsBeginFromOneTrial) {
  const StageGraph graph = plan(
      {{{"method", "tau-norm"}}, {{"method", "LA-post-hoc"}}, {{"method", "cRT"}}, {{"method", "ERM"}}}, false);
  EXPECT_EQ(study::count(graph, StageKind::trial), 4);
  const OutputFolder here = out("here");
  run_all(graph, here);
  const std::string base = labelled(graph, "ERM").id;
  const TrialRecord erm = results::read_trial(here.result(base));
  for (const char* method : {"tau-norm", "LA-post-hoc", "cRT"}) {
    const TrialRecord record = results::read_trial(here.result(labelled(graph, method).id));
    EXPECT_EQ(record.data.at("base"), base) << method;
    EXPECT_EQ(record.test_labels, erm.test_labels) << method;
  }
  const TrialRecord adjusted = results::read_trial(here.result(labelled(graph, "LA-post-hoc").id));
  EXPECT_TRUE(adjusted.epochs.empty());
  const Json& chosen = adjusted.data.at("post_hoc").at("last");
  EXPECT_EQ(chosen.at("tried"), 21);
  EXPECT_GE(balanced_accuracy(adjusted.last.validation), balanced_accuracy(erm.last.validation));
}

TEST_F(StageRunnerTest, GivesThePostHocTauThatWasAskedFor) {
  const StageGraph graph = plan({{{"method", "LA-post-hoc"}, {"post_hoc.tau", 0.0}}}, false);
  const OutputFolder here = out("here");
  run_all(graph, here);
  const TrialRecord erm = results::read_trial(here.result(labelled(graph, "ERM").id));
  const TrialRecord same = results::read_trial(here.result(labelled(graph, "LA-post-hoc").id));
  EXPECT_EQ(same.last.test, erm.last.test);
  EXPECT_EQ(same.best->test, erm.best->test);
  EXPECT_EQ(same.data.at("post_hoc").at("last").at("tried"), 1);
}

TEST_F(StageRunnerTest, ScalesTheTemperatureOfABaseTrialAndLeavesItsAnswers) {
  const StageGraph graph =
      plan({{{"method", "ERM-TS"}}, {{"method", "ERM-TS"}, {"post_hoc.temperature", 2.0}}}, false);
  EXPECT_EQ(study::count(graph, StageKind::trial), 3);
  const OutputFolder here = out("here");
  run_all(graph, here);
  const Stage& base = labelled(graph, "ERM");
  const TrialRecord erm = results::read_trial(here.result(base.id));
  const auto nll = [&](const results::Snapshot& snapshot) {
    return calibration_from_logits(snapshot.validation_logits, erm.validation_labels, snapshot.validation.classes)
        .nll;
  };
  for (const Stage& stage : graph.stages) {
    if (stage.id == base.id) continue;
    const TrialRecord scaled = results::read_trial(here.result(stage.id));
    const double last = scaled.data.at("post_hoc").at("last").at("temperature");
    const double best = scaled.data.at("post_hoc").at("best").at("temperature");
    EXPECT_EQ(scaled.last.test, erm.last.test);
    EXPECT_EQ(scaled.best->validation, erm.best->validation);
    EXPECT_NEAR(scaled.last.test_logits[3], erm.last.test_logits[3] / last, 0.02);
    EXPECT_NEAR(scaled.best->test_logits[3], erm.best->test_logits[3] / best, 0.02);
    if (settings::find_value(stage.config, &settings::PostHocSettings::temperature)) {
      EXPECT_EQ(last, 2);
    } else {
      EXPECT_NE(last, 1);
      EXPECT_LE(nll(scaled.last), nll(erm.last) + 1e-4);  // logits are stored with three digits
      EXPECT_LE(nll(*scaled.best), nll(*erm.best) + 1e-4);
    }
  }
}

TEST_F(StageRunnerTest, BalancesTheWeightsOfATrialThatAStudyMayAskForToo) {
  const StageGraph graph = plan({{{"method", "WB"}}, {{"method", "WD"}}, {{"method", "ERM"}}}, false);
  EXPECT_EQ(study::count(graph, StageKind::trial), 3);
  const Stage& balanced = labelled(graph, "WB");
  EXPECT_EQ(*balanced.need(StageKind::trial), labelled(graph, "WD").id);
}

TEST_F(StageRunnerTest, GoesOnWithMaxNormWhereItWasStopped) {
  const StageGraph graph = plan({{{"method", "WB"}, {"second.epochs", 2}}}, false);
  run_all(graph, out("whole"));
  const Stage& base = graph.stages.front();
  const Stage& balanced = graph.stages.back();
  for (const int stop_at : {1, 3, 9}) {
    const OutputFolder folder = out("stopped at " + std::to_string(stop_at));
    Context whole, stopping(stop_at), going_on;
    EXPECT_EQ(Runner(folder, Json::object())(base, whole).end, study::StageOutcome::done);
    EXPECT_EQ(Runner(folder, Json::object())(balanced, stopping).end, study::StageOutcome::interrupted);
    EXPECT_EQ(Runner(folder, Json::object())(balanced, going_on).end, study::StageOutcome::done);
    EXPECT_EQ(weights(folder, balanced), weights(out("whole"), balanced)) << stop_at;
  }
}

TEST_F(StageRunnerTest, TauNormalisesAsTheWeightsOnDiskSay) {
  const StageGraph graph = plan({{{"method", "tau-norm"}, {"post_hoc.tau", 1.0}}}, false);
  const OutputFolder here = out("here");
  run_all(graph, here);
  const Stage& base = labelled(graph, "ERM");
  const auto weights = checkpoints::load_checkpoint(here.trial(base.id) / "last.safetensors").network;
  const TrialRecord erm = results::read_trial(here.result(base.id));
  const TrialRecord normed = results::read_trial(here.result(labelled(graph, "tau-norm").id));
  const double length = weights.at("linear.weight")[3].norm().item<double>();
  const double bias = weights.at("linear.bias")[3].item<double>();
  EXPECT_NEAR(normed.last.test_logits[3], (erm.last.test_logits[3] - bias) / length, 0.01);
}

TEST_F(StageRunnerTest, TranslatesAgainstEachKindOfGThatAStudyAsksFor) {
  const StageGraph graph = plan({{{"method", "M2m"}},
                                 {{"method", "M2m"}, {"m2m.g_data", "balanced"}},
                                 {{"method", "M2m"}, {"m2m.g_stop", 3}},
                                 {{"method", "M2m"}, {"m2m.g_network", "resnet8"}},
                                 {{"method", "M2m"}, {"m2m.g_method", "DRS"}}});
  EXPECT_EQ(study::count(graph, StageKind::g), 5);
  run_all(graph, out("laboratory"));
  std::set<std::vector<float>> answers;
  for (const Stage& stage : graph.stages) {
    if (stage.kind != StageKind::trial) continue;
    answers.insert(results::read_trial(out("laboratory").result(stage.id)).last.test_logits);
  }
  EXPECT_EQ(answers.size(), 5U);
}

TEST_F(StageRunnerTest, RecordsWhatIsAskedForAndWhenAndWhereItRan) {
  const StageGraph graph = plan({{{"method", "M2m"}, {"record.features", 4}, {"record.samples", 6}}});
  run_all(graph, out("recorded"));
  const TrialRecord record = results::read_trial(out("recorded").result(graph.stages.back().id));
  ASSERT_TRUE(record.features && record.translations);
  std::size_t images = 0;
  for (const std::int64_t count : record.data.at("counts")) images += std::min<std::int64_t>(count, 4);
  EXPECT_EQ(record.features->labels.size(), images);
  EXPECT_EQ(record.translations->target.size(), 6U);
  EXPECT_EQ(record.started.size(), std::string("2026-01-31T12:00:00.123Z").size());
  EXPECT_EQ(record.rank, 0);
  EXPECT_EQ(graph.stages.back().id, plan({{{"method", "M2m"}}}).stages.back().id);
}

TEST(PlanRefusals, BeginFromTheNameOfTheField) {
  const auto refusal = [](const Json& given) {
    return testing::complaint([&] { plan({given}); }, ExitCode::usage);
  };
  EXPECT_TRUE(refusal({{"method", "cRT"}, {"recipe.start", "tau-norm"}}).starts_with("recipe.start = 'tau-norm'"));
  EXPECT_TRUE(refusal({{"method", "cRT"}, {"recipe.start", "nobody"}}).starts_with("recipe.start = 'nobody'"));
  EXPECT_TRUE(refusal({{"method", "tau-norm"}, {"recipe.start", "LDAM"}}).starts_with("recipe.start = 'LDAM'"));
  EXPECT_TRUE(refusal({{"method", "tau-norm"}, {"data.validation", "none"}}).starts_with("post_hoc.tau"));
  EXPECT_TRUE(refusal({{"method", "ERM-TS"}, {"data.validation", "none"}}).starts_with("post_hoc.temperature"));
  EXPECT_TRUE(refusal({{"method", "cRT"}, {"recipe.start", "LDAM"}}).starts_with("recipe.head = 'linear'"));
  EXPECT_TRUE(refusal({{"method", "cRT"}, {"recipe.head", "cosine"}}).starts_with("recipe.head = 'cosine'"));
  EXPECT_TRUE(refusal({{"method", "WB"}, {"recipe.start", "LDAM"}, {"recipe.head", "cosine"}})
                  .starts_with("second.max_norm = 0.1"));
}

}  // namespace
}  // namespace m2m::stages
