#include "sweep/costs.hpp"

#include <gtest/gtest.h>

#include "core/error.hpp"
#include "core/files.hpp"
#include "results/record_file.hpp"
#include "support/fake_training.hpp"
#include "support/random_graph.hpp"
#include "support/said.hpp"
#include "support/temporary_folder.hpp"
#include "sweep/scheduler.hpp"

namespace m2m::sweep {
namespace {

namespace fs = std::filesystem;
using testing::request;
using testing::says;

class ReadDurations : public ::testing::Test {
 protected:
  std::string id(std::size_t stage) const { return graph_.stages[stage].id; }
  fs::path file(const std::string& text) const {
    write_file(folder_.path() / "durations.json", text);
    return folder_.path() / "durations.json";
  }
  /// The code and the sentence of the Error.
  std::pair<ExitCode, std::string> refusal(const fs::path& path) const {
    try {
      read_durations(path, graph_);
    } catch (const Error& error) {
      return {error.code(), error.what()};
    }
    return {ExitCode::done, "accepted"};
  }

  const testing::TemporaryFolder folder_;
  const study::StageGraph graph_ =
      study::make_graph({request("a", 5, {request("g", 10, {}, study::StageKind::g)}), request("b", 7)});
};

TEST_F(ReadDurations, TakesTheModelTimesTheMeasuredRatioWhereNothingWasMeasured) {
  const Durations read =
      read_durations(file("{\"" + id(0) + "\": 40, \"" + id(1) + "\": 5, \"other\": 3}"), graph_);
  EXPECT_EQ(read.measured, 2);
  EXPECT_DOUBLE_EQ(read.ratio, 3);  // 45 seconds, 15 were estimated
  EXPECT_EQ(read.seconds, (std::vector<double>{40, 5, 21}));
}

TEST_F(ReadDurations, ReadsTheResultsAndStagesOfAnOutputFolder) {
  const results::OutputFolder out{folder_.path()};
  results::TrialRecord record;
  record.id = id(1);
  record.wall_seconds = 10;
  record.last.test = Confusion(2);
  results::write_trial(out.result(id(1)), record);
  EXPECT_EQ(read_durations(out.root, graph_).seconds, (std::vector<double>{20, 10, 14}));
  write_file(out.stage_done(id(0)), "{\"seconds\": 50}");
  EXPECT_EQ(read_durations(out.root, graph_).seconds, (std::vector<double>{50, 10, 28}));
  write_file(out.stage_done(id(0)), "{}");  // did not record its time
  EXPECT_EQ(read_durations(out.root, graph_).measured, 1);
}

TEST_F(ReadDurations, RefusesWhatIsNoDurationAsBadData) {
  for (const char* value : {"-1", "0", "\"5\"", "null", "[1]"}) {
    const auto [code, sentence] = refusal(file(std::string("{\"abc\": ") + value + "}"));
    EXPECT_EQ(code, ExitCode::bad_data) << sentence;
    EXPECT_TRUE(says(sentence, {"durations.json:", "'abc'", std::string(value) + ":", "seconds"}));
  }
  EXPECT_EQ(refusal(file("{\"abc\": 1e300}")).first, ExitCode::bad_data);
  EXPECT_EQ(refusal(file("{\"abc\": " + std::string(200'000, '[') + std::string(200'000, ']') + "}")).first,
            ExitCode::bad_data);
  for (const char* text : {"", "[1, 2]", "{\"abc\": 1", "3"}) {
    const auto [code, sentence] = refusal(file(text));
    EXPECT_EQ(code, ExitCode::bad_data);
    EXPECT_TRUE(says(sentence, {"durations.json:", "JSON object"}));
  }
}

TEST_F(ReadDurations, RefusesDamagedFilesOfAFolderAsBadData) {
  const results::OutputFolder out{folder_.path()};
  write_file(out.stage_done(id(0)), "{\"seconds\": \"long\"}");
  EXPECT_EQ(refusal(out.root).first, ExitCode::bad_data);
  write_file(out.stage_done(id(0)), "{\"seconds\": 5}");
  write_file(out.result(id(1)), "no HDF5");
  EXPECT_EQ(refusal(out.root).first, ExitCode::bad_data);
}

TEST_F(ReadDurations, RefusesAFileThatIsNotThereOrKnowsNoneOfTheStagesAsWrongUsage) {
  const auto [code_of_none, none] = refusal("not/there");
  EXPECT_EQ(code_of_none, ExitCode::usage);
  EXPECT_TRUE(says(none, {"--durations not/there:", "no such file"}));
  EXPECT_EQ(refusal(folder_.path()).first, ExitCode::usage);
  const auto [code, sentence] = refusal(file("{\"other\": 1}"));
  EXPECT_EQ(code, ExitCode::usage);
  EXPECT_TRUE(says(sentence, {"--durations", "durations.json:", "stages"}));
}

using testing::request;

study::StageRequest trial(const std::string& name, const std::string& method, double cost) {
  study::StageRequest made = request(name, cost);
  made.config.set("method", method);
  return made;
}

TEST(CostModel, IsTheEstimateWhereNothingWasMeasured) {
  const study::StageGraph graph = study::make_graph({trial("a", "ERM", 10), trial("b", "M2m", 20)});
  EXPECT_EQ(CostModel(graph).seconds(), (std::vector<double>{10, 20}));
}

TEST(CostModel, CorrectsAMethodByItsOwnTimesAndOthersByAllTimes) {
  const study::StageGraph graph = study::make_graph(
      {trial("a", "ERM", 10), trial("b", "ERM", 30), trial("c", "M2m", 20), trial("d", "DRS", 10)});
  CostModel model(graph);
  EXPECT_TRUE(model.update(0, 20));                                    // ERM takes twice its estimate
  EXPECT_TRUE(model.update(2, 100));                                   // M2m five times
  EXPECT_EQ(model.seconds(), (std::vector<double>{20, 60, 100, 40}));  // all together 120 s for 30
}

TEST(CostModel, AsksForAnotherLookLessAndLessOften) {
  std::vector<study::StageRequest> requests;
  for (int i = 0; i < 100; ++i) requests.push_back(trial("t" + std::to_string(i), "ERM", 1));
  const study::StageGraph graph = study::make_graph(requests);
  CostModel model(graph);
  int looks = 0;
  for (int i = 0; i < 100; ++i) looks += model.update(i, 2) ? 1 : 0;
  EXPECT_EQ(looks, 7);
}

TEST(Scheduler, TakesTheDearestByWhatWasMeasuredMeanwhile) {
  const study::StageGraph graph =
      study::make_graph({trial("first", "ERM", 30), trial("erm", "ERM", 10), trial("m2m", "M2m", 9)});
  Scheduler scheduler(graph, {false, false, false});
  scheduler.add_free_slot(0);
  EXPECT_EQ(scheduler.assign(0).front().stage, 0);
  scheduler.finish(0, {}, 1);
  scheduler.reprioritise({1, 1, 45});
  EXPECT_EQ(scheduler.assign(1).front().stage, 2);
  scheduler.finish(0, {}, 2);
  EXPECT_EQ(scheduler.assign(2).front().stage, 1);
}

using testing::request;

TEST(Forecast, AddsUpOnOneRank) {
  const study::StageRequest g = request("g", 10, {}, study::StageKind::g);
  const study::StageGraph graph = study::make_graph({request("a", 5, {g}), request("b", 7, {g})});
  const Forecast one = forecast(graph, {false, false, false}, 1);
  EXPECT_EQ(one.work, 22);
  EXPECT_EQ(one.wall, 22);
  EXPECT_EQ(one.busy, 1);
  const Forecast two = forecast(graph, {false, false, false}, 2);
  EXPECT_EQ(two.wall, 17);  // both wait for g
  EXPECT_DOUBLE_EQ(two.busy, 22.0 / 34);
  EXPECT_EQ(forecast(graph, {true, true, true}, 2).wall, 0);
  EXPECT_EQ(forecast(graph, {true, false, true}, 2).work, 5);
}

TEST(Forecast, LiesBetweenItsBoundsOnRandomGraphs) {
  std::mt19937 random(5);
  for (int round = 0; round < 200; ++round) {
    const study::StageGraph graph = testing::random_graph(random);
    const std::vector<bool> none(graph.stages.size(), false);
    const auto paths = study::critical_paths(graph, study::stages_to_run(graph, none));
    const double chain = *std::max_element(paths.begin(), paths.end());
    const int ranks = 1 + static_cast<int>(random() % 8);
    const Forecast cost = forecast(graph, none, ranks);
    EXPECT_GE(cost.wall, std::max(chain, cost.work / ranks) - 1e-9);
    EXPECT_LE(cost.wall, cost.work / ranks + chain + 1e-9);  // Graham's bound for list scheduling
  }
}

TEST(SecondsLeft, CountsNeitherAPrefixNorWhatAnEarlierRunDid) {
  study::StageRequest trial = request("a", 10);
  trial.epochs = 40;  // the last 40 of 200
  const study::StageGraph graph = study::make_graph({trial});
  Scheduler scheduler(graph, {false});
  scheduler.add_free_slot(0);
  scheduler.assign(0);
  scheduler.report(0, {180, 200, 0, 0, 0, 0, 170});
  EXPECT_DOUBLE_EQ(*seconds_left(scheduler, 1, 30), 60);  // 10 epochs in 30 s, 20 are left
}

TEST(SecondsLeft, FollowsTheMeasuredSpeed) {
  const study::StageGraph graph = study::make_graph({request("a", 10), request("b", 10), request("c", 10)});
  Scheduler scheduler(graph, {false, false, false});
  scheduler.add_free_slot(0);
  scheduler.assign(0);
  EXPECT_FALSE(seconds_left(scheduler, 1, 5).has_value());
  scheduler.report(0, {5, 10, 0, 0, 0, 0});
  EXPECT_DOUBLE_EQ(*seconds_left(scheduler, 1, 20),
                   100);  // half of a took 20 s: 4 s per estimated second, 25 are left
  EXPECT_DOUBLE_EQ(*seconds_left(scheduler, 5, 20), 40);  // no more ranks than chains
  scheduler.finish(0, {study::StageOutcome::done, "", ExitCode::done, 30}, 30);
  EXPECT_DOUBLE_EQ(*seconds_left(scheduler, 1, 30), 60);
  EXPECT_DOUBLE_EQ(busy_share(scheduler, 2, 30), 0.5);
}

}  // namespace
}  // namespace m2m::sweep
