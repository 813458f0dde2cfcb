#pragma once
// A finished trial that others begin from.
#include <optional>

#include "results/damage.hpp"
#include "results/layout.hpp"
#include "results/record.hpp"
#include "study/stage.hpp"
#include "checkpoints/checkpoint.hpp"

namespace m2m::stages {

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
