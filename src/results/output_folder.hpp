#pragma once
// Where things lie in a sweep's output folder.
#include <filesystem>
#include <optional>
#include <string>

#include "core/config.hpp"

namespace m2m::results {

struct OutputFolder {
  std::filesystem::path root;
  std::filesystem::path shared_cache = {};  // where stages lie; empty: in root/cache

  std::filesystem::path study() const { return root / "study.json"; }   // what was planned
  std::filesystem::path merged() const { return root / "results.h5"; }  // made from the trials; may be rebuilt
  std::filesystem::path trial(const std::string& id) const { return root / "trials" / id; }
  std::filesystem::path config(const std::string& id) const { return trial(id) / "config.json"; }
  std::filesystem::path journal(const std::string& id) const { return trial(id) / "journal.jsonl"; }
  std::filesystem::path result(const std::string& id) const { return trial(id) / "result.h5"; }
  std::filesystem::path failure(const std::string& id) const { return trial(id) / "failure.json"; }
  std::filesystem::path cache() const { return shared_cache.empty() ? root / "cache" : shared_cache; }
  std::filesystem::path stage(const std::string& id) const { return cache() / id; }  // a g, a prefix
  std::filesystem::path stage_done(const std::string& id) const { return stage(id) / "stage.json"; }
};

// Files that are there and cannot be used: found before anything relies on them, and moved out of the way.

struct Damage {
  std::filesystem::path file;
  std::filesystem::path marker;  // the file by which what it belongs to counts as done; may be `file` itself
  std::string why;               // "FILE: truncated (...)"
};

/// How closely to look.
enum class Look {
  quick,     // whether files are complete, for counts: 0.1 ms a result, a size for each file of a stage
  thorough,  // what is going to be read of them: a result's metrics, 1 to 2 ms for 100 classes; checksums of a
             // stage
};

/// Renames FILE to FILE.damaged, or to FILE.damaged-2 and so on if that is taken, so that it can be looked at and
/// another takes its place. Returns the new name; an empty path if there is no such file. Throws WriteError.
std::filesystem::path set_aside(const std::filesystem::path& file);

/// Sets aside both files of `damage`. Returns a sentence of that for the log. Throws WriteError.
std::string set_aside(const Damage& damage);

// stage.json: says that a stage exists, what its files are and what their bytes hash to.

/// FOLDER/stage.json. Throws Error: input_output where it cannot be read, bad_data where it is damaged.
Json read_stage_facts(const std::filesystem::path& folder);

/// What stage.json says of a file: its name, its size in bytes and the SHA-256 of these.
Json make_file_facts(const std::filesystem::path& file);

/// The file that `facts` (make_file_facts's) name, in FOLDER. Throws Error (bad_data) where its bytes are others.
std::filesystem::path checked_file(const std::filesystem::path& folder, const Json& facts);

/// What is wrong with the stage in FOLDER: its stage.json, or a file that this names and that has another size, or
/// looked at thoroughly, other bytes. Nothing if it can be used, or if there is no stage.json. Throws Error
/// (input_output) if a file is there and cannot be read.
std::optional<Damage> damage_of_stage(const std::filesystem::path& folder, Look look);

}  // namespace m2m::results
