#include "sweep/wording.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cmath>
#include <map>
#include <set>

#include "settings/table.hpp"
#include "settings/texts.hpp"

namespace m2m::study {
namespace {

/// The data settings that are not the same in every stage of a kind: an oracle's g has other data than its trial.
std::map<StageKind, std::set<std::string>> varying_data_settings(const StageGraph& graph) {
  std::map<StageKind, std::set<std::string>> varying;
  std::map<StageKind, const Config*> first;
  for (const Stage& stage : graph.stages) {
    const Config& other = *first.emplace(stage.kind, &stage.config).first->second;
    for (const auto& [name, value] : stage.config.json().items()) {
      const bool differs = !other.has(name) || other.json().at(name) != value;
      if (settings::has_trait(name, &settings::Traits::data) && differs) varying[stage.kind].insert(name);
    }
  }
  return varying;
}

/// " seed=3", and " init=4" for a part of the seed that is another.
std::string seed_text(const Stage& stage) {
  const Config& config = stage.config;
  const bool is_g = stage.kind == StageKind::g && config.has("seeds.g");
  if (is_g) return " seed=" + value_text(config.json().at("seeds.g"));
  if (!config.has("seed")) return "";
  const Json& seed = config.json().at("seed");
  std::string text = " seed=" + value_text(seed);
  const Json seeds = settings::with_trait(config, &settings::Traits::seed);
  for (const auto& [name, value] : seeds.items()) {
    if (value != seed) text += fmt::format(" {}={}", name.substr(name.find('.') + 1), value_text(value));
  }
  return text;
}

}  // namespace

std::string short_id(const std::string& id) { return id.substr(0, 8); }

const char* kind_word(StageKind kind) { return kind == StageKind::trial ? "trial" : "stage"; }

std::vector<std::string> titles(const StageGraph& graph) {
  auto varying = varying_data_settings(graph);
  std::vector<std::string> made;
  for (const Stage& stage : graph.stages) {
    std::string title = stage.label;
    for (const std::string& name : varying[stage.kind]) {
      if (stage.config.has(name)) {
        title += fmt::format(" {}={}", name.substr(5), value_text(stage.config.json().at(name)));
      }
    }
    made.push_back(title + seed_text(stage));
  }
  return made;
}

std::string data_text(const Stage& stage) { return settings::data_label(stage.config) + seed_text(stage); }

}  // namespace m2m::study

namespace m2m {

std::string duration_text(double seconds) {
  const auto whole = static_cast<long long>(std::llround(seconds));
  if (whole < 100) return fmt::format("{} s", whole);
  const long long minutes = (whole + 30) / 60;
  if (minutes < 60) return fmt::format("{} min", minutes);
  if (minutes < 48 * 60) return fmt::format("{} h {} min", minutes / 60, minutes % 60);
  return fmt::format("{} d {} h", minutes / 1440, minutes % 1440 / 60);
}

std::string value_text(const Json& value) {
  if (value.is_string()) return value.get<std::string>();
  if (value.is_number_float()) return fmt::format("{}", value.get<double>());
  if (!value.is_array()) return value.dump();
  std::vector<std::string> items;
  for (const Json& item : value) items.push_back(value_text(item));
  return fmt::format("{}", fmt::join(items, "/"));
}

std::string grouped(double whole_number) {
  const std::string digits = fmt::format("{:.0f}", whole_number);
  std::string text;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    if (i > 0 && (digits.size() - i) % 3 == 0) text += ',';
    text += digits[i];
  }
  return text;
}

std::string counted(int number, const std::string& singular) {
  return fmt::format("{} {}{}", grouped(number), singular, number == 1 ? "" : "s");
}

std::string cut_to(const std::string& text, std::size_t columns) {
  if (text.size() <= columns) return text;
  std::size_t end = columns;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  return text.substr(0, end);
}

}  // namespace m2m
