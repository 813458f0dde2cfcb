#include "bench/problem_class.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "core/error.hpp"
#include "settings/recipe.hpp"
#include "settings/resolve.hpp"
#include "settings/table.hpp"
#include "settings/train_settings.hpp"
#include "study/plan.hpp"
#include "study/study.hpp"

namespace m2m::bench {
namespace {

using settings::Seeds, settings::TrainSettings;

/// Bounds and targets: docs/benchmark_rules.md, "Windows".
const std::vector<ProblemClass>& classes() {
  static const std::vector<ProblemClass> all = {
      {"S",
       "bench_small",
       {{"ERM", 80.9, 87.9}, {"DRS", 79.5, 87.0}, {"M2m", 82.0, 88.8}},
       {{"M2m", "DRS"}},
       75,
       true,
       "46abec6b12486ad9e51943373abcf22bbea1b5a51a1619b361570d8893f1464a"},
      {"M",
       "bench_medium",
       {{"ERM", 12, 74.9}, {"RS", 12, 73.5}, {"DRS", 12, 76.2}, {"M2m", 12, 79.3}},
       {},
       35,
       false,
       ""},
      {"L",
       "bench_large",
       {{"ERM", 67.7, 74.9},
        {"RS", 69.4, 73.5},
        {"DRS", 73.3, 76.2},
        {"M2m", 75.1, 79.3},
        {"M2m, lambda=0", 73.3, 79.3}},
       {{"M2m", "DRS"}, {"M2m, lambda=0", "DRS"}},
       65,
       true,
       ""},
  };
  return all;
}

/// A plan that reads no data: identity is what the settings alone determine.
study::StageRequest plan_by_settings(const Config& resolved, const std::string& label) {
  study::StageRequest request;
  request.label = label;
  request.config = resolved;
  request.identity = settings::acting_settings(resolved);
  return request;
}

}  // namespace

const ProblemClass& find_class(const std::string& name) {
  for (const ProblemClass& problem : classes()) {
    if (problem.name == name) return problem;
  }
  throw usage_error(
      fmt::format("there is no problem class '{}'; the classes are {}", name, fmt::join(class_names(), ", ")));
}

std::vector<std::string> class_names() {
  std::vector<std::string> names;
  for (const ProblemClass& problem : classes()) names.push_back(problem.name);
  return names;
}

std::vector<ExpectedTrial> expected_trials(const ProblemClass& problem, const std::string& precision) {
  const auto rows = settings::all_settings();
  study::Study study = study::parse_study(std::string(job_text(problem)), problem.study + ".toml", rows);
  study::apply_override(study, fmt::format("{}={}", settings::name_of(&TrainSettings::precision), precision), rows);
  std::vector<ExpectedTrial> trials;
  for (const study::Stage& stage : study::plan_study(study, rows, settings::resolve, plan_by_settings).stages) {
    const bool translates = settings::read<settings::Recipe>(stage.config).translates();
    const Json acting_g = translates ? settings::acting_settings_of_g(settings::g_config(stage.config)) : Json();
    trials.push_back(
        {stage.label, settings::value_of(stage.config, &Seeds::seed), stage.identity, acting_g, stage.config});
  }
  return trials;
}

}  // namespace m2m::bench
