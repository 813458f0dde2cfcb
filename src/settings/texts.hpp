#pragma once
// Settings as text: the title and label of a trial's data, its epochs, its seeds, any one setting.
#include <string>

#include "core/config.hpp"

namespace m2m::settings {

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
