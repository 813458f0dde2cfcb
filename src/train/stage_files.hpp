#pragma once
// stage.json: says that a stage exists, what its files are and what their bytes hash to.
#include <filesystem>

#include "core/config.hpp"

namespace m2m {

/// FOLDER/stage.json. Throws Error: input_output where it cannot be read, bad_data where it is damaged.
Json read_stage_facts(const std::filesystem::path& folder);

/// What stage.json says of a file: its name and the SHA-256 of its bytes.
Json facts_of_file(const std::filesystem::path& file);

/// The file that `facts` (facts_of_file's) name, in FOLDER. Throws Error (bad_data) where its bytes are others.
std::filesystem::path checked_file(const std::filesystem::path& folder, const Json& facts);

}  // namespace m2m
