#pragma once
// What determines a stage: the settings that act in it and the content it reads. Its id is the hash of this.
#include <optional>
#include <string>

#include "core/config.hpp"
#include "settings/resolve.hpp"
#include "train/loaded_data.hpp"

namespace m2m::stages {

/// Hashes of the data a stage reads: files and chosen rows.
Json data_identity(const train::LoadedData& data);

/// Identity of a g. `config` is settings::g_config's. ranks: of a trial.
Json g_identity(const Config& config, const train::LoadedData& data, int ranks);

/// The epoch until which a trial may share a prefix with others: on the data as they are, without class weights,
/// from an initialisation. Nothing where it has no such epochs.
std::optional<int> prefix_end(const Config& resolved);
/// Identity of that prefix: what acts before its last epoch. Methods of one loss, head and mixing share it.
Json prefix_identity(const Config& resolved, const train::LoadedData& data, int ranks);

/// What a trial reads beside its data.
struct TrialOrigins {
  Json g = nullptr;               // identity of what it translates against; null without
  std::string start_sha256 = {};  // of the checkpoint that f begins from; empty without
  std::string base = {};          // id of the trial that it begins from; empty without
};

/// Identity of a trial.
Json trial_identity(const Config& resolved, const train::LoadedData& data, const TrialOrigins& origins, int ranks);

}  // namespace m2m::stages
