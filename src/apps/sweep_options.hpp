#pragma once
// Options that several verbs of m2m-sweep share, each defined once.
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "apps/sweep_arguments.hpp"
#include "settings/setting.hpp"
#include "study/study.hpp"

namespace CLI {
class App;
}  // namespace CLI

namespace m2m::apps {

/// Largest number of ranks that an option accepts.
inline constexpr int max_ranks = 1'000'000;

/// Adds the study and its settings, in any order.
void add_study(CLI::App& verb, SweepArguments& arguments);

/// Adds --ranks-per-trial and --trials-per-device.
void add_shared_ranks(CLI::App& verb, SweepArguments& arguments);

/// Adds the options on which the stages and their existence depend: add_study, add_shared_ranks, --out and --cache.
void add_plan_options(CLI::App& verb, SweepArguments& arguments);

/// Adds --part.
void add_part(CLI::App& verb, SweepArguments& arguments);

/// Adds the options that a job script passes on to the run: --time-margin, --fail-fast, --profile.
void add_run_options(CLI::App& verb, SweepArguments& arguments);

/// Adds --json.
void add_json(CLI::App& verb, SweepArguments& arguments);

/// Path of the study: `file`, or jobs/ablation_cifar10.toml if it is empty. A study jobs/NAME that is not below the
/// working directory is looked for among those that come with the program. Throws Error (usage) if no file is given
/// and there is no default study.
std::filesystem::path find_study(const std::optional<std::filesystem::path>& file);

/// Reads the study that find_study finds, and applies `settings` ("key=value") in order.
/// Throws Error as read_study_file, find_study and apply_override do.
study::Study read_given_study(const std::optional<std::filesystem::path>& file,
                              const std::vector<std::string>& settings,
                              const std::vector<settings::Setting>& fields);

}  // namespace m2m::apps
