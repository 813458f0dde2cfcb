#pragma once
// The layout of an output folder, its damaged files, and stage.json.
#include <filesystem>
#include <optional>
#include <string>

#include "core/config.hpp"

namespace m2m::results {

/// The paths of an output folder.
struct OutputFolder {
  std::filesystem::path root;
  std::filesystem::path shared_cache = {};  // folder of the stages; empty: root/cache

  std::filesystem::path study() const { return root / "study.json"; }   // what was planned
  std::filesystem::path merged() const { return root / "results.h5"; }  // merged from the trials; may be rebuilt
  std::filesystem::path trials() const { return root / "trials"; }
  std::filesystem::path trial(const std::string& id) const { return trials() / id; }
  std::filesystem::path config(const std::string& id) const { return trial(id) / "config.json"; }
  std::filesystem::path journal(const std::string& id) const { return trial(id) / "journal.jsonl"; }
  std::filesystem::path result(const std::string& id) const { return trial(id) / "result.h5"; }
  std::filesystem::path failure(const std::string& id) const { return trial(id) / "failure.json"; }
  std::filesystem::path attempts(const std::string& id) const { return root / "attempts" / (id + ".log"); }
  std::filesystem::path cache() const { return shared_cache.empty() ? root / "cache" : shared_cache; }
  std::filesystem::path stage(const std::string& id) const { return cache() / id; }  // a g, a prefix
  std::filesystem::path stage_done(const std::string& id) const { return stage(id) / "stage.json"; }
};

/// True if results.h5 is there, and study.json or the files of the trials are not: a copy that was kept, as a
/// submission is.
bool has_only_merged(const OutputFolder& folder);

/// A file that exists but cannot be used.
struct Damage {
  std::filesystem::path file;
  std::filesystem::path marker;  // the file that marks its stage or trial as done; may be `file` itself
  std::string why;               // "FILE: truncated (...)"
};

/// How thoroughly files are checked.
enum class Look {
  quick,     // only that files are complete, for counts: 0.1 ms a result; the sizes of the files of a stage
  thorough,  // all that will be read: the metrics of a result, 1 to 2 ms for 100 classes; the checksums of a stage
};

/// Renames FILE to FILE.damaged, or to FILE.damaged-2 and so on if that exists. Returns the new path, or an empty
/// one if there is no such file. Throws WriteError.
std::filesystem::path set_aside(const std::filesystem::path& file);

/// Sets aside both files of `damage`. Returns a sentence for the log. Throws WriteError.
std::string set_aside(const Damage& damage);

/// Writes FOLDER/stage.json, which marks a stage as done and names its files, with a checksum of its own. Throws
/// WriteError.
void write_stage_facts(const std::filesystem::path& folder, const Json& facts);

/// Reads FOLDER/stage.json. Throws Error: input_output if it cannot be read, bad_data if it is damaged. Files of
/// earlier versions have no checksum.
Json read_stage_facts(const std::filesystem::path& folder);

/// The facts of a file for stage.json: name, size in bytes and SHA-256. Throws Error (input_output).
Json make_file_facts(const std::filesystem::path& file);

/// The file in FOLDER that `facts` (of make_file_facts) name. Throws Error (bad_data) if its content differs from
/// them, or if they are damaged or name a file elsewhere.
std::filesystem::path checked_file(const std::filesystem::path& folder, const Json& facts);

/// The damage of the stage in FOLDER: a damaged stage.json, or a file with another size or, in a thorough check,
/// another content than stage.json names. Nothing if the stage can be used or has no stage.json. Throws Error
/// (input_output) if a file exists but cannot be read.
std::optional<Damage> damage_of_stage(const std::filesystem::path& folder, Look look);

}  // namespace m2m::results
