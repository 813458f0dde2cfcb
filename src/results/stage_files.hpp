#pragma once
// stage.json: says that a stage exists, what its files are and what their bytes hash to.
#include <filesystem>
#include <optional>

#include "core/config.hpp"
#include "results/damage.hpp"

namespace m2m::results {

/// FOLDER/stage.json. Throws Error: input_output where it cannot be read, bad_data where it is damaged.
Json read_stage_facts(const std::filesystem::path& folder);

/// What stage.json says of a file: its name, its size in bytes and the SHA-256 of these.
Json facts_of_file(const std::filesystem::path& file);

/// The file that `facts` (facts_of_file's) name, in FOLDER. Throws Error (bad_data) where its bytes are others.
std::filesystem::path checked_file(const std::filesystem::path& folder, const Json& facts);

/// What is wrong with the stage in FOLDER: its stage.json, or a file that this names and that has another size, or
/// looked at thoroughly, other bytes. Nothing if it can be used, or if there is no stage.json. Throws Error
/// (input_output) if a file is there and cannot be read.
std::optional<Damage> damage_of_stage(const std::filesystem::path& folder, Look look);

}  // namespace m2m::results
