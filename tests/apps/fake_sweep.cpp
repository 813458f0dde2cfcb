// m2m-sweep with a training side that trains nothing: for tests of the program itself.
#include <cstdlib>
#include <string>

#include "apps/sweep_command.hpp"
#include "core/error.hpp"
#include "support/fake_training.hpp"

int main(int argc, char** argv) {
  m2m::apps::TrainingBackend training;
  training.settings = m2m::testing::fake_settings();
  training.resolve = m2m::testing::fake_resolve;
  training.planner = [](int) -> m2m::study::PlanFn { return m2m::testing::fake_plan; };
  training.runner = [](const m2m::apps::RunnerSettings& settings) -> m2m::apps::StageBackend {
    return {[settings, run = m2m::testing::fake_runner(settings.out, settings.group)](
                const m2m::study::Stage& stage, m2m::study::StageContext& context) {
      m2m::study::StageResult result = run(stage, context);
      if (settings.profile) result.details = {"profile on rank " + std::to_string(settings.rank)};
      return result;
    }};
  };
  training.check_machine = [](const m2m::apps::MachineNeed&, int local_rank) {
    const char* without_gpu = std::getenv("FAKE_LOCAL_RANK_WITHOUT_GPU");
    if (without_gpu != nullptr && std::to_string(local_rank) == without_gpu)
      throw m2m::usage_error("train.executor = 'fused' needs a GPU");
  };
  if (const char* build = std::getenv("FAKE_BUILD")) training.build = build;
  training.method_names = {"ERM", "RS", "DRS", "M2m"};
  training.describe_method = [](const std::string& name) { return name + ": a method.\n"; };
  return m2m::apps::sweep_main(argc, argv, training);
}
