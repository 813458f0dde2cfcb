// Output folders whose results or stages are damaged, or gone except for the merged file.
#include "core/files.hpp"
#include "support/sweep_program.hpp"

namespace m2m::apps {
namespace {

using testing::count;
using testing::Counts;
using testing::counts_in;
using testing::Outcome;
using testing::says;

class DamagedFolders : public testing::SweepProgram {};

TEST_F(DamagedFolders, AreLeftAloneIfTheyKeepOnlyTheirMergedResults) {
  ASSERT_EQ(sweep(0, "jobs/grid.toml").code, 0);
  std::filesystem::remove_all(out() / "trials");
  const std::string before = read_file(out() / "results.h5");
  EXPECT_EQ(counts_in(sweep(0, "status results/grid").output), (Counts{6, 6, 0}));
  for (const int ranks : {0, 2}) {
    const Outcome refused = sweep(ranks, "jobs/grid.toml seed=7");
    EXPECT_EQ(refused.code, 2);
    EXPECT_TRUE(says(refused.output, {"results/grid/results.h5", "6 results", "--out", "results/grid/trials"}));
  }
  EXPECT_TRUE(read_file(out() / "results.h5") == before);
}

TEST_F(DamagedFolders, GetALostOrDamagedStudyAnew) {
  ASSERT_EQ(sweep(0, "jobs/grid.toml").code, 0);
  const std::filesystem::path study = out() / "study.json";
  std::filesystem::remove(study);
  EXPECT_EQ(counts_in(sweep(0, "status results/grid").output), (Counts{6, 6, 0}));
  EXPECT_EQ(sweep(0, "jobs/grid.toml").code, 0);
  for (const char* option : {" --dry-run", ""}) {
    write_file(study, "{");
    const Outcome narrower = sweep(0, "jobs/grid.toml method=ERM" + std::string(option));
    EXPECT_EQ(narrower.code, 0) << narrower.output;
    EXPECT_TRUE(says(narrower.output, {"3 results", "does not plan"})) << narrower.output;
  }
  EXPECT_EQ(testing::count_lines(out(), "began"), 9) << "nothing is trained again";
}

TEST_F(DamagedFolders, GetDamagedResultsAnewWhichCountAsNotDoneBefore) {
  for (const int ranks : {0, 2}) {
    std::filesystem::remove_all(out());
    ASSERT_EQ(sweep(ranks, "jobs/grid.toml").code, 0);
    const results::OutputFolder folders{out()};
    std::set<std::string> damaged;
    for (const auto& trial : std::filesystem::directory_iterator(out() / "trials")) {
      std::filesystem::resize_file(trial.path() / "result.h5", damaged.empty() ? 0 : 500);
      damaged.insert(trial.path().filename().string());
      if (damaged.size() == 2) break;
    }
    for (const std::string& id : damaged) {
      EXPECT_EQ(count(sweep(0, "list jobs/grid.toml").output, id + "  to do"), 1);
    }
    const std::string planned = testing::line_with(sweep(0, "jobs/grid.toml --dry-run").output, "grid: ");
    EXPECT_EQ(testing::numbers_in(planned.substr(0, planned.find(" in "))), (std::vector<double>{6, 3, 4, 3}));
    EXPECT_EQ(counts_in(sweep(0, "status results/grid").output), (Counts{4, 6, 2}));
    const Outcome again = sweep(ranks, "jobs/grid.toml");
    EXPECT_EQ(again.code, 0) << again.output;
    EXPECT_EQ(counts_in(again.output), (Counts{6, 6, 0})) << again.output;
    EXPECT_EQ(count(again.output, "result.h5.damaged"), 2) << again.output;
    EXPECT_EQ(testing::count_lines(out(), "began"), 9 + 2);
    for (const std::string& id : damaged) {
      EXPECT_EQ(testing::stages_in_log(out(), "began").count(id), 2U);
      EXPECT_TRUE(std::filesystem::exists(folders.result(id).string() + ".damaged"));
    }
    EXPECT_EQ(counts_in(sweep(0, "status results/grid").output), (Counts{6, 6, 0}));
  }
}

TEST_F(DamagedFolders, GetADamagedStageAnewForTheTrialsThatNeedIt) {
  ASSERT_EQ(sweep(0, "jobs/grid.toml method=M2m seed=1").code, 0);
  const auto stage = std::filesystem::directory_iterator(out() / "cache")->path();
  const auto trial = std::filesystem::directory_iterator(out() / "trials")->path();
  for (const char* file : {"state.safetensors", "stage.json"}) {
    std::filesystem::resize_file(stage / file, 3);
    std::filesystem::remove(trial / "result.h5");
    const Outcome again = sweep(2, "jobs/grid.toml method=M2m seed=1");
    EXPECT_EQ(again.code, 0) << again.output;
    EXPECT_EQ(count(again.output, std::string(file) + ".damaged"), 1) << again.output;
  }
  EXPECT_EQ(testing::count_lines(out(), "done"), 6);
}

}  // namespace
}  // namespace m2m::apps
