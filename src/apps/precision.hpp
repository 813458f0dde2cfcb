#pragma once
// Precisions of a study's stages: which may run at once, and advice about them.
#include <string>
#include <vector>

#include "study/graph.hpp"
#include "study/study.hpp"

namespace m2m::apps {

/// Throws Error (usage) if several stages run at once, and of those to run some compute in tf32 and others do not:
/// libtorch does one of the two in a process (see allow_tf32). Pure.
void refuse_mixed_tf32(int trials_per_device, const study::StageGraph& graph, const std::vector<bool>& exists);

/// Advises another precision if the study names none, so that stages are to run in float32, and they may run on
/// GPUs. Empty otherwise. gpus: of this host. Pure.
std::string precision_advice(const study::Study& study, const study::StageGraph& graph,
                             const std::vector<bool>& exists, int gpus);

}  // namespace m2m::apps
