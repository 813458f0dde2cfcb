#pragma once
// Files that stages leave and others read: a trained g, a prefix, and a finished trial that others start from.
#include <filesystem>
#include <optional>

#include "checkpoints/checkpoint.hpp"
#include "checkpoints/trial_state.hpp"
#include "core/config.hpp"
#include "results/output_folder.hpp"
#include "results/record.hpp"
#include "study/stage.hpp"
#include "train/trial.hpp"

namespace m2m::stages {

/// Writes best.safetensors and last.safetensors (equal if there is no validation), then stage.json. stage.json
/// holds their checksums, epochs and accuracies, the mean and deviation by which `data` normalise pixels, and
/// `facts`; the stage exists once it does. Local. Throws Error (input_output).
void write_g(const std::filesystem::path& folder, const train::Trial& trial, const train::LoadedData& data,
             const Json& facts);

/// A g and what the record says of it.
struct LoadedG {
  checkpoints::Checkpoint checkpoint;
  Json facts;  // origin, epoch, accuracies and executor if known, SHA-256
};

/// Reads the g of a stage. selection: "best" or "last". Local. Throws Error (bad_data) if the file is not the one
/// that stage.json names.
LoadedG read_g(const std::filesystem::path& folder, const std::string& selection);

/// Reads a g that the user provides. Local. Throws Error (bad_data) if the file is damaged.
LoadedG read_external_g(const std::filesystem::path& file);

/// Writes state.safetensors, then stage.json with its checksum and `facts`; the prefix exists once stage.json does.
/// Local. Throws Error (input_output).
void write_prefix(const std::filesystem::path& folder, const checkpoints::TrialState& state, const Json& facts);

/// Reads the state of a trial after the epochs of a prefix. Local. Throws Error (bad_data) if the state is not the
/// one that stage.json names.
checkpoints::TrialState read_prefix(const std::filesystem::path& folder);

/// Reads the weights of a finished trial: last.safetensors or, if `best`, best.safetensors. Local. Throws Error
/// (bad_data or input_output) if they are damaged or missing.
checkpoints::Checkpoint read_base_weights(const results::OutputFolder& out, const std::string& id, bool best);

/// Damage of the weights of a finished trial; nothing if they load. Missing weights are not damage, because not
/// every trial that starts from this one reads them. Local. Throws Error (input_output) if a file cannot be read.
std::optional<results::Damage> damage_of_base(const study::Stage& trial, const results::OutputFolder& out);

/// Record of a post-hoc trial: the logits of its base, changed as recipe.post_hoc, post_hoc.tau and
/// post_hoc.temperature say.
///
/// If post_hoc.tau is not set, last and best each get the tau with the largest bACC on validation, the smallest on
/// a tie; if post_hoc.temperature is not set, each gets the temperature that fits validation best.
/// record.data["post_hoc"] holds the tau and how many were tried, or the temperature. Reads the base's result and,
/// for tau-normalisation, its head. Local, deterministic.
results::TrialRecord post_hoc_record(const Config& resolved, const results::OutputFolder& out,
                                     const std::string& base_id);

}  // namespace m2m::stages
