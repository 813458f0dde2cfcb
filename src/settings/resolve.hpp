#pragma once
// From the settings that are given to all settings of a trial.
#include <string>

#include "core/config.hpp"

namespace m2m::settings {

/// Fills in every default: fixed ones, those of the method, the data set and the protocol, epochs as fractions of
/// train.epochs, seeds from `seed`; then checks them.
///
/// Throws Error (usage) if settings contradict each other; the sentence begins with the name of one to change.
/// Pure.
Config resolve(const Config& given);

/// Fills in what the data set decides: data.imbalance, data.validation, train.network. Throws Error (usage) if no
/// data set has that name. Pure.
Config with_data_set(Config config);

/// Fills in recipe.* and whatever else the method sets, if `config` does not have it. Pure.
Config with_recipe(Config config);

/// The same settings for another method: its recipe replaces recipe.*. Of what else methods set, values of the old
/// one go, and those of the new one come where `config` has the default. Pure.
Config with_method(Config config, const std::string& name);

/// The settings of the g that a trial needs: ERM on the same data and schedule, except for the m2m.g_* settings.
Config g_config(const Config& resolved);

/// The text of `m2m-sweep describe METHOD`: what the method does, its source, its phases.
std::string describe_method(const std::string& name);

// What contradicts what among the settings of a trial.

/// Throws Error (usage), beginning with a setting's name, if two choices of a recipe contradict each other. Pure.
void check_recipe(const Config& resolved);

/// The same for all settings. Pure.
void check(const Config& resolved);

}  // namespace m2m::settings
