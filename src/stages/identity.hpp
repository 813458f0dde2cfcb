#pragma once
// Identities of stages: the settings that act in a stage and the content that it reads. The id is their hash.
#include <optional>
#include <string>

#include "core/config.hpp"
#include "settings/resolve.hpp"
#include "train/loaded_data.hpp"

namespace m2m::stages {

/// Hashes of the data that a stage reads: files and chosen rows. Pure.
Json data_identity(const train::LoadedData& data);

/// Identity of a g. config: of settings::g_config; ranks: of a trial. Pure.
Json g_identity(const Config& config, const train::LoadedData& data, int ranks);

/// Epoch until which a trial may share a prefix with others: epochs on the data as they are, without class weights,
/// from an initialisation. Nothing if it has no such epochs. Pure.
std::optional<int> prefix_end(const Config& resolved);
/// Identity of the prefix: the settings that act before its last epoch. Methods with the same loss, head and mixing
/// share it. Pure.
Json prefix_identity(const Config& resolved, const train::LoadedData& data, int ranks);

/// What a trial reads besides its data.
struct TrialOrigins {
  Json g = nullptr;               // identity of the g that it translates against; null without one
  std::string start_sha256 = {};  // of the checkpoint that f starts from; empty without one
  std::string base = {};          // id of the base trial; empty without one
};

/// Identity of a trial. Pure.
Json trial_identity(const Config& resolved, const train::LoadedData& data, const TrialOrigins& origins, int ranks);

}  // namespace m2m::stages
