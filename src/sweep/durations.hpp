#pragma once
// How long stages took in earlier sweeps.
#include <filesystem>
#include <vector>

#include "study/graph.hpp"

namespace m2m::sweep {

struct Durations {
  std::vector<double> seconds;  // per stage, on one rank
  int measured = 0;             // how many of them were measured; the others are modelled
  double ratio = 1;             // measured against modelled seconds, over the stages measured
};

/// From a JSON object {stage id: seconds}, or from the result.h5 and stage.json files of an output folder. A stage
/// not measured gets its modelled cost times `ratio`; ids that the graph does not have are passed over. What a
/// trial recorded that was resumed, grouped or ran beside others is taken as it stands.
///
/// Throws Error: usage where there is no such file or folder or it knows none of the graph's stages, bad_data where
/// something in it is damaged or no duration, input_output where it cannot be read.
Durations read_durations(const std::filesystem::path& path, const study::StageGraph& graph);

}  // namespace m2m::sweep
