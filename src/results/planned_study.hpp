#pragma once
// study.json: what a sweep planned, so that a table can say what is missing.
#include <filesystem>
#include <string>
#include <vector>

#include "core/config.hpp"

namespace m2m::results {

/// One trial under one label; the same trial may be planned under several.
struct PlannedTrial {
  std::string id, label;
  Config config;  // every setting, resolved
};

/// A g or a prefix that trials share.
struct PlannedStage {
  std::string id;
  std::string kind;   // "g" or "prefix"
  std::string label;  // with its data and seed, for people
  int epochs = 0;
};

struct PlannedStudy {
  std::string name;  // "ablation_cifar10"
  std::string file;  // the study file as it was named
  std::vector<PlannedTrial> trials;
  std::vector<PlannedStage> stages = {};  // none in files of earlier versions
  std::string cache = {};                 // the folder of the stages; empty: the output folder's own
};

/// Throws Error (input_output).
void write_study(const std::filesystem::path& file, const PlannedStudy& study);
/// Throws Error: input_output where it cannot be read, bad_data where it is damaged or of another schema.
PlannedStudy read_study(const std::filesystem::path& file);

/// The same as JSON values, for results.h5.
Json study_to_json(const PlannedStudy& study);
/// Throws a JSON error where something is missing.
PlannedStudy study_from_json(const Json& json);

}  // namespace m2m::results
