#include <gtest/gtest.h>

#include <algorithm>
#include <sstream>

#include "apps/sweep_command.hpp"
#include "core/config.hpp"
#include "core/files.hpp"
#include "settings/setting.hpp"
#include "support/command.hpp"
#include "support/fake_training.hpp"
#include "support/temporary_folder.hpp"

namespace m2m::apps {
namespace {

TrainingBackend training() {
  TrainingBackend made;
  made.settings = testing::fake_settings();
  made.method_names = {"ERM", "M2m"};
  made.describe_method = [](const std::string& name) { return name + ": a method\n"; };
  return made;
}

TEST(Describe, NamesEverySettingAndMethod) {
  const std::string text = describe(training(), "");
  for (const settings::Setting& field : testing::fake_settings()) {
    EXPECT_NE(text.find("\n" + field.name + " "), std::string::npos) << field.name;
    EXPECT_NE(text.find(field.help), std::string::npos) << field.name;
  }
  EXPECT_NE(text.find("methods: ERM, M2m"), std::string::npos);
}

TEST(Describe, SaysAllAboutASetting) {
  EXPECT_EQ(describe(training(), "train.epochs"),
            "train.epochs: How long.\n  type: integer\n  default: 10\n  unit: epochs\n  bounds: from 1 to 1000\n"
            "  part of a trial's id if it acts\n");
  EXPECT_NE(describe(training(), "method").find("one of: ERM, RS, DRS, M2m"), std::string::npos);
  EXPECT_NE(describe(training(), "train.threads").find("not part of a trial's id"), std::string::npos);
  EXPECT_NE(describe(training(), "train.defer_until").find("derived from other settings"), std::string::npos);
}

TEST(Describe, SaysWhatAMethodIs) { EXPECT_EQ(describe(training(), "M2m"), "M2m: a method\n"); }

TEST(Describe, NamesTheNearestWhereThereIsNone) {
  for (const auto& [asked, nearest] :
       {std::pair{"train.epoch", "train.epochs"}, std::pair{"M2M", "M2m"}, std::pair{"m2m", "M2m"},
        std::pair{"epochs", "train.epochs"}, std::pair{"seeds", "seeds.init"}}) {
    try {
      describe(training(), asked);
      FAIL() << asked;
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ExitCode::usage);
      EXPECT_NE(std::string(error.what()).find(std::string("did you mean '") + nearest + "'?"), std::string::npos);
    }
  }
}

}  // namespace

// m2m-sweep simulate as a shell sees it, with a training side that trains nothing.
namespace {

using testing::Outcome;

/// Six trials: ERM 10 s, M2m 20 s after a g of 10 s, for three seeds.
class SimulateProgram : public ::testing::Test {
 protected:
  SimulateProgram() {
    for (const char* name : {"SLURM_NTASKS", "SLURM_PROCID", "SLURM_JOB_ID", "OMPI_COMM_WORLD_SIZE"})
      ::unsetenv(name);
    ::setenv("OMPI_ALLOW_RUN_AS_ROOT", "1", 1);
    ::setenv("OMPI_ALLOW_RUN_AS_ROOT_CONFIRM", "1", 1);
    write_file(folder() / "grid.toml", "[grid]\nmethod = ['ERM', 'M2m']\nseed = [0, 1, 2]\n");
  }

  std::filesystem::path folder() const { return folder_.path(); }
  Outcome simulate(const std::string& arguments) const {
    return testing::run_command("timeout 60 " + testing::quoted(M2M_FAKE_SWEEP) + " simulate " + arguments,
                                folder());
  }
  Json simulated(const std::string& arguments) const {
    const Outcome outcome = simulate(arguments + " --json");
    EXPECT_EQ(outcome.code, 0) << outcome.output;
    return Json::parse(outcome.output);
  }
  /// A refusal is one line with the program's name.
  void expect_refusal(const std::string& arguments, int code, const std::string& part) const {
    const Outcome outcome = simulate(arguments);
    EXPECT_EQ(outcome.code, code) << outcome.output;
    EXPECT_NE(outcome.output.find(part), std::string::npos) << outcome.output;
    EXPECT_EQ(std::count(outcome.output.begin(), outcome.output.end(), '\n'), 1) << outcome.output;
  }

 private:
  testing::TemporaryFolder folder_;
};

TEST_F(SimulateProgram, SaysALineForEachNumberOfRanksAndOrderAndTouchesNothing) {
  const Outcome outcome = simulate("grid.toml --ranks 1,3");
  EXPECT_EQ(outcome.code, 0);
  EXPECT_EQ(outcome.output,
            "grid: 6 trials, 3 stages; estimated costs (a rough model)\n"
            "   ranks  order             makespan   speed-up  efficiency    idle\n"
            "       1  longest path         2 min        1.0     100.0 %   0.0 %\n"
            "       1  random               2 min        1.0     100.0 %   0.0 %\n"
            "       1  static               2 min        1.0     100.0 %   0.0 %\n"
            "       3  longest path          40 s        3.0     100.0 %   0.0 %\n" +
                outcome.output.substr(outcome.output.find("       3  random")));
  EXPECT_FALSE(std::filesystem::exists(folder() / "results"));
}

TEST_F(SimulateProgram, TakesSettingsGroupsAndOptionsInAnyOrder) {
  const Json json = simulated("--ranks 2 seed=0 grid.toml method=ERM --ranks-per-trial 2");
  EXPECT_EQ(json.at("simulations").size(), 3u);
  EXPECT_NEAR(json.at("simulations").at(0).at("makespan").get<double>(), 10 / 1.9, 1e-9);
  const Outcome outcome = simulate("--ranks 2 seed=0 grid.toml method=ERM --ranks-per-trial 2");
  EXPECT_NE(outcome.output.find("groups of 2 ranks, assumed to be 1.9 times as fast as one"), std::string::npos)
      << outcome.output;
}

TEST_F(SimulateProgram, WritesAGanttChartOfOneNumberOfRanks) {
  EXPECT_EQ(simulate("grid.toml --ranks 3 --gantt charts/gantt.csv").code, 0);
  std::istringstream csv(read_file(folder() / "charts/gantt.csv"));
  std::string line;
  std::getline(csv, line);
  EXPECT_EQ(line, "id,label,kind,rank,start,end");
  int lines = 0;
  while (std::getline(csv, line)) ++lines;
  EXPECT_EQ(lines, 9);
  expect_refusal("grid.toml --ranks 1,3 --gantt gantt.csv", 2, "--gantt");
}

TEST_F(SimulateProgram, TakesDurationsFromAFile) {
  const Json first = simulated("grid.toml --ranks 1").at("simulations").at(0).at("stages");
  Json durations = Json::object();
  for (const Json& stage : first) {
    if (stage.at("kind") == "g") durations[stage.at("id").get<std::string>()] = 20;  // modelled: 10
  }
  write_file(folder() / "durations.json", durations.dump());
  const Json json = simulated("grid.toml --ranks 1 --durations durations.json");
  EXPECT_EQ(json.at("measured"), 3);
  EXPECT_EQ(json.at("ratio"), 2);
  EXPECT_EQ(json.at("simulations").at(0).at("makespan"), 240);
  const Outcome outcome = simulate("grid.toml --ranks 1 --durations durations.json");
  EXPECT_NE(outcome.output.find("3 of 9 times from durations.json, the others estimated, times 2\n"),
            std::string::npos)
      << outcome.output;
}

TEST_F(SimulateProgram, RefusesBadInputInOneSentence) {
  write_file(folder() / "list.json", "[1, 2]");
  write_file(folder() / "negative.json", "{\"abc\": -2}");
  expect_refusal("grid.toml", 2, "--ranks");
  expect_refusal("grid.toml --ranks 1,,8", 2, "--ranks 1,,8: ");
  expect_refusal("grid.toml --ranks 0", 2, "--ranks 0: ");
  expect_refusal("grid.toml --ranks 8x", 2, "--ranks 8x: ");
  expect_refusal("grid.toml --ranks 99999999999", 2, "--ranks 99999999999: ");
  expect_refusal("grid.toml --ranks 8 --ranks-per-trial 0", 2, "--ranks-per-trial");
  expect_refusal("grid.toml other.toml --ranks 8", 2, "other.toml");
  expect_refusal("grid.toml --ranks 8 --durations nowhere", 2, "nowhere");
  expect_refusal("grid.toml --ranks 8 --durations list.json", 65, "list.json");
  expect_refusal("grid.toml --ranks 8 --durations negative.json", 65, "'abc' is -2");
}

TEST_F(SimulateProgram, ExplainsItself) {
  const Outcome outcome = simulate("--help");
  EXPECT_EQ(outcome.code, 0);
  for (const char* word : {"--ranks", "--ranks-per-trial", "--durations", "--gantt", "--json", "static"}) {
    EXPECT_NE(outcome.output.find(word), std::string::npos) << word << outcome.output;
  }
}

TEST_F(SimulateProgram, GivesARankSeveralTrialsAtATime) {
  const Json run = simulated("grid.toml --ranks 1 --trials-per-device 3").at("simulations").at(0);
  EXPECT_EQ(run.at("ranks"), 1);
  EXPECT_EQ(run.at("makespan"), 40);  // as three ranks
  EXPECT_EQ(run.at("efficiency"), 1);
  for (const Json& stage : run.at("stages")) EXPECT_EQ(stage.at("rank"), 0);
  EXPECT_NE(simulate("grid.toml --ranks 2 --trials-per-device 3").output.find("3 trials at a time on each rank"),
            std::string::npos);
  expect_refusal("grid.toml --ranks 2 --trials-per-device 2 --ranks-per-trial 2", 2, "--trials-per-device 2: ");
}

}  // namespace
}  // namespace m2m::apps
