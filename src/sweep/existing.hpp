#pragma once
// What an output folder already holds.
#include <vector>

#include "results/layout.hpp"
#include "sweep/graph.hpp"

namespace m2m {

/// Per stage whether its artifact is there: a trial's result.h5, a g's stage.json. Both are written last and whole.
/// False everywhere where there is no such folder.
std::vector<bool> existing(const StageGraph& graph, const OutputFolder& out);

}  // namespace m2m
