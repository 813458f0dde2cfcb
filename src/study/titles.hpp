#pragma once
// How stages, times and numbers are said to people.
#include <string>
#include <vector>

#include "study/graph.hpp"

namespace m2m::study {

/// The first 8 digits of an id: enough to find its folder.
std::string short_id(const std::string& id);

/// Gives "g", "prefix" or "trial".
const char* to_text(StageKind kind);

/// Gives "trial" for a trial, "stage" for a g or a prefix.
const char* trial_or_stage(StageKind kind);

/// Per stage its label, the data settings in which the study's stages differ, and its seed: "M2m ratio=10 seed=3".
std::vector<std::string> titles(const StageGraph& graph);

/// The data and seed of a stage: "cifar10 rho=100 seed=3".
std::string data_text(const Stage& stage);

}  // namespace m2m::study
