#include "train/g_artifact.hpp"

#include <fmt/format.h>

#include "core/error.hpp"
#include "core/files.hpp"
#include "core/hash.hpp"

namespace m2m {
namespace fs = std::filesystem;
namespace {

Json write_pick(const fs::path& file, const NetworkState& state, const Snapshot& snapshot) {
  Checkpoint checkpoint;
  checkpoint.network = state;
  checkpoint.epoch = snapshot.epoch;
  save_checkpoint(file, checkpoint);
  Json facts = {{"file", file.filename().string()}, {"sha256", sha256_of_file(file)}, {"epoch", snapshot.epoch}};
  if (snapshot.validation.classes > 0) facts["validation_bacc"] = balanced_accuracy(snapshot.validation);
  facts["test_bacc"] = balanced_accuracy(snapshot.test);
  return facts;
}

Json read_json(const fs::path& file) {
  Json json = Json::parse(read_file(file), nullptr, false);
  if (json.is_discarded())
    throw data_error(file.string() + ": not JSON: delete its folder to have the stage run again");
  return json;
}

}  // namespace

void write_g(const fs::path& folder, const Trial& trial, const Json& facts) {
  Json stage = facts;
  const NetworkState last = copy_state(trial.network());
  stage["last"] = write_pick(folder / "last.safetensors", last, trial.last());
  stage["best"] = trial.best() ? write_pick(folder / "best.safetensors", trial.best_state(), *trial.best())
                               : write_pick(folder / "best.safetensors", last, trial.last());
  write_file(folder / "stage.json", stage.dump(2) + "\n");
}

LoadedG read_g(const fs::path& folder, const std::string& pick) {
  const Json stage = read_json(folder / "stage.json");
  const Json facts = stage.value(pick, Json::object());
  const fs::path file = folder / facts.value("file", "");
  LoadedG g{load_checkpoint(file), facts};
  if (g.checkpoint.sha256 != facts.value("sha256", "")) {
    throw data_error(fmt::format("{}: its content is not what stage.json names: delete {} to have g trained again",
                                 file.string(), folder.string()));
  }
  g.facts["stage"] = folder.filename().string();
  return g;
}

LoadedG read_g_file(const fs::path& file) {
  LoadedG g{load_checkpoint(file), {}};
  g.facts = {{"file", file.filename().string()}, {"sha256", g.checkpoint.sha256}, {"epoch", g.checkpoint.epoch}};
  return g;
}

}  // namespace m2m
