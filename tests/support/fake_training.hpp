#pragma once
// Training functions that train nothing: settings, plans, and stages that sleep, fail, diverge or cannot write, as
// the setting fake.does requests.
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

std::vector<settings::Setting> fake_settings();

/// Fills in defaults; train.defer_until is 0.8 of train.epochs. Throws Error (usage) if it is not before the last
/// epoch, except for ERM.
Config fake_resolve(const Config& given);

/// Plans a point. M2m needs a g for each data set, ratio and seed; m2m.* act only in M2m. An epoch costs a second,
/// two for M2m.
study::StageRequest fake_plan(const Config& resolved, const std::string& label);

/// Writes the artifact of a stage: result.h5 of a trial, or else stage.json and the file that it names,
/// state.safetensors.
void leave_artifact(const results::OutputFolder& out, const study::Stage& stage);

/// Makes a function that runs a stage: sleeps fake.milliseconds per epoch, acts as fake.does requests, and writes
/// result.h5 or stage.json. It adds a line to OUT/ran.log at the start and at the end of a stage. group: ranks that
/// run a stage together, or null; they agree on the epoch to stop at, and the first one writes.
study::RunFn fake_runner(const results::OutputFolder& out, const comm::Group* group = nullptr);

/// Number of lines of OUT/ran.log that begin with `word`.
int count_lines(const std::filesystem::path& out, const std::string& word);

/// Stages in the lines of ran.log that begin with `word`, one entry per line.
std::multiset<std::string> stages_in_log(const std::filesystem::path& out, const std::string& word);

/// Finished stages and trials, by the files in the folder: a killed process may have written the result and no
/// line.
std::set<std::string> finished_in(const std::filesystem::path& out);

/// Process ids in ran.log.
std::set<int> processes_in_log(const std::filesystem::path& out);

/// Parses a study from TOML, with the settings above.
study::Study study_from(const std::string& toml);
/// Plans the graph of a study from TOML.
study::StageGraph graph_from(const std::string& toml);

}  // namespace m2m::testing
