#pragma once
// Titles of stages for logs and tables.
#include <string>
#include <vector>

#include "study/graph.hpp"

namespace m2m::study {

/// Abbreviates an id to its first 8 digits, enough to find its folder.
std::string short_id(const std::string& id);

/// Gives "g", "prefix" or "trial".
const char* to_text(StageKind kind);

/// Gives "trial" for a trial, "stage" for a g or a prefix.
const char* trial_or_stage(StageKind kind);

/// Titles of all stages: label, the data settings in which the stages of the study differ, and seed: "M2m ratio=10
/// seed=3".
std::vector<std::string> titles(const StageGraph& graph);

/// Text of the data and the seed of a stage: "cifar10 rho=100 seed=3".
std::string data_text(const Stage& stage);

}  // namespace m2m::study
