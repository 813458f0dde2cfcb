// Titles of stages for logs and tables.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cmath>
#include <map>
#include <set>

#include "core/text.hpp"
#include "settings/table.hpp"
#include "settings/train_settings.hpp"
#include "study/graph.hpp"

namespace m2m::study {
namespace {

/// Data settings that differ among the stages of one kind. Kinds are separate, because an oracle's g has other data
/// than its trial.
std::map<StageKind, std::set<std::string>> varying_data_settings(const StageGraph& graph) {
  std::map<StageKind, std::set<std::string>> varying;
  std::map<StageKind, const Config*> first;
  for (const Stage& stage : graph.stages) {
    const Config& other = *first.emplace(stage.kind, &stage.config).first->second;
    const Json of_data = settings::with_trait(stage.config, &settings::Traits::data);
    for (const auto& [name, value] : of_data.items()) {
      if (!other.has(name) || other.json().at(name) != value) varying[stage.kind].insert(name);
    }
  }
  return varying;
}

/// "ratio" of "data.ratio"
std::string short_name(const std::string& setting) { return setting.substr(setting.find('.') + 1); }

/// Text of the seeds: " seed=3", and " init=4" for each further seed with another value.
std::string seed_text(const Stage& stage) {
  const Config& config = stage.config;
  const auto of_g = settings::find_value(config, &settings::Seeds::g);
  if (stage.kind == StageKind::g && of_g) return fmt::format(" seed={}", *of_g);
  const auto seed = settings::find_value(config, &settings::Seeds::seed);
  if (!seed) return "";
  std::string text = fmt::format(" seed={}", *seed);
  const Json seeds = settings::with_trait(config, &settings::Traits::seed);
  for (const auto& [name, value] : seeds.items()) {
    if (value != *seed) text += fmt::format(" {}={}", short_name(name), value_text(value));
  }
  return text;
}

}  // namespace

std::string short_id(const std::string& id) { return id.substr(0, 8); }

const char* to_text(StageKind kind) {
  switch (kind) {
    case StageKind::g:
      return "g";
    case StageKind::prefix:
      return "prefix";
    case StageKind::trial:
      return "trial";
  }
  return "";
}

const char* trial_or_stage(StageKind kind) { return kind == StageKind::trial ? "trial" : "stage"; }

std::vector<std::string> titles(const StageGraph& graph) {
  auto varying = varying_data_settings(graph);
  std::vector<std::string> made;
  for (const Stage& stage : graph.stages) {
    std::string title = stage.label;
    for (const std::string& name : varying[stage.kind]) {
      if (stage.config.has(name)) {
        title += fmt::format(" {}={}", short_name(name), value_text(stage.config.json().at(name)));
      }
    }
    made.push_back(title + seed_text(stage));
  }
  return made;
}

std::string data_text(const Stage& stage) { return settings::data_label(stage.config) + seed_text(stage); }

}  // namespace m2m::study
