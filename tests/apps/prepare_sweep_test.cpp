#include <gtest/gtest.h>

#include "apps/sweep_command.hpp"
#include "core/error.hpp"

namespace m2m::apps {
namespace {

study::StageGraph trials_in(const std::vector<std::string>& precisions) {
  study::StageGraph graph;
  for (const std::string& precision : precisions) {
    study::Stage stage;
    stage.id = precision;
    stage.config = Config(Json{{"train.precision", precision}});
    graph.stages.push_back(stage);
    graph.needs.emplace_back();
    graph.dependents.emplace_back();
  }
  return graph;
}

TEST(Precision, Tf32RunsBesideNoOtherInOneProcess) {
  const study::StageGraph mixed = trials_in({"tf32", "float32"});
  const std::vector<bool> none(2, false);
  EXPECT_THROW(check_precisions(2, mixed, none), Error);
  EXPECT_NO_THROW(check_precisions(1, mixed, none)) << "one after the other";
  EXPECT_NO_THROW(check_precisions(2, mixed, {false, true})) << "the other is done";
  EXPECT_NO_THROW(check_precisions(2, trials_in({"tf32", "tf32"}), none));
  EXPECT_NO_THROW(check_precisions(2, trials_in({"bf16", "float32"}), none));
}

TEST(Precision, OfFloat32OnAGpuIsAdvisedAgainstUnlessTheStudyNamesIt) {
  const std::vector<bool> none(2, false);
  const study::StageGraph graph = trials_in({"float32", "bf16"});
  EXPECT_NE(precision_advice({}, graph, none, 1).find("train.precision=bf16"), std::string::npos);
  EXPECT_EQ(precision_advice({}, graph, none, 0), "");
  EXPECT_EQ(precision_advice({}, graph, {true, false}, 1), "") << "what is in float32 is done";
  study::Study fixed, grid, point;
  fixed.fixed["train.precision"] = {"float32"};
  grid.grid = {{"train.precision", {"float32", "bf16"}}};
  point.points = {{"exact", {{"train.precision", {"float32"}}}}};
  for (const study::Study& study : {fixed, grid, point}) EXPECT_EQ(precision_advice(study, graph, none, 1), "");
}

TEST(Precision, OfTrialsOnTheCpuIsNotAdvisedAgainst) {
  study::StageGraph graph = trials_in({"float32"});
  graph.stages[0].config.set("train.device", "cpu");
  EXPECT_EQ(precision_advice({}, graph, {false}, 1), "");
  graph.stages[0].config.set("train.device", "auto");
  EXPECT_NE(precision_advice({}, graph, {false}, 1), "");
}

}  // namespace
}  // namespace m2m::apps
