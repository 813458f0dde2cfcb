#include "sweep/run.hpp"

#include <gtest/gtest.h>

#include "core/files.hpp"
#include "core/log.hpp"
#include "results/folder_lock.hpp"
#include "results/merge.hpp"
#include "results/record_file.hpp"
#include "support/counts.hpp"
#include "support/fake_training.hpp"
#include "support/temporary_folder.hpp"
#include "sweep/dry_run.hpp"

namespace m2m::sweep {

using study::Stage;
using study::StageKind;

namespace {
namespace fs = std::filesystem;

std::optional<results::Damage> find_nothing(const Stage&, const results::OutputFolder&) { return std::nullopt; }

/// A finished study of two trials of M2m, each with its own g, and two of ERM.
class Existing : public ::testing::Test {
 protected:
  Existing() {
    set_log_level(LogLevel::error);
    for (const Stage& stage : graph_.stages) testing::leave_artifact(out_, stage);
  }
  ~Existing() override { set_log_level(LogLevel::info); }

  const Stage& first(StageKind kind) const {
    return *std::find_if(graph_.stages.begin(), graph_.stages.end(),
                         [kind](const Stage& stage) { return stage.kind == kind; });
  }
  const Stage& first_with_a_g() const {
    return *std::find_if(graph_.stages.begin(), graph_.stages.end(),
                         [](const Stage& stage) { return !stage.needs.empty(); });
  }
  fs::path state_of(const Stage& stage) const { return out_.stage(stage.id) / "state.safetensors"; }
  /// Which stages exist after set_aside_damaged, all others by id.
  std::vector<std::string> missing_after(const FindDamage& find_damage = find_nothing) const {
    const std::vector<bool> there = set_aside_damaged(graph_, out_, find_damage);
    std::vector<std::string> missing;
    for (std::size_t i = 0; i < there.size(); ++i) {
      if (!there[i]) missing.push_back(graph_.stages[i].id);
    }
    EXPECT_EQ(there, existing_stages(graph_, out_));
    return missing;
  }

  const study::StageGraph graph_ = testing::graph_from("[grid]\nmethod = ['ERM', 'M2m']\nseed = [3, 4]");
  testing::TemporaryFolder folder_;
  const results::OutputFolder out_{folder_.path()};
};

TEST_F(Existing, IsWhatCanBeRead) {
  EXPECT_EQ(existing_stages(graph_, out_), std::vector<bool>(graph_.stages.size(), true));
  const Stage& trial = first(StageKind::trial);
  for (const std::uintmax_t size : {100, 0}) {
    fs::resize_file(out_.result(trial.id), size);
    const std::vector<bool> there = existing_stages(graph_, out_);
    for (std::size_t i = 0; i < there.size(); ++i) EXPECT_EQ(there[i], graph_.stages[i].id != trial.id);
    EXPECT_NE(list_text(graph_, out_).find(trial.id + "  to do"), std::string::npos);
    const std::string text = cost_text(graph_, {"x", out_});
    EXPECT_EQ(testing::numbers_in(text.substr(0, text.find(" in "))), (std::vector<double>{4, 2, 3, 2})) << text;
  }
}

TEST_F(Existing, LosesUnfinishedFilesOfTheSweepAndOfTrialsToRun) {
  const Stage &trial = first(StageKind::trial), &g = first(StageKind::g);
  const std::vector<fs::path> left = {folder_.path() / "study.json.partial-99999999",
                                      out_.trial(trial.id) / "result.h5.partial-99999999",
                                      out_.stage(g.id) / "state.safetensors.partial-99999999"};
  for (const fs::path& file : left) write_file(file, "half");
  fs::remove(out_.result(trial.id));
  remove_unfinished(graph_, existing_stages(graph_, out_), out_);
  EXPECT_FALSE(fs::exists(left[0]));
  EXPECT_FALSE(fs::exists(left[1]));
  EXPECT_TRUE(fs::exists(left[2]));  // another sweep may be building it
}

TEST_F(Existing, IsAStageWithAllOfItsFiles) {
  const Stage& g = first(StageKind::g);
  fs::resize_file(state_of(g), 3);
  const std::vector<bool> there = existing_stages(graph_, out_);
  for (std::size_t i = 0; i < there.size(); ++i) EXPECT_EQ(there[i], graph_.stages[i].id != g.id);
}

TEST_F(Existing, LosesDamagedResultsToANameBesideThem) {
  const Stage& trial = first(StageKind::trial);
  EXPECT_TRUE(missing_after().empty());
  fs::resize_file(out_.result(trial.id), 100);
  EXPECT_EQ(missing_after(), std::vector<std::string>{trial.id});
  EXPECT_EQ(fs::file_size(out_.result(trial.id).string() + ".damaged"), 100U);
  EXPECT_FALSE(fs::exists(out_.result(trial.id)));
}

TEST_F(Existing, LosesAMergedResultIfABitOfItFlipsThoughItsTimeStays) {
  write_planned_trials({}, graph_, out_);
  ASSERT_EQ(results::merge_results(out_).damaged, std::vector<std::string>());
  const Stage& trial = first(StageKind::trial);
  const fs::path file = out_.result(trial.id);
  const fs::file_time_type time = fs::last_write_time(file);
  const std::string whole = read_file(file);
  std::size_t place = whole.size() / 2;
  for (; !results::damage_of_result(file, trial.id, results::Look::thorough); ++place) {  // not all bytes are read
    ASSERT_LT(place, whole.size());
    std::string flipped = whole;
    flipped[place] = static_cast<char>(flipped[place] ^ 1);
    write_file(file, flipped);
    fs::last_write_time(file, time);
  }
  EXPECT_EQ(missing_after(), std::vector<std::string>{trial.id});
}

TEST_F(Existing, LosesAStageWithOtherBytesWhereATrialToRunNeedsIt) {
  const Stage& dependent = first_with_a_g();
  const std::string g = *dependent.need(StageKind::g);
  const fs::path state = out_.stage(g) / "state.safetensors";
  std::string bytes = read_file(state);
  bytes.back() ^= 1;
  write_file(state, bytes);
  EXPECT_TRUE(missing_after().empty());  // nothing to run needs it
  fs::remove(out_.result(dependent.id));
  EXPECT_EQ(missing_after(), (std::vector<std::string>{g, dependent.id}));
  EXPECT_EQ(read_file(state.string() + ".damaged"), bytes);
  EXPECT_FALSE(fs::exists(out_.stage_done(g)));
  EXPECT_FALSE(fs::exists(out_.stage(g) / "lock.json"));
}

TEST_F(Existing, LosesAStageWhoseFactsAreDamaged) {
  const Stage& g = first(StageKind::g);
  fs::resize_file(out_.stage_done(g.id), 0);
  EXPECT_EQ(missing_after(), std::vector<std::string>{g.id});
  EXPECT_TRUE(fs::exists(out_.stage_done(g.id).string() + ".damaged"));
}

TEST_F(Existing, LeavesADamagedStageToTheSweepThatHoldsIt) {
  const Stage& g = first(StageKind::g);
  fs::resize_file(state_of(g), 0);
  const results::FolderLock other(out_.stage(g.id));
  EXPECT_EQ(missing_after(), std::vector<std::string>{g.id});
  EXPECT_TRUE(fs::exists(out_.stage_done(g.id)));
}

TEST_F(Existing, AsksTheTrainingSideOnlyOfTrialsThatOthersBeginFrom) {
  study::StageGraph graph = graph_;
  const auto trial = [&](const std::string& method) {
    return static_cast<int>(
        std::find_if(graph.stages.begin(), graph.stages.end(),
                     [&](const Stage& stage) { return stage.kind == StageKind::trial && stage.label == method; }) -
        graph.stages.begin());
  };
  const int base = trial("ERM"), dependent = trial("M2m");
  graph.dependents[static_cast<std::size_t>(base)].push_back(dependent);
  fs::remove(out_.result(graph.stages[static_cast<std::size_t>(dependent)].id));
  std::vector<std::string> asked;
  const auto damaged = [&](const Stage& stage, const results::OutputFolder& out) -> std::optional<results::Damage> {
    asked.push_back(stage.id);
    return results::Damage{out.trial(stage.id) / "last.safetensors", out.result(stage.id), "cut"};
  };
  const std::vector<bool> there = set_aside_damaged(graph, out_, damaged);
  const std::string id = graph.stages[static_cast<std::size_t>(base)].id;
  EXPECT_EQ(asked, std::vector<std::string>{id});
  EXPECT_FALSE(there[static_cast<std::size_t>(base)]);
  EXPECT_FALSE(fs::exists(out_.result(id)));
}

}  // namespace
}  // namespace m2m::sweep
