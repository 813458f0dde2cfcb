// Stages on vectors of features: recipes that are defined on them run, the others are refused.
#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <set>
#include <string>

#include "core/error.hpp"
#include "core/files.hpp"
#include "results/record_file.hpp"
#include "settings/recipe.hpp"
#include "settings/resolve.hpp"
#include "stages/planner.hpp"
#include "stages/runner.hpp"
#include "study/graph.hpp"
#include "support/said.hpp"
#include "support/temporary_folder.hpp"

namespace m2m::train {
namespace {
namespace fs = std::filesystem;

class Context : public study::StageContext {
 public:
  void progress(const study::Progress&) override {}
  bool stop_requested() const override { return false; }
};

/// Documents of three classes, each with its own and common words; class k has `counts[k]` documents.
std::string documents(const std::vector<int>& counts) {
  std::string text;
  for (std::size_t k = 0; k < counts.size(); ++k) {
    for (int i = 0; i < counts[k]; ++i) {
      text += "class" + std::to_string(k) + "\tcommon word" + std::to_string(i % 5) + " own" + std::to_string(k) +
              " own" + std::to_string(k) + std::to_string(i % 3) + "\n";
    }
  }
  return text;
}

class FeaturesTest : public ::testing::Test {
 protected:
  FeaturesTest() {
    write_file(root_ / "reuters52" / "r52-train.txt", documents({40, 12, 4}));
    write_file(root_ / "reuters52" / "r52-test.txt", documents({9, 9, 9}));
  }

  Config config(const Json& given) const {
    Config config;
    config.set("data.set", "reuters36");
    config.set("data.root", root_.string());
    config.set("data.validation", "fold");
    config.set("train.epochs", 6);
    config.set("train.defer_until", 4);
    config.set("train.batch_size", 16);
    config.set("m2m.beta", 0.9);
    config.set("m2m.gamma", 0.3);
    config.set("second.epochs", 2);
    for (const auto& [name, value] : given.items()) config.set(name, value);
    return settings::resolve(config);
  }

  std::string refusal(const Json& given) {
    stages::Planner planner;
    return testing::complaint([&] { planner(config(given), "any"); }, ExitCode::usage);
  }

  testing::TemporaryFolder folder_;
  std::filesystem::path root_ = folder_.path();
};

TEST_F(FeaturesTest, TakeThePerceptronUnlessAnotherNetworkIsAskedFor) {
  EXPECT_EQ(config({{"method", "ERM"}}).text("train.network"), "mlp");
  EXPECT_TRUE(refusal({{"method", "ERM"}, {"train.network", "resnet8"}}).starts_with("train.network = 'resnet8'"));
}

TEST_F(FeaturesTest, RefuseWhatIsDefinedOnImagesOnly) {
  EXPECT_TRUE(refusal({{"method", "CMO"}}).starts_with("recipe.mixing = 'cmo'"));
  EXPECT_TRUE(refusal({{"method", "CutMix"}}).starts_with("recipe.mixing = 'cutmix'"));
  EXPECT_TRUE(refusal({{"method", "OPeN"}}).starts_with("recipe.noise_images = 'open'"));
}

TEST_F(FeaturesTest, RunEveryOtherMethodToAResult) {
  stages::Planner planner;
  std::vector<study::StageRequest> requests;
  const std::set<std::string> on_images{"CMO", "CutMix", "SADE", "BalPoE", "OPeN"};
  for (const std::string& method : settings::method_names()) {
    if (!on_images.contains(method)) requests.push_back(planner(config({{"method", method}}), method));
  }
  const study::StageGraph graph = study::make_graph(requests);
  const results::OutputFolder out{root_ / "out"};
  stages::Runner runner(out, Json::object());
  for (const study::Stage& stage : graph.stages) {
    Context context;
    const study::StageResult result = runner(stage, context);
    ASSERT_EQ(result.end, study::StageOutcome::done) << stage.label << ": " << result.summary;
    if (stage.kind != study::StageKind::trial) continue;
    const results::TrialRecord record = results::read_trial(out.result(stage.id));
    for (const results::EpochRecord& epoch : record.epochs) EXPECT_TRUE(std::isfinite(epoch.loss)) << stage.label;
    EXPECT_EQ(record.last.test_logits.size(), 27U * 3) << stage.label;
  }
}

TEST_F(FeaturesTest, TranslateWithinTheRangeOfTheTrainingData) {
  stages::Planner planner;
  const study::StageGraph graph = study::make_graph({planner(config({{"method", "M2m"}}), "M2m")});
  const results::OutputFolder out{root_ / "out"};
  stages::Runner runner(out, Json::object());
  Context context;
  for (const study::Stage& stage : graph.stages) ASSERT_EQ(runner(stage, context).end, study::StageOutcome::done);
  const results::TrialRecord record = results::read_trial(out.result(graph.stages.back().id));
  EXPECT_GT(record.epochs.back().generation.total(results::Outcome::chosen), 0);
}

}  // namespace
}  // namespace m2m::train
