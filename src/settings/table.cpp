#include "settings/table.hpp"

#include <fmt/format.h>

#include "settings/augment_settings.hpp"
#include "settings/data_settings.hpp"
#include "settings/loss_settings.hpp"
#include "settings/m2m_settings.hpp"
#include "settings/noise_settings.hpp"
#include "settings/recipe.hpp"
#include "settings/sharpness_settings.hpp"
#include "settings/train_settings.hpp"

namespace m2m::settings {
namespace {

template <class Group>
void append(std::vector<Setting>& table) {
  for (const Row<Group>& row : rows<Group>()) table.push_back(row.setting());
}

/// Keeps of a prefix's schedule by steps what happens before `until`: neither its length nor its later drops.
void keep_steps_before(Json& acting, const Config& resolved, int until) {
  std::vector<double> drops = value_of(resolved, &TrainSettings::lr_drops);
  std::erase_if(drops, [until](double drop) { return drop >= until; });
  acting.erase(name_of(&TrainSettings::epochs));
  acting.erase(name_of(&TrainSettings::lr_drops));
  if (drops.empty()) acting.erase(name_of(&TrainSettings::lr_drop_factor));
  if (!drops.empty()) acting[name_of(&TrainSettings::lr_drops)] = drops;
}

}  // namespace

std::span<const Setting> all_settings() {
  static const std::vector<Setting> table = [] {
    std::vector<Setting> made;
    append<Recipe>(made);
    append<LossSettings>(made);
    append<ExpertSettings>(made);
    append<MixSettings>(made);
    append<NoiseSettings>(made);
    append<SecondStageSettings>(made);
    append<PostHocSettings>(made);
    append<M2mSettings>(made);
    append<Seeds>(made);
    append<TrainSettings>(made);
    append<SharpnessSettings>(made);
    append<RecordSettings>(made);
    append<DataSettings>(made);
    append<AugmentSettings>(made);
    return made;
  }();
  return table;
}

const Setting& row_of(const std::string& name) {
  const Setting* found = find_setting(all_settings(), name);
  if (found == nullptr) throw internal_error("there is no setting " + name);
  return *found;
}

bool has_trait(const std::string& name, bool Traits::*trait) {
  const Setting* found = find_setting(all_settings(), name);
  return found != nullptr && found->traits.*trait;
}

namespace {

/// The value of a setting; null if `config` lacks it.
const Json* find_json(const Config& config, const std::string& name) {
  const auto found = config.json().find(name);
  return found == config.json().end() || found->is_null() ? nullptr : &*found;
}

/// acts(), with the answer to whether the recipe trains, which is the same for all settings of a trial.
bool acts(const Setting& setting, const Config& resolved, bool trains) {
  if (setting.traits.acts_elsewhere || !holds(setting.acts_if, resolved)) return false;
  if (setting.acts != nullptr && !setting.acts(resolved)) return false;
  return setting.traits.acts_post_hoc || trains;
}

}  // namespace

bool acts(const Setting& setting, const Config& resolved) {
  return acts(setting, resolved, read<Recipe>(resolved).trains());
}

Json acting_settings(const Config& resolved, std::span<const Setting> table) {
  const bool trains = read<Recipe>(resolved).trains();
  Json acting = Json::object();
  for (const Setting& setting : table) {
    if (setting.traits.provenance) continue;
    const Json* value = find_json(resolved, setting.name);
    if (value == nullptr || !acts(setting, resolved, trains)) continue;
    if (setting.traits.silent_at_default && *value == setting.default_value) continue;
    acting[setting.name] = *value;
  }
  return acting;
}

Json acting_settings_of_g(const Config& config) {
  Json acting = acting_settings(config);
  acting.erase(name_of(&Seeds::init));
  acting.erase(name_of(&Seeds::order));
  acting[name_of(&Seeds::g)] = value_of(config, &Seeds::g);
  return acting;
}

Json acting_settings_of_prefix(const Config& resolved, int until) {
  Json acting = acting_settings(prefix_config(resolved));
  acting.erase(name_of(&Recipe::method));
  // A cosine depends on the length of the schedule from its first epoch on.
  if (has_value(resolved, &TrainSettings::schedule, RateSchedule::steps))
    keep_steps_before(acting, resolved, until);
  return acting;
}

bool may_act(const Setting& setting, const Config& config) {
  if (config.has(setting.acts_if.setting) && !holds(setting.acts_if, config)) return false;
  return setting.acts == nullptr || setting.acts(config);
}

Json changed_later_settings(const Config& config) {
  Json changed = Json::object();
  for (const Setting& setting : all_settings()) {
    if (!setting.traits.silent_at_default || !config.has(setting.name)) continue;
    if (!may_act(setting, config)) continue;
    const Json& value = config.json().at(setting.name);
    if (value != setting.default_value) changed[setting.name] = value;
  }
  return changed;
}

Json with_trait(const Config& config, bool Traits::*trait) {
  Json found = Json::object();
  for (const Setting& setting : all_settings()) {
    if (!(setting.traits.*trait)) continue;
    if (const Json* value = find_json(config, setting.name)) found[setting.name] = *value;
  }
  return found;
}

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

/// The imbalance of a trial; a long tail if `config` lacks it.
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
