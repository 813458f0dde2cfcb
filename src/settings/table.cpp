#include "settings/table.hpp"

#include "settings/data_settings.hpp"
#include "settings/loss_settings.hpp"
#include "settings/m2m_settings.hpp"
#include "settings/recipe.hpp"
#include "settings/train_settings.hpp"

namespace m2m::settings {
namespace {

template <class Group>
void append(std::vector<Setting>& table) {
  for (const Row<Group>& row : rows<Group>()) table.push_back(row.setting());
}

}  // namespace

std::span<const Setting> all_settings() {
  static const std::vector<Setting> table = [] {
    std::vector<Setting> made;
    append<Recipe>(made);
    append<LossSettings>(made);
    append<MixSettings>(made);
    append<SecondStageSettings>(made);
    append<PostHocSettings>(made);
    append<M2mSettings>(made);
    append<Seeds>(made);
    append<TrainSettings>(made);
    append<RecordSettings>(made);
    append<DataSettings>(made);
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

bool acts(const Setting& setting, const Config& resolved) {
  if (setting.traits.acts_elsewhere || !holds(setting.acts_if, resolved)) return false;
  if (setting.acts != nullptr && !setting.acts(resolved)) return false;
  return setting.traits.acts_post_hoc || read<Recipe>(resolved).trains();
}

Json acting_settings(const Config& resolved, std::span<const Setting> table) {
  Json acting = Json::object();
  for (const Setting& setting : table) {
    if (setting.traits.provenance || !resolved.has(setting.name) || !acts(setting, resolved)) continue;
    const Json& value = resolved.json().at(setting.name);
    if (setting.traits.silent_at_default && value == setting.default_value) continue;
    acting[setting.name] = value;
  }
  return acting;
}

Json with_trait(const Config& config, bool Traits::*trait) {
  Json found = Json::object();
  for (const Setting& setting : all_settings()) {
    if (setting.traits.*trait && config.has(setting.name)) found[setting.name] = config.json().at(setting.name);
  }
  return found;
}

}  // namespace m2m::settings
