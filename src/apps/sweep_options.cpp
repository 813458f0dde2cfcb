#include "apps/sweep_options.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <charconv>
#include <set>

#include "apps/rank_groups.hpp"
#include "core/command_line.hpp"
#include "core/error.hpp"
#include "core/files.hpp"
#include "core/text.hpp"
#include "settings/setting.hpp"

namespace m2m::apps {

namespace fs = std::filesystem;

namespace {

bool is_setting(const std::string& word) { return word.find('=') != std::string::npos; }

/// Fault of the name of a folder; empty if there is none. Detects a missing name and an unset variable of a script.
std::string folder_fault(const std::string& name) {
  if (name.empty()) return "expected the name of a folder, found an empty text";
  if (!is_utf8(name)) return "the name is not UTF-8, and results cannot hold it";
  if (name.starts_with("-")) return fmt::format("'{}' is an option; a folder of that name is ./{}", name, name);
  return "";
}

/// A number of ranks from 1 to max_ranks, 0 for "auto", or nothing.
std::optional<int> ranks_or_auto(const std::string& text) {
  if (text == "auto") return 0;
  int number = 0;
  const auto [stopped, failed] = std::from_chars(text.data(), text.data() + text.size(), number);
  const bool is_number = failed == std::errc() && stopped == text.data() + text.size();
  return is_number && number >= 1 && number <= max_ranks ? std::optional(number) : std::nullopt;
}

void add_ranks_per_trial(CLI::App& verb, SweepArguments& arguments) {
  verb.add_option_function<std::string>(
          "--ranks-per-trial",
          [&arguments](const std::string& text) { arguments.ranks_per_trial = *ranks_or_auto(text); },
          "Ranks that train one trial together; auto: more than one if there are fewer trials than ranks")
      ->type_name("K|auto")
      ->check([](const std::string& text) {
        return ranks_or_auto(text) ? "" : fmt::format("'{}' is neither a number of ranks nor 'auto'", text);
      })
      ->default_str("1");
}

void add_trials_per_device(CLI::App& verb, SweepArguments& arguments) {
  verb.add_option(
          "--trials-per-device", arguments.trials_per_device,
          "Trials that a rank runs at once on its device, if memory allows; for small networks, which leave "
          "a GPU idle")
      ->type_name("K")
      ->check(CLI::Range(1, max_trials_per_device))
      ->capture_default_str();
}

}  // namespace

void add_study(CLI::App& verb, SweepArguments& arguments) {
  verb.validate_positionals();  // a word with '=' is a setting, in any position
  verb.add_option_function<std::string>(
          "JOB.toml", [&arguments](const std::string& file) { arguments.study = file; },
          "The study; jobs/ablation_cifar10.toml by default")
      ->type_name("")
      ->check([](const std::string& word) { return is_setting(word) ? "a setting" : ""; });
  verb.add_option("SETTINGS", arguments.settings, "Settings that replace those of the study: seed=0,1 method=ERM")
      ->type_name(setting_type)
      ->check([](const std::string& word) { return is_setting(word) ? "" : "not a setting"; });
}

void add_shared_ranks(CLI::App& verb, SweepArguments& arguments) {
  add_ranks_per_trial(verb, arguments);
  add_trials_per_device(verb, arguments);
}

void add_plan_options(CLI::App& verb, SweepArguments& arguments) {
  add_study(verb, arguments);
  verb.add_option("--out", arguments.out, "Output folder; results/NAME of the study by default")
      ->type_name("DIR")
      ->check(folder_fault);
  verb.add_option("--cache", arguments.cache, "Folder of the stages that trials share; OUT/cache by default")
      ->type_name("DIR")
      ->check(folder_fault);
  add_shared_ranks(verb, arguments);
}

void add_part(CLI::App& verb, SweepArguments& arguments) {
  verb.add_option_function<std::string>(
          "--part", [&arguments](const std::string& text) { arguments.part = study::parse_part(text); },
          "Only the I-th of K parts of the study, in its own output folder: DIR.I-of-K")
      ->type_name("I/K");
}

void add_run_options(CLI::App& verb, SweepArguments& arguments) {
  verb.add_option_function<std::string>(
          "--time-margin",
          [&arguments](const std::string& text) {
            arguments.time.margin = sweep::read_duration("--time-margin", text);
          },
          "Time between the stop and the limit; by default 60 s, or a tenth of the limit if that is shorter")
      ->type_name("SECONDS|H:MM:SS");
  verb.add_flag("--fail-fast", arguments.fail_fast, "Stop the sweep at the first trial that fails or diverges");
  verb.add_flag("--profile", arguments.profile,
                "Log for each stage where its time went, and write a trace (profile.json)");
}

void add_json(CLI::App& verb, SweepArguments& arguments) {
  verb.add_flag("--json", arguments.json, "Print JSON; times in seconds");
}

fs::path find_study(const std::optional<fs::path>& file) {
  fs::path study = file.value_or(fs::path("jobs") / "ablation_cifar10.toml");
  std::error_code ignored;
  if (fs::exists(study, ignored)) return study;
  fs::path shipped = study.parent_path() == "jobs" ? find_shipped(study) : fs::path();
  if (!shipped.empty()) return shipped;
  if (file) return study;  // its reader says that it is missing
  throw usage_error("no study given, and jobs/ablation_cifar10.toml does not exist here; name a study file");
}

namespace {

void check_given_once(const std::vector<std::string>& settings) {
  std::set<std::string> names;
  for (const std::string& setting : settings) {
    const std::string name = setting.substr(0, setting.find('='));
    if (names.insert(name).second) continue;
    throw usage_error(
        fmt::format("command line: {} is given twice; both values in one list are written {}=A,B", name, name));
  }
}

}  // namespace

study::Study read_given_study(const std::optional<std::filesystem::path>& file,
                              const std::vector<std::string>& settings,
                              const std::vector<settings::Setting>& fields) {
  study::Study study = study::read_study_file(find_study(file), fields);
  check_given_once(settings);
  for (const std::string& setting : settings) study::apply_override(study, setting, fields);
  return study;
}

}  // namespace m2m::apps
