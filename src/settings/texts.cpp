#include "settings/texts.hpp"

#include <fmt/format.h>

#include "settings/data_sets.hpp"
#include "settings/table.hpp"

namespace m2m::settings {
namespace {

std::string set_title(const std::string& set, bool is_long_tail) {
  const std::string cifar = "CIFAR-";
  for (const DataSetFacts& one : data_sets()) {
    if (set != one.name) continue;
    const std::string title = one.title;
    return is_long_tail && title.starts_with(cifar) ? "CIFAR-LT-" + title.substr(cifar.size()) : title;
  }
  return set;
}

bool has_word(const Config& config, const std::string& name, const std::string& word) {
  return config.has(name) && config.text(name) == word;
}

/// Of a trial that says nothing of its imbalance: the field's.
Imbalance imbalance_of(const Config& config) {
  return parse_word<Imbalance>(text_or(config, "data.imbalance", to_text(Imbalance::longtail)));
}

bool has_ratio(const Config& config) {
  const Imbalance imbalance = imbalance_of(config);
  return (imbalance == Imbalance::longtail || imbalance == Imbalance::step) && config.has("data.ratio");
}

}  // namespace

std::string text_or(const Config& config, const std::string& name, const std::string& otherwise) {
  return config.has(name) ? config.text(name) : otherwise;
}

std::string setting_text(const Config& config, const std::string& name, const std::string& otherwise) {
  if (!config.has(name)) return otherwise;
  const Json& value = config.json().at(name);
  if (value.is_string()) return value.get<std::string>();
  return value.is_number_float() ? fmt::format("{}", value.get<double>()) : canonical_json(value);
}

std::string data_label(const Config& config) {
  std::string text = text_or(config, "data.set", "");
  if (has_ratio(config)) text += fmt::format(" rho={}", setting_text(config, "data.ratio", ""));
  return text;
}

int trained_epochs(const Config& config) {
  const bool is_second_stage =
      config.has("recipe.train") && !has_word(config, "recipe.train", to_text(Trainable::everything));
  const char* name = is_second_stage ? "second.epochs" : "train.epochs";
  return config.has(name) ? static_cast<int>(config.integer(name)) : 0;
}

std::string seeds_text(const Config& config) { return canonical_json(with_trait(config, &Traits::seed)); }

std::string data_title(const Config& config) {
  const Imbalance imbalance = imbalance_of(config);
  std::string title = set_title(text_or(config, "data.set", "unnamed data"), imbalance == Imbalance::longtail);
  if (imbalance == Imbalance::none) title += " balanced";
  if (imbalance == Imbalance::step) title += " step";
  if (has_ratio(config)) title += fmt::format(" rho={}", config.number("data.ratio"));
  if (imbalance != Imbalance::own && config.has("data.largest") && config.integer("data.largest") > 0) {
    title += fmt::format(", N_1={}", config.integer("data.largest"));
  }
  if (has_word(config, "data.subset", to_text(Subset::random))) title += ", random subset";
  if (has_word(config, "data.rounding", to_text(Rounding::truncated))) title += ", truncated counts";
  return title;
}

}  // namespace m2m::settings
