#include "apps/precision.hpp"

#include <gtest/gtest.h>

#include "core/error.hpp"

namespace m2m {
namespace {

StageGraph trials_in(const std::vector<std::string>& precisions) {
  StageGraph graph;
  for (const std::string& precision : precisions) {
    Stage stage;
    stage.id = precision;
    stage.config = Config(Json{{"train.precision", precision}});
    graph.stages.push_back(stage);
    graph.needs.emplace_back();
    graph.users.emplace_back();
  }
  return graph;
}

TEST(Precision, Tf32RunsBesideNoOtherInOneProcess) {
  const StageGraph mixed = trials_in({"tf32", "float32"});
  const std::vector<bool> none(2, false);
  EXPECT_THROW(refuse_mixed_tf32(2, mixed, none), Error);
  EXPECT_NO_THROW(refuse_mixed_tf32(1, mixed, none)) << "one after the other";
  EXPECT_NO_THROW(refuse_mixed_tf32(2, mixed, {false, true})) << "the other is done";
  EXPECT_NO_THROW(refuse_mixed_tf32(2, trials_in({"tf32", "tf32"}), none));
  EXPECT_NO_THROW(refuse_mixed_tf32(2, trials_in({"bf16", "float32"}), none));
}

TEST(Precision, OfFloat32OnAGpuIsWorthALine) {
  const std::vector<bool> none(2, false);
  EXPECT_FALSE(precision_advice(trials_in({"float32", "float32"}), none, 1).empty());
  EXPECT_TRUE(precision_advice(trials_in({"float32", "float32"}), none, 0).empty());
  EXPECT_TRUE(precision_advice(trials_in({"float32", "bf16"}), none, 1).empty());
  EXPECT_TRUE(precision_advice(trials_in({"float32", "float32"}), {true, true}, 1).empty()) << "nothing is to run";
}

}  // namespace
}  // namespace m2m
