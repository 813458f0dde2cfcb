#pragma once
// A training side that trains nothing: settings, plans and stages that sleep, fail, diverge or find no space as
// they are told.
#include <filesystem>
#include <set>
#include <string>
#include <vector>

#include "dist/messages/group.hpp"
#include "results/layout.hpp"
#include "settings/setting.hpp"
#include "sweep/plan.hpp"
#include "sweep/stage.hpp"

namespace m2m::fake {

std::vector<settings::Setting> fields();

/// Defaults; train.defer_until is .8 of train.epochs. Refuses a deferral past the last epoch, ERM excepted.
Config resolve(const Config& given);

/// M2m needs a g per data set, ratio and seed; m2m.* act in M2m alone. An epoch costs a second, M2m's two.
study::StageRequest plan(const Config& resolved, const std::string& label);

/// Writes what a stage leaves: a trial's result.h5; else stage.json and the file that it names, state.safetensors.
void leave_artifact(const results::OutputFolder& out, const study::Stage& stage);

/// Runs a stage: sleeps fake.milliseconds an epoch, does what fake.does says, and leaves result.h5 or stage.json
/// behind. Adds a line to OUT/ran.log when a stage begins, and one when it is done.
/// group: with whom a stage is run, if with anybody: all agree where to stop, the first one writes.
study::RunStage runner(const results::OutputFolder& out, const comm::MpiGroup* group = nullptr);

/// The lines of OUT/ran.log that begin with `word`.
int count_lines(const std::filesystem::path& out, const std::string& word);

/// The stages that ran.log's lines of that word speak of, one entry a line.
std::multiset<std::string> stages(const std::filesystem::path& out, const std::string& word);

/// The stages and trials that are done, by what lies in the folder. A process that is killed may have left the
/// result and not the line.
std::set<std::string> finished(const std::filesystem::path& out);

/// The processes that ran.log speaks of.
std::set<int> processes(const std::filesystem::path& out);

/// A study of these fields, from TOML.
study::Study study(const std::string& toml);
/// study, planned.
study::StageGraph graph(const std::string& toml);

/// A fresh folder that is removed in the end.
class Folder {
 public:
  Folder();
  ~Folder();
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

}  // namespace m2m::fake
