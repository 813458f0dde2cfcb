#pragma once
// All settings, one table.
#include <span>
#include <string>

#include "core/config.hpp"
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

// Settings as text: the title and label of a trial's data, its epochs, its seeds, any one setting.

/// The data setting of a trial as the field names it: "CIFAR-LT-10 rho=100", "CIFAR-10 step rho=10", "digits
/// rho=20", "CIFAR-100 balanced", "reuters36" where a set comes imbalanced; what differs from the standard follows:
/// ", N_1=250", ", random subset", ", truncated counts".
std::string data_title(const Config& config);

/// The data of a stage in short, "cifar10 rho=100"; settings that it lacks are left out.
std::string data_label(const Config& config);

/// Epochs that a trial trains, of its second stage if it is one; 0 if it does not say.
int trained_epochs(const Config& config);

/// Every seed of a trial, "seed" and seeds.*, as canonical JSON.
std::string seeds_text(const Config& config);

/// Any setting as a text, "100" of 100.0, or `otherwise` where the trial has none of that name.
std::string setting_text(const Config& config, const std::string& name, const std::string& otherwise);

}  // namespace m2m::settings
