#pragma once
// Plans and runs small stages on the digits, in a temporary folder.
#include <gtest/gtest.h>

#include <atomic>
#include <filesystem>
#include <string>
#include <vector>

#include "checkpoints/checkpoint.hpp"
#include "settings/resolve.hpp"
#include "stages/planner.hpp"
#include "stages/runner.hpp"
#include "study/graph.hpp"
#include "support/temporary_folder.hpp"

namespace m2m::testing {

/// A context that requests the stop at the n-th call of stop_requested; never if n is 0.
class Context : public study::StageContext {
 public:
  explicit Context(int stop_at = 0) : stop_at_(stop_at) {}
  void progress(const study::Progress& progress) override { last = progress; }
  void remark(const std::string& text) override { remarks.push_back(text); }
  bool stop_requested() const override { return ++asked_ >= stop_at_ && stop_at_ > 0; }
  /// Number of calls of stop_requested.
  int asked() const { return asked_; }
  study::Progress last;
  std::vector<std::string> remarks;

 private:
  int stop_at_;
  mutable std::atomic<int> asked_ = 0;  // a test may look from another thread
};

/// Plans small, short trials on the digits that ship with the project.
inline study::StageGraph plan(const std::vector<Json>& points, bool keep_prefixes = true) {
  stages::Planner planner;
  std::vector<study::StageRequest> requests;
  for (const Json& point : points) {
    Config config;
    config.set("data.set", "digits");
    config.set("train.network", "mlp");
    config.set("train.epochs", 6);
    config.set("train.defer_until", 4);
    config.set("train.batch_size", 64);
    config.set("m2m.beta", 0.9);
    config.set("m2m.gamma", 0.3);
    for (const auto& [name, value] : point.items()) config.set(name, value);
    requests.push_back(planner(settings::resolve(config), point.at("method").get<std::string>()));
  }
  study::StageGraph graph = study::make_graph(requests);
  if (keep_prefixes) return graph;
  const std::vector<bool> nothing(graph.stages.size(), false);
  return study::without_unshared_prefixes(std::move(graph), nothing);
}

class StageRunnerTest : public ::testing::Test {
 protected:
  results::OutputFolder out(const std::string& name) const { return {root_ / name}; }

  /// Runs all stages in the order of the graph, so that needs exist.
  static void run_all(const study::StageGraph& graph, const results::OutputFolder& out) {
    stages::Runner runner(out, Json::object());
    for (const study::Stage& stage : graph.stages) {
      Context context;
      const study::StageResult result = runner(stage, context);
      ASSERT_EQ(result.end, study::StageOutcome::done) << stage.label << ": " << result.summary;
    }
  }

  static std::string weights(const results::OutputFolder& out, const study::Stage& trial) {
    return checkpoints::load_checkpoint(out.trial(trial.id) / "last.safetensors").sha256;
  }

  TemporaryFolder folder_;
  std::filesystem::path root_ = folder_.path();
};

}  // namespace m2m::testing
