// Stages that are resumed with other arithmetic than they began with.
#include "stages/arithmetic.hpp"

#include <gtest/gtest.h>

#include "checkpoints/trial_state.hpp"
#include "results/record_file.hpp"
#include "support/said.hpp"
#include "support/stage_runs.hpp"

namespace m2m::stages {

using study::Stage;
using study::StageGraph;
using study::StageKind;

namespace {
namespace fs = std::filesystem;

using testing::Context;
using testing::plan;

class StageArithmeticTest : public testing::StageRunnerTest {};

/// ERM on a CPU with these settings of arithmetic.
Stage with_arithmetic(const Json& settings) {
  Json point = {{"method", "ERM"}, {"train.device", "cpu"}};
  point.update(settings);
  return plan({point}, false).stages.back();
}

TEST_F(StageArithmeticTest, RecordsAllArithmeticOfATrialThatWasResumedWithAnother) {
  const Stage begun = with_arithmetic({{"train.kernels", "torch"}});
  const Stage other = with_arithmetic({{"train.kernels", "plain"}, {"train.deterministic", true}});
  ASSERT_EQ(begun.id, other.id);
  Runner runner(out("a"), Json::object());
  Context stopped(9), stopped_again(20), going_on;
  ASSERT_EQ(runner(begun, stopped).end, study::StageOutcome::interrupted);
  ASSERT_EQ(runner(other, stopped_again).end, study::StageOutcome::interrupted);
  ASSERT_EQ(runner(other, going_on).end, study::StageOutcome::done);
  EXPECT_EQ(stopped.remarks, std::vector<std::string>{});
  for (const Context* resumed : {&stopped_again, &going_on}) {
    ASSERT_EQ(resumed->remarks.size(), 1U);
    EXPECT_TRUE(testing::says(resumed->remarks.front(),
                              {begun.id, "kernels (torch, then plain)", "deterministic (false, then true)"}));
  }
  const Json environment = results::read_trial(out("a").result(begun.id)).environment;
  EXPECT_EQ(environment.at("kernels"), "torch, then plain");
  EXPECT_EQ(environment.at("deterministic"), "false, then true");
  EXPECT_EQ(environment.at("executor"), "eager");
}

TEST_F(StageArithmeticTest, ResumesAStateThatDoesNotSayItsArithmetic) {
  const Stage begun = with_arithmetic({{"train.kernels", "torch"}});
  const Stage other = with_arithmetic({{"train.kernels", "plain"}});
  Runner runner(out("a"), Json::object());
  Context stopped(9), going_on;
  ASSERT_EQ(runner(begun, stopped).end, study::StageOutcome::interrupted);
  const fs::path file = out("a").trial(begun.id) / "resume.safetensors";
  checkpoints::TrialState state = checkpoints::read_trial_state(file);
  ASSERT_FALSE(state.arithmetic.empty());
  state.arithmetic.clear();
  checkpoints::write_trial_state(file, state);
  ASSERT_EQ(runner(other, going_on).end, study::StageOutcome::done);
  EXPECT_EQ(going_on.remarks, std::vector<std::string>{});
  EXPECT_EQ(results::read_trial(out("a").result(begun.id)).environment.at("kernels"), "plain");
}

TEST_F(StageArithmeticTest, RecordsTheArithmeticOfAPrefixToo) {
  const std::vector<Json> points = {{{"method", "DRS"}, {"train.device", "cpu"}, {"train.kernels", "torch"}},
                                    {{"method", "DRW"}, {"train.device", "cpu"}, {"train.kernels", "plain"}}};
  const StageGraph graph = plan(points);
  ASSERT_EQ(study::count(graph, StageKind::prefix), 1);
  run_all(graph, out("a"));
  const auto kernels = [&](const Stage& trial) {
    return results::read_trial(out("a").result(trial.id)).environment.at("kernels");
  };
  for (const Stage& stage : graph.stages) {
    if (stage.kind == StageKind::prefix) {
      EXPECT_EQ(stage.config.text("train.kernels"), "torch");
    } else {
      EXPECT_EQ(kernels(stage), stage.label == "DRS" ? "torch" : "torch, then plain") << stage.label;
    }
  }
}

}  // namespace
}  // namespace m2m::stages
