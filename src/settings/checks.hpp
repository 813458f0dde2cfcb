#pragma once
// What contradicts what among the settings of a trial.
#include "core/config.hpp"

namespace m2m::settings {

/// Throws Error (usage), beginning with a setting's name, if two choices of a recipe contradict each other. Pure.
void check_recipe(const Config& resolved);

/// The same for all settings. Pure.
void check(const Config& resolved);

}  // namespace m2m::settings
