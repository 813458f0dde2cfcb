#pragma once
// The table of all settings, and texts made from settings.
#include <span>
#include <string>

#include "core/config.hpp"
#include "settings/setting.hpp"

namespace m2m::settings {

/// All settings, in the order in which `m2m-sweep describe` lists them.
std::span<const Setting> all_settings();

/// The setting of that name. Throws Error (internal) if there is none.
const Setting& row_of(const std::string& name);

/// True if there is a setting of that name with the trait.
bool has_trait(const std::string& name, bool Traits::*trait);

/// True if the setting acts in the trial: its conditions hold, and it is not part of the identity of another stage
/// or file. Pure.
bool acts(const Setting& setting, const Config& resolved);

/// The settings that are part of the id of a trial, by name: those that act, except provenance and settings that
/// are silent at their default. table: all settings. Pure.
Json acting_settings(const Config& resolved, std::span<const Setting> table = all_settings());

/// The settings that are part of the id of a g: seeds.g takes the place of the seeds of f. config: of g_config.
/// Pure.
Json acting_settings_of_g(const Config& config);

/// The settings that are part of the id of a prefix, which ends before epoch `until`: without the method and, if
/// the learning rate falls by steps, without the length of the schedule. Pure.
Json acting_settings_of_prefix(const Config& resolved, int until);

/// True unless a condition of the setting fails in a config of any version. A condition on a setting that the
/// config lacks does not fail. Pure.
bool may_act(const Setting& setting, const Config& config);

/// The settings that are silent at their default and have another value in `config`, by name; leaves out those that
/// do not act in it. config: of any version; it may lack settings. Pure.
Json changed_later_settings(const Config& config);

/// The settings of `config` that have a trait, by name. Pure.
Json with_trait(const Config& config, bool Traits::*trait);

/// The title of the data of a trial: "CIFAR-LT-10 rho=100", "CIFAR-10 step rho=10", "digits rho=20", "CIFAR-100
/// balanced", "Reuters-36" if the set is imbalanced as it comes. Appends what differs from the defaults: ",
/// N_1=250", ", random subset", ", truncated counts". Pure.
std::string data_title(const Config& config);

/// The short label of the data of a stage: "cifar10 rho=100"; leaves out settings that `config` lacks. Pure.
std::string data_label(const Config& config);

/// Number of epochs that a trial trains, or its second stage; 0 if `config` lacks the setting. Pure.
int trained_epochs(const Config& config);

/// All seeds of a trial, "seed" and seeds.*, as canonical JSON. Pure.
std::string seeds_text(const Config& config);

/// A setting as text, "100" for 100.0, or `otherwise` if `config` lacks it. Pure.
std::string setting_text(const Config& config, const std::string& name, const std::string& otherwise);

}  // namespace m2m::settings
