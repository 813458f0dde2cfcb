#include "stages/artifacts.hpp"

#include "core/files.hpp"
#include "results/output_folder.hpp"

namespace m2m::stages {
namespace fs = std::filesystem;
namespace {

Json write_selected(const fs::path& file, const checkpoints::NetworkState& state,
                    const results::Snapshot& snapshot) {
  checkpoints::Checkpoint checkpoint;
  checkpoint.network = state;
  checkpoint.epoch = snapshot.epoch;
  checkpoints::save_checkpoint(file, checkpoint);
  Json facts = results::make_file_facts(file);
  facts["epoch"] = snapshot.epoch;
  if (snapshot.validation.classes > 0) facts["validation_bacc"] = balanced_accuracy(snapshot.validation);
  facts["test_bacc"] = balanced_accuracy(snapshot.test);
  return facts;
}

}  // namespace

void write_g(const fs::path& folder, const train::Trial& trial, const train::LoadedData& data, const Json& facts) {
  Json stage = facts;
  stage["mean"] = data.mean;
  stage["std"] = data.std;
  const checkpoints::NetworkState last = train::copy_state(trial.network());
  stage["last"] = write_selected(folder / "last.safetensors", last, trial.last());
  stage["best"] = trial.best() ? write_selected(folder / "best.safetensors", trial.best_state(), *trial.best())
                               : write_selected(folder / "best.safetensors", last, trial.last());
  results::write_stage_facts(folder, stage);
}

LoadedG read_g(const fs::path& folder, const std::string& selection) {
  const Json stage = results::read_stage_facts(folder);
  const Json facts = stage.value(selection, Json::object());
  LoadedG g{checkpoints::load_checkpoint(results::checked_file(folder, facts)), facts};
  g.facts["stage"] = folder.filename().string();
  for (const char* name : {"mean", "std"}) {
    if (stage.contains(name)) g.facts[name] = stage.at(name);
  }
  const Json environment = stage.value("environment", Json::object());
  if (environment.contains("executor")) g.facts["executor"] = environment.at("executor");
  return g;
}

LoadedG read_external_g(const fs::path& file) {
  LoadedG g{checkpoints::load_checkpoint(file), {}};
  g.facts = {{"file", file.filename().string()}, {"sha256", g.checkpoint.sha256}, {"epoch", g.checkpoint.epoch}};
  return g;
}

void write_prefix(const std::filesystem::path& folder, const checkpoints::TrialState& state, const Json& facts) {
  const auto file = folder / "state.safetensors";
  checkpoints::write_trial_state(file, state);
  Json stage = facts;
  stage["state"] = results::make_file_facts(file);
  results::write_stage_facts(folder, stage);
}

checkpoints::TrialState read_prefix(const std::filesystem::path& folder) {
  const Json facts = results::read_stage_facts(folder).value("state", Json::object());
  return checkpoints::read_trial_state(results::checked_file(folder, facts));
}

}  // namespace m2m::stages
