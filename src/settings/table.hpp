#pragma once
// All settings, one table.
#include <span>
#include <string>

#include "settings/setting.hpp"

namespace m2m::settings {

/// Every row, in the order in which `m2m-sweep describe` lists them.
std::span<const Setting> all_settings();

/// The row of that name. Throws Error (internal) if there is none.
const Setting& row_of(const std::string& name);

/// True if there is a setting of that name and its row has the trait.
bool has_trait(const std::string& name, bool Traits::*trait);

/// True if the setting decides anything in that trial: its conditions hold and it is no part of another stage's or
/// file's identity. Pure.
bool acts(const Setting& setting, const Config& resolved);

/// The settings that belong into the id of the trial they describe, by name: those that act, but provenance, and
/// but those that are silent at their default. table: of all settings. Pure.
Json acting_settings(const Config& resolved, std::span<const Setting> table = all_settings());

/// The same for a g: seeds.g stands for the seeds that f would use. config: g_config's. Pure.
Json acting_settings_of_g(const Config& config);

/// The same for the epochs that a trial shares with others before epoch `until`: what acts in these, whatever the
/// method and however long its schedule. Pure.
Json acting_settings_of_prefix(const Config& resolved, int until);

/// The values that `config` has of settings with a trait, by name. Pure.
Json with_trait(const Config& config, bool Traits::*trait);

}  // namespace m2m::settings
