#pragma once
// A training side that trains nothing: settings, plans and stages that sleep, fail, diverge or find no space as
// they are told.
#include <filesystem>
#include <set>
#include <string>
#include <vector>

#include "comm/messages/session.hpp"
#include "results/output_folder.hpp"
#include "settings/setting.hpp"
#include "study/plan.hpp"
#include "study/stage.hpp"

namespace m2m::testing {

std::vector<settings::Setting> fake_fields();

/// Defaults; train.defer_until is .8 of train.epochs. Refuses a deferral past the last epoch, ERM excepted.
Config fake_resolve(const Config& given);

/// M2m needs a g per data set, ratio and seed; m2m.* act in M2m alone. An epoch costs a second, M2m's two.
study::StageRequest fake_plan(const Config& resolved, const std::string& label);

/// Writes what a stage leaves: a trial's result.h5; else stage.json and the file that it names, state.safetensors.
void leave_artifact(const results::OutputFolder& out, const study::Stage& stage);

/// Runs a stage: sleeps fake.milliseconds an epoch, does what fake.does says, and leaves result.h5 or stage.json
/// behind. Adds a line to OUT/ran.log when a stage begins, and one when it is done.
/// group: with whom a stage is run, if with anybody: all agree where to stop, the first one writes.
study::RunFn fake_runner(const results::OutputFolder& out, const comm::Group* group = nullptr);

/// The lines of OUT/ran.log that begin with `word`.
int count_lines(const std::filesystem::path& out, const std::string& word);

/// The stages that ran.log's lines of that word speak of, one entry a line.
std::multiset<std::string> stages_in_log(const std::filesystem::path& out, const std::string& word);

/// The stages and trials that are done, by what lies in the folder. A process that is killed may have left the
/// result and not the line.
std::set<std::string> finished_in(const std::filesystem::path& out);

/// The processes that ran.log speaks of.
std::set<int> processes_in_log(const std::filesystem::path& out);

/// A study of these fields, from TOML.
study::Study study_from(const std::string& toml);
/// study, planned.
study::StageGraph graph_from(const std::string& toml);

}  // namespace m2m::testing
