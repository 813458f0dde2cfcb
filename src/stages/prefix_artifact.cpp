#include "stages/prefix_artifact.hpp"

#include "core/files.hpp"
#include "results/stage_files.hpp"

namespace m2m::stages {

void write_prefix(const std::filesystem::path& folder, const checkpoints::TrialState& state, const Json& facts) {
  const auto file = folder / "state.safetensors";
  checkpoints::write_trial_state(file, state);
  Json stage = facts;
  stage["state"] = results::facts_of_file(file);
  write_file(folder / "stage.json", stage.dump(2) + "\n");
}

checkpoints::TrialState read_prefix(const std::filesystem::path& folder) {
  const Json facts = results::read_stage_facts(folder).value("state", Json::object());
  return checkpoints::read_trial_state(results::checked_file(folder, facts));
}

}  // namespace m2m::stages
