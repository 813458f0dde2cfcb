#pragma once
// A trained g on disk: written by its stage, read by the trials that translate against it.
#include <filesystem>

#include "results/layout.hpp"
#include "checkpoints/checkpoint.hpp"
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
LoadedG read_g(const std::filesystem::path& folder, const std::string& pick);

/// A g that the user brings. Throws Error (bad_data) where the file is damaged.
LoadedG read_g_file(const std::filesystem::path& file);

}  // namespace m2m::stages
