// What a study needs of its machines, and the refusal of a job of which one machine does not have it.
#include "apps/machine_needs.hpp"

#include <fmt/format.h>

#include "core/machine.hpp"
#include "support/sweep_program.hpp"

namespace m2m::apps {
namespace {

using testing::count;
using testing::line_with;
using testing::Outcome;
using testing::says;
using testing::SweepProgram;

study::Stage stage_of(study::StageKind kind, const std::string& precision, int seed) {
  study::Stage stage;
  stage.kind = kind;
  stage.config = Config(Json{{"train.precision", precision}, {"train.device", "auto"}, {"seed", seed}});
  return stage;
}

TEST(MachineNeeds, AreEachSettingThatAMachineDecidesOnOnceThoseOfGLast) {
  study::StageGraph graph;
  using study::StageKind;
  for (const int seed : {1, 2}) {
    graph.stages.push_back(stage_of(StageKind::g, "tf32", seed));
    graph.stages.push_back(stage_of(StageKind::trial, "bf16", seed));
  }
  const std::vector<MachineNeed> needs = machine_needs(graph);
  ASSERT_EQ(needs.size(), 2);
  EXPECT_EQ(needs[0], (MachineNeed{Config(Json{{"train.precision", "bf16"}, {"train.device", "auto"}}), false}));
  EXPECT_EQ(needs[1], (MachineNeed{Config(Json{{"train.precision", "tf32"}, {"train.device", "auto"}}), true}));
  EXPECT_EQ(needs_from(Json::parse(needs_json(needs).dump())), needs);
}

TEST_F(SweepProgram, RefusesAJobOfWhichARankLacksItsGpu) {
  for (const char* without : {"0", "2"}) {
    const Outcome outcome = testing::run_command(
        fmt::format("FAKE_LOCAL_RANK_WITHOUT_GPU={} {}", without, command(3, "jobs/grid.toml")), folder());
    EXPECT_EQ(outcome.code, 2) << outcome.output;
    EXPECT_EQ(count(outcome.output, "m2m-sweep: "), 1) << "one sentence: " << outcome.output;
    EXPECT_TRUE(says(line_with(outcome.output, "m2m-sweep: "),
                     {"rank " + std::string(without), "host " + host_name(), "train.executor = 'fused'"}));
    EXPECT_EQ(testing::count_lines(out(), "began"), 0);
    EXPECT_EQ(std::filesystem::exists(out()), std::string(without) != "0") << "rank 0 looks before it writes";
  }
  EXPECT_EQ(sweep(3, "jobs/grid.toml").code, 0) << "the folder is left in order";
}

TEST_F(SweepProgram, AnswersOnAMachineThatCannotRunTheStudy) {
  const std::string without_gpu = "FAKE_LOCAL_RANK_WITHOUT_GPU=0 ";
  for (const char* asked : {"list jobs/grid.toml", "validate jobs/grid.toml", "simulate jobs/grid.toml --ranks 2",
                            "slurm jobs/grid.toml", "jobs/grid.toml --dry-run"}) {
    const Outcome outcome = testing::run_command(without_gpu + command(0, asked), folder());
    EXPECT_EQ(outcome.code, 0) << asked << ": " << outcome.output;
  }
  const Outcome dry = testing::run_command(without_gpu + command(0, "jobs/grid.toml --dry-run"), folder());
  EXPECT_TRUE(says(line_with(dry.output, "GPU"), {"train.executor = 'fused'"}));
  const Outcome run = testing::run_command(without_gpu + command(0, "jobs/grid.toml"), folder());
  EXPECT_EQ(run.code, 2);
  EXPECT_EQ(run.output, "m2m-sweep: train.executor = 'fused' needs a GPU\n");
}

}  // namespace
}  // namespace m2m::apps
