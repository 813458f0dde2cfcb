#pragma once
// What determines a stage: the settings that act in it and the content it reads. Its id is the hash of this.
#include <string>

#include "core/config.hpp"
#include "methods/method.hpp"
#include "train/loaded_data.hpp"

namespace m2m {

/// The settings that act in training `method`, by name. Paths never do; the content they lead to does.
Json acting_settings(const Config& resolved, const Method& method);

/// Hashes of the data a stage reads: files and chosen rows.
Json data_identity(const LoadedData& data);

/// The settings of the g that a trial needs: ERM on the same data with the same schedule.
Config g_config(const Config& resolved);
/// Identity of that g. `config` is g_config's.
Json g_identity(const Config& config, const LoadedData& data);

/// Identity of a trial. g: identity of what it translates against, null without; start_sha256: of the checkpoint
/// that f begins from, empty without.
Json trial_identity(const Config& resolved, const LoadedData& data, const Json& g, const std::string& start_sha256);

}  // namespace m2m
