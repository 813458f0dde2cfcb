#include "settings/texts.hpp"

#include <fmt/format.h>

#include "settings/data_sets.hpp"
#include "settings/data_settings.hpp"
#include "settings/loss_settings.hpp"
#include "settings/recipe.hpp"
#include "settings/table.hpp"
#include "settings/train_settings.hpp"

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

/// Of a trial that says nothing of its imbalance: the field's.
Imbalance imbalance_of(const Config& config) {
  return find_value(config, &DataSettings::imbalance).value_or(Imbalance::longtail);
}

std::optional<double> ratio_of(const Config& config) {
  const Imbalance imbalance = imbalance_of(config);
  if (imbalance != Imbalance::longtail && imbalance != Imbalance::step) return std::nullopt;
  return find_value(config, &DataSettings::ratio);
}

}  // namespace

std::string setting_text(const Config& config, const std::string& name, const std::string& otherwise) {
  if (!config.has(name)) return otherwise;
  const Json& value = config.json().at(name);
  if (value.is_string()) return value.get<std::string>();
  return value.is_number_float() ? fmt::format("{}", value.get<double>()) : canonical_json(value);
}

std::string data_label(const Config& config) {
  std::string text = find_value(config, &DataSettings::set).value_or("");
  if (const auto ratio = ratio_of(config)) text += fmt::format(" rho={}", *ratio);
  return text;
}

int trained_epochs(const Config& config) {
  const bool is_second_stage =
      config.has(name_of(&Recipe::train)) && !has_value(config, &Recipe::train, Trainable::everything);
  const auto epochs = is_second_stage ? find_value(config, &SecondStageSettings::epochs)
                                      : find_value(config, &TrainSettings::epochs);
  return epochs.value_or(0);
}

std::string seeds_text(const Config& config) { return canonical_json(with_trait(config, &Traits::seed)); }

std::string data_title(const Config& config) {
  const Imbalance imbalance = imbalance_of(config);
  std::string title =
      set_title(find_value(config, &DataSettings::set).value_or("unnamed data"), imbalance == Imbalance::longtail);
  if (imbalance == Imbalance::none) title += " balanced";
  if (imbalance == Imbalance::step) title += " step";
  if (const auto ratio = ratio_of(config)) title += fmt::format(" rho={}", *ratio);
  const std::int64_t largest = find_value(config, &DataSettings::largest).value_or(0);
  if (imbalance != Imbalance::own && largest > 0) title += fmt::format(", N_1={}", largest);
  if (has_value(config, &DataSettings::subset, Subset::random)) title += ", random subset";
  if (has_value(config, &DataSettings::rounding, Rounding::truncated)) title += ", truncated counts";
  return title;
}

}  // namespace m2m::settings
