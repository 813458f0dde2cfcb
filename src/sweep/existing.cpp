#include "sweep/existing.hpp"

namespace m2m {

std::vector<bool> existing(const StageGraph& graph, const OutputFolder& out) {
  std::vector<bool> there;
  for (const Stage& stage : graph.stages) {
    std::error_code ignored;
    there.push_back(std::filesystem::exists(
        stage.kind == StageKind::trial ? out.result(stage.id) : out.stage_done(stage.id), ignored));
  }
  return there;
}

}  // namespace m2m
