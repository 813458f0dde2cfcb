#pragma once
// Precisions of a study's stages: which go together, and what is worth saying.
#include <string>
#include <vector>

#include "sweep/graph.hpp"

namespace m2m {

/// Throws Error (usage) where several stages run at once, and some of those to run compute in tf32 and others do
/// not: libtorch does one of the two in a process.
void refuse_mixed_tf32(int trials_per_device, const StageGraph& graph, const std::vector<bool>& exists);

/// What to say of stages that are to run in float32 on GPUs; empty where there is no GPU, or any runs in another
/// precision.
std::string precision_advice(const StageGraph& graph, const std::vector<bool>& exists, int gpus);

}  // namespace m2m
