#pragma once
// A trained g on disk: written by its stage, read by the trials that translate against it.
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

/// Writes best.safetensors and last.safetensors (the same where nothing validates), then stage.json with their
/// checksums, epochs and accuracies, and by which mean and deviation `data`, which it was trained on, normalises
/// pixels: the stage exists once that file does. `facts` is added to it.
void write_g(const std::filesystem::path& folder, const train::Trial& trial, const train::LoadedData& data,
             const Json& facts);

/// A g, and what the record says of it.
struct LoadedG {
  checkpoints::Checkpoint checkpoint;
  Json facts;  // origin, epoch, accuracies where known, SHA-256
};

/// pick: "best" or "last". Throws Error (bad_data) where a file is not the one that stage.json names.
LoadedG read_g(const std::filesystem::path& folder, const std::string& selection);

/// A g that the user brings. Throws Error (bad_data) where the file is damaged.
LoadedG read_external_g(const std::filesystem::path& file);

// A prefix on disk: the state of a trial after the epochs that several have in common.

/// Writes state.safetensors, then stage.json with its checksum: the prefix exists once that file does. `facts` is
/// added to it. Throws Error (input_output).
void write_prefix(const std::filesystem::path& folder, const checkpoints::TrialState& state, const Json& facts);

/// Throws Error (bad_data) where the state is not the one that stage.json names.
checkpoints::TrialState read_prefix(const std::filesystem::path& folder);

// A finished trial that others begin from.

/// The weights that a finished trial ended with, last.safetensors; or those of its best validation,
/// best.safetensors. Throws Error (bad_data or input_output) where they are missing or damaged.
checkpoints::Checkpoint read_base_weights(const results::OutputFolder& out, const std::string& id, bool best);

/// What is wrong with the weights that a finished trial left; nothing where they load. Weights that are missing are
/// no damage: not every trial that begins from this one reads them. Local. Throws Error (input_output) where a file
/// cannot be read.
std::optional<results::Damage> damage_of_base(const study::Stage& trial, const results::OutputFolder& out);

/// The record of a post-hoc trial: its base's answers, changed as recipe.post_hoc and post_hoc.tau say.
///
/// last and best each get the tau with the largest bACC on validation, the smallest on a tie, unless one is given;
/// record.data["post_hoc"] tells which, and how many were tried. Reads the base's result and, for
/// tau-normalisation, its head. Local, deterministic.
results::TrialRecord post_hoc_record(const Config& resolved, const results::OutputFolder& out,
                                     const std::string& base_id);

}  // namespace m2m::stages
