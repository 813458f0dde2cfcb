#pragma once
// Resolves settings: defaults, derived values, checks.
#include <string>

#include "core/config.hpp"

namespace m2m::settings {

/// Fills in every default and derived value, then checks all settings. Defaults are fixed or come from the method,
/// the data set or the protocol; epochs are fractions of train.epochs, seeds come from `seed`. Pure.
///
/// Throws Error (usage) if settings contradict each other; the sentence begins with the name of one to change.
Config resolve(const Config& given);

/// Fills in the defaults of the data set: data.imbalance, data.validation, train.network. Pure. Throws Error
/// (usage) if no data set has that name.
Config with_data_set(Config config);

/// Fills in recipe.* and the other settings of the method, unless `config` has them. Pure. Throws Error (usage) if
/// no method has that name.
Config with_recipe(Config config);

/// The settings of `config` for another method: its recipe replaces recipe.*. Other settings that only the old
/// method had set return to their defaults; those of the new method replace defaults. Pure.
Config with_method(Config config, const std::string& name);

/// The settings of the g that a trial needs: ERM on the same data and schedule, except for the m2m.g_* settings.
/// Pure.
Config g_config(const Config& resolved);

/// The text of `m2m-sweep describe METHOD`: the method, its source, its phases. Throws Error (usage) if no method
/// has that name.
std::string describe_method(const std::string& name);

/// Checks the recipe. Pure. Throws Error (usage), beginning with the name of a setting, if choices contradict each
/// other.
void check_recipe(const Config& resolved);

/// Checks the schedule, the optimiser, the width and the smoothing of labels of a trial that trains. Pure. Throws
/// Error (usage), beginning with the name of a setting, if choices contradict each other.
void check_training(const Config& resolved);
/// Checks that mixing and optimiser fit a loss with a term over the batch (LADE). Pure. Throws Error (usage),
/// beginning with the name of a setting.
void check_loss_over_batch(const Config& resolved);
/// Checks that experts fit the network, the loss and the stages of a trial. Throws Error (usage). Pure.
void check_experts(const Config& resolved);
/// Checks that images of noise are not combined with what needs the images that they replace. Throws Error (usage).
/// Pure.
void check_noise_images(const Config& resolved);

/// Checks all settings of a trial. Pure. Throws Error (usage), beginning with the name of a setting.
void check(const Config& resolved);

}  // namespace m2m::settings
