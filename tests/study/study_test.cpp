#include "study/study.hpp"

#include <gtest/gtest.h>

#include "core/error.hpp"
#include "core/files.hpp"
#include "settings/table.hpp"
#include "study/plan.hpp"
#include "support/fake_training.hpp"
#include "support/said.hpp"
#include "support/temporary_folder.hpp"

namespace m2m::study {
namespace {

using testing::says;

/// Error of reading this study.
std::string refusal(const std::string& toml) {
  return testing::complaint([&] { testing::study_from(toml); }, ExitCode::usage);
}

std::string refusal_of_override(const std::string& toml, const std::string& assignment) {
  Study study = testing::study_from(toml);
  return testing::complaint([&] { apply_override(study, assignment, testing::fake_settings()); }, ExitCode::usage);
}

Study overridden(const std::string& toml, const std::vector<std::string>& assignments) {
  Study study = testing::study_from(toml);
  for (const std::string& assignment : assignments) apply_override(study, assignment, testing::fake_settings());
  return study;
}

TEST(Study, ReadsSettingsGridAndPoints) {
  const Study study = testing::study_from(R"(
name = "trial_run"
method = "M2m"
data.set = "cifar100"
[train]
epochs = 20
lr_drops = [16, 18]
[grid]
seed = [2, 0, 1]
data.ratio = [10, 100]
[[point]]
label = "M2m, lambda=0"
m2m.lambda = 0
)");
  EXPECT_EQ(study.name, "trial_run");
  EXPECT_EQ(study.fixed.at("data.set").value, "cifar100");
  EXPECT_EQ(study.fixed.at("train.epochs").line, 6);
  EXPECT_EQ(study.fixed.at("train.lr_drops").value, Json({16.0, 18.0}));
  ASSERT_EQ(study.grid.size(), 2u);
  EXPECT_EQ(study.grid[0].name, "seed");  // in file order, not by name
  EXPECT_EQ(study.grid[0].values, (std::vector<Json>{2, 0, 1}));
  EXPECT_TRUE(study.grid[1].values[0].is_number_float());  // in the field's own type
  ASSERT_EQ(study.points.size(), 1u);
  EXPECT_EQ(study.points[0].label, "M2m, lambda=0");
  EXPECT_EQ(study.points[0].settings.at("m2m.lambda").value, 0.0);
}

TEST(Study, IsNamedAfterItsFileUnlessItSaysOtherwise) {
  EXPECT_EQ(testing::study_from("method = 'ERM'").name, "test");
}

TEST(Study, NamesTheNearestKnownKeyWhereOneIsUnknown) {
  const std::string unlike_any(25, 'x');
  EXPECT_TRUE(
      says(refusal("method = 'ERM'\nm2m.lamda = 1"), {"jobs/test.toml:2:", "'m2m.lamda'", "'m2m.lambda'?"}));
  EXPECT_TRUE(says(refusal("[grid]\nsed = [1]"), {"jobs/test.toml:2:", "'sed'", "'seed'?"}));
  EXPECT_TRUE(
      says(refusal("[[point]]\n\ntrain.epoch = 1"), {"jobs/test.toml:3:", "'train.epoch'", "'train.epochs'?"}));
  EXPECT_TRUE(says(refusal_of_override("", "sead=1"), {"command line:", "'sead'", "'seed'?"}));
  EXPECT_TRUE(
      says(refusal(unlike_any + " = 1"), {"jobs/test.toml:1:", "'" + unlike_any + "'", "'m2m-sweep describe'"}));
}

TEST(Study, NamesTheSettingWhoseTableIsMissingOrAnother) {
  const std::vector<std::pair<std::string, testing::Parts>> cases = {
      {"epochs = 3", {"'train.epochs'?"}},
      {"[m2m]\nepochs = 3", {"'train.epochs'?"}},
      {"[trian]\nepochs = 3", {"'train.epochs'?"}},
      {"[train]\nmethod = 'ERM'", {"'method'", "[table]?"}},
      {"[data]\ntrain.epochs = 3", {"'train.epochs'", "[table]?"}},
      {"[train]\nname = 'x'", {"'name'", "[table]?"}},
      {"data = 'digits'", {"'data.set'?"}},
      {"[Grid]\nseed = [1]", {"[grid]"}},
      {"[[points]]\nseed = 1", {"[[point]]"}},
      {"[points.a]\nseed = 1", {"[[point]]"}},
      {"label = 'x'", {"[[point]]"}}};
  for (const auto& [toml, meant] : cases) EXPECT_TRUE(says(refusal(toml), meant));
  EXPECT_TRUE(says(refusal_of_override("", "train.seed=1"), {"'seed'?"}));
  EXPECT_TRUE(says(refusal_of_override("", "name=x"), {"--out"}));
}

TEST(Study, SaysHowTomlWritesWhatOtherNotationsWriteOtherwise) {
  EXPECT_TRUE(says(refusal("train.nesterov = True"), {"jobs/test.toml:1:", "true", "false"}));
  EXPECT_TRUE(says(refusal("m2m.lambda = .5"), {"jobs/test.toml:1:", "0.5"}));
  EXPECT_TRUE(says(refusal("method = ERM"), {"jobs/test.toml:1:", "quotes"}));
  EXPECT_TRUE(says(refusal("[data]\nset = 'a'\n[data]\nratio = 2"), {"jobs/test.toml:3:", "one place"}));
  EXPECT_TRUE(says(refusal("train.epochs = 4.0"), {"jobs/test.toml:1:", "write 4"}));
  EXPECT_EQ(refusal("train.epochs = 4"), "");
}

TEST(Study, SaysWhereSeveralValuesBelong) {
  EXPECT_TRUE(says(refusal("m2m.lambda = [0.1, 0.5]"), {"m2m.lambda = [0.1,0.5]", "[grid]"}));
  EXPECT_EQ(refusal("[grid]\nm2m.lambda = [0.1, 0.5]"), "");
  EXPECT_TRUE(says(refusal("[[point]]\nmethod = ['ERM', 'RS']"), {"jobs/test.toml:2:", "method", "[[point]]"}));
  EXPECT_EQ(refusal("[[point]]\nmethod = 'ERM'\n[[point]]\nmethod = 'RS'"), "");
  EXPECT_TRUE(says(refusal("[grid]\ntrain.lr_drops = [1, 2]"), {"train.lr_drops", "[[1,2]]"}));
  EXPECT_EQ(refusal("[grid]\ntrain.lr_drops = [[1,2]]"), "");
}

TEST(Study, OffersANameThatAFolderMayHave) {
  const auto named = [](const std::string& toml, const std::string& file) -> std::string {
    try {
      return parse_study(toml, file, testing::fake_settings()).name;
    } catch (const Error& error) {
      return error.what();
    }
  };
  for (const std::string& file : {std::string("jobs/my study.toml"), "jobs/" + std::string(150, 'x') + ".toml",
                                  std::string("jobs/caf\xC3\xA9.toml")}) {
    const std::string sentence = named("", file);
    const std::string marker = "set name = ";
    ASSERT_NE(sentence.find(marker), std::string::npos) << sentence;
    const std::string advised = sentence.substr(sentence.find(marker) + 4);
    EXPECT_EQ("name = '" + named(advised, file) + "'", advised);
  }
}

TEST(Study, RefusesWrongTypesChoicesAndBounds) {
  EXPECT_TRUE(says(refusal("\nseed = 'a'"), {"jobs/test.toml:2: seed = \"a\":"}));
  EXPECT_TRUE(says(refusal("seed = 1.5"), {"jobs/test.toml:1: seed = 1.5:"}));
  EXPECT_TRUE(says(refusal("method = 'EMR'"), {"jobs/test.toml:1: method = 'EMR':", "ERM, RS, DRS, M2m"}));
  EXPECT_TRUE(says(refusal("m2m.beta = 1.5"), {"jobs/test.toml:1: m2m.beta = 1.5:"}));
  EXPECT_NE(refusal("m2m.beta = nan"), "");
  EXPECT_NE(refusal("m2m.beta = inf"), "");
  EXPECT_TRUE(says(refusal("seed = 2026-01-01"), {"seed", "date"}));
  EXPECT_NE(refusal("[grid]\nseed = [1, [2]]"), "");
  EXPECT_TRUE(says(refusal("[grid]\nseed = [{a = 1}]"), {"seed", "tables"}));
  EXPECT_NE(refusal("[grid]\ntrain.lr_drops = [1, 2]"), "");
  EXPECT_EQ(refusal("[grid]\ntrain.lr_drops = [[1, 2], [3, 4]]"), "");
}

TEST(Study, NamesTheSettingWhoseDescriptionHasAnUnknownKeysWord) {
  const std::string said = testing::complaint(
      [] { parse_study("data.rho = 20", "jobs/test.toml", settings::all_settings()); }, ExitCode::usage);
  EXPECT_TRUE(says(said, {"jobs/test.toml:1", "'data.rho'", "'data.ratio'"}));
}

TEST(Study, RefusesAKeyThatIsGivenTwice) {
  EXPECT_EQ(refusal("seed = 1\nseed = 2").substr(0, 17), "jobs/test.toml:2:");
  EXPECT_EQ(refusal("m2m.beta = .5").substr(0, 17), "jobs/test.toml:1:");  // TOML wants 0.5
  EXPECT_TRUE(says(refusal("m2m.beta = 0.5\n\"m2m.beta\" = 0.6"), {"jobs/test.toml:2: m2m.beta ", "line 1"}));
  EXPECT_TRUE(says(refusal("seed = 1\n[grid]\nseed = [1, 2]"), {"jobs/test.toml:3: seed ", "[grid]", "line 1"}));
}

TEST(Study, RefusesAGridOrPointOfAnotherShape) {
  EXPECT_TRUE(says(refusal("[grid]\nseed = []"), {"jobs/test.toml:2: seed ", "no values", "[grid]"}));
  EXPECT_TRUE(says(refusal("[grid]\nseed = 1"), {"jobs/test.toml:2: seed ", "[grid]", "[1]"}));
  EXPECT_TRUE(says(refusal("grid = 1"), {"'grid'", "write [grid]"}));
  EXPECT_TRUE(says(refusal("[point]\nseed = 1"), {"'point'", "write [[point]]"}));
  EXPECT_TRUE(says(refusal("point = [1]"), {"'point'", "write [[point]]"}));
  EXPECT_TRUE(says(refusal("[[point]]\nlabel = 1"), {"jobs/test.toml:2: label = 1:"}));
  EXPECT_TRUE(says(refusal("[[point]]\nlabel = \"a\\nb\""), {"jobs/test.toml:2:", "label", "100 bytes"}));
  EXPECT_TRUE(says(refusal("name = '../x'"), {"name = '../x':", "set name = "}));
}

TEST(Study, RefusesWhatIsNotTomlOrNotUtf8OrNestedTooDeep) {
  EXPECT_TRUE(says(refusal("seed = = 1"), {"jobs/test.toml:1:", "TOML"}));
  EXPECT_EQ(refusal("seed = 1\nmethod = '\xff\xfe'").substr(0, 17), "jobs/test.toml:2:");
  std::string deep = "\n";
  for (int i = 0; i < 200'000; ++i) deep += "a.";
  EXPECT_TRUE(says(refusal(deep + "a = 1"), {"jobs/test.toml:2:", "100 dots"}));
  EXPECT_NE(refusal("seed = " + std::string(100'000, '[')), "");
}

TEST(StudyFile, SaysWhatIsWrongWithAMissingFileOrAFolder) {
  const testing::TemporaryFolder folder;
  const auto message = [](const std::filesystem::path& file) {
    return testing::complaint([&] { read_study_file(file, testing::fake_settings()); }, ExitCode::usage);
  };
  EXPECT_TRUE(says(message(folder.path()), {folder.path().string() + ":", "a folder"}));
  EXPECT_TRUE(
      says(message(folder.path() / "a.toml"), {(folder.path() / "a.toml").string() + ":", "no such study"}));
  write_file(folder.path() / "jobs" / "ablation.toml", "method = 'ERM'");
  const auto before = std::filesystem::current_path();
  std::filesystem::current_path(folder.path());
  EXPECT_TRUE(says(message("jobs/ablaton.toml"), {"jobs/ablaton.toml:", "'jobs/ablation.toml'?"}));
  EXPECT_TRUE(says(message("ablation"), {"ablation:", "'jobs/ablation.toml'?"}));
  EXPECT_EQ(message("jobs/ablation.toml"), "");
  write_file("other/mine.toml", "method = 'ERM'");
  EXPECT_TRUE(says(message("other/mine"), {"other/mine:", "'other/mine.toml'?"}));
  EXPECT_TRUE(says(message("other/mien.toml"), {"other/mien.toml:", "'other/mine.toml'?"}));
  EXPECT_TRUE(says(message("other/unlike_any.toml"), {"other/unlike_any.toml:", "jobs/ablation_cifar10.toml"}));
  EXPECT_FALSE(says(message("other/unlike_any.toml"), {"?"}));
  write_file("jobs/huge.toml", std::string(5 << 20, '#'));
  EXPECT_TRUE(says(message("jobs/huge.toml"), {"jobs/huge.toml:", "4 MiB"}));
  std::filesystem::current_path(before);
}

TEST(Override, FixesAFieldAndTakesItOffTheGrid) {
  const Study study = overridden("method = 'ERM'\n[grid]\nseed = [1, 2]", {"seed=7", "train.epochs=5"});
  EXPECT_TRUE(study.grid.empty());
  EXPECT_EQ(study.fixed.at("seed").value, 7);
  EXPECT_EQ(study.fixed.at("train.epochs").value, 5);
  EXPECT_EQ(location(study, study.fixed.at("seed").line), "command line");
}

TEST(Override, MakesAnAxisOfSeveralValues) {
  const Study study = overridden("method = 'ERM'\nseed = 3", {"seed=4,5,6", "method=ERM,RS"});
  ASSERT_EQ(study.grid.size(), 2u);
  EXPECT_EQ(study.grid[0].values, (std::vector<Json>{4, 5, 6}));
  EXPECT_FALSE(study.fixed.contains("seed"));
  EXPECT_EQ(count_points(study), 6u);
}

TEST(Override, TakesAListOfNumbersAsOneValue) {
  EXPECT_EQ(overridden("", {"train.lr_drops=16,18"}).fixed.at("train.lr_drops").value, Json({16.0, 18.0}));
}

TEST(Override, OfTheMethodLeavesOutPointsOfOtherMethods) {
  const std::string toml = "[grid]\nmethod = ['ERM', 'M2m']\n[[point]]\nmethod = 'M2m'\nm2m.lambda = 0";
  EXPECT_TRUE(overridden(toml, {"method=ERM"}).points.empty());
  EXPECT_EQ(overridden(toml, {"method=M2m"}).points.size(), 1u);
}

TEST(Override, RefusesWhatAPointSetsItself) {
  const std::string point = "[[point]]\nlabel = 'x'\nm2m.lambda = 0";
  EXPECT_TRUE(says(refusal_of_override(point, "m2m.lambda=0.1"),
                   {"command line: m2m.lambda ", "[[point]]", "jobs/test.toml:3"}));
}

TEST(Override, RefusesWhatIsNoSettingOrNoValue) {
  EXPECT_TRUE(says(refusal_of_override("", "seed"), {"command line: 'seed' ", "key=value"}));
  EXPECT_NE(refusal_of_override("", "=1"), "");
  EXPECT_TRUE(says(refusal_of_override("", "seed=x"), {"command line:", "seed = 'x':"}));
  EXPECT_NE(refusal_of_override("", "seed=1,,2"), "");
  EXPECT_NE(refusal_of_override("", "seed="), "");
  EXPECT_NE(refusal_of_override("", "data.set=\xff"), "");
}

}  // namespace
}  // namespace m2m::study
