// m2m-sweep: runs studies.

#include <memory>
#include <utility>

#include "apps/sweep_command.hpp"
#include "nn/device.hpp"
#include "settings/recipe.hpp"
#include "settings/resolve.hpp"
#include "settings/table.hpp"
#include "stages/artifacts.hpp"
#include "stages/planner.hpp"
#include "stages/runner.hpp"
#include "train/machine_checks.hpp"

namespace {

m2m::apps::TrainingBackend training() {
  m2m::apps::TrainingBackend made;
  made.settings.assign(m2m::settings::all_settings().begin(), m2m::settings::all_settings().end());
  made.resolve = m2m::settings::resolve;
  made.planner = [](int ranks_per_trial) -> m2m::study::PlanFn {
    return [planner = std::make_shared<m2m::stages::Planner>(ranks_per_trial)](
               m2m::Config resolved, const std::string& label) { return (*planner)(std::move(resolved), label); };
  };
  made.runner = [](const m2m::apps::RunnerSettings& settings) -> m2m::apps::StageBackend {
    const m2m::stages::RunnerRanks ranks{settings.group, settings.local_rank, settings.rank,
                                         settings.trials_per_device};
    const m2m::stages::ProfileSettings profile{settings.profile, settings.rank};
    const auto runner = std::make_shared<m2m::stages::Runner>(
        settings.out, m2m::stages::environment(settings.ranks, settings.hosts), ranks, profile);
    return {[runner](const m2m::study::Stage& stage, m2m::study::StageContext& context) {
              return (*runner)(stage, context);
            },
            [runner] { return runner->memory(); }};
  };
  made.check_machine = [](const m2m::apps::MachineNeed& need, int local_rank) {
    m2m::train::checked_device(m2m::train::machine_settings(need.settings, need.is_g), local_rank);
  };
  made.find_damage = m2m::stages::damage_of_base;
  made.method_names = m2m::settings::method_names();
  made.describe_method = m2m::settings::describe_method;
  made.gpus = m2m::nn::gpu_count();
  return made;
}

}  // namespace

int main(int argc, char** argv) { return m2m::apps::sweep_main(argc, argv, training()); }
