#include "study/plan.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <atomic>
#include <set>

#include "settings/resolve.hpp"
#include "settings/setting.hpp"
#include "settings/table.hpp"
#include "support/counts.hpp"
#include "support/fake_training.hpp"
#include "support/said.hpp"

namespace m2m::study {
namespace {

using testing::says;

std::vector<std::string> trial_labels(const StageGraph& graph) {
  std::vector<std::string> labels;
  for (const Stage& stage : graph.stages) {
    if (stage.kind == StageKind::trial) labels.push_back(stage.label);
  }
  return labels;
}

std::string refusal(const std::string& toml) {
  return testing::complaint([&] { testing::graph_from(toml); }, ExitCode::usage);
}

using Labels = std::vector<std::string>;

TEST(Plan, MultipliesTheGridInFileOrderTheLastAxisFastest) {
  const auto points = expand(testing::study_from("[grid]\nmethod = ['RS', 'ERM']\nseed = [3, 1]"));
  ASSERT_EQ(points.size(), 4u);
  EXPECT_EQ(points[0].given.json(), Json({{"method", "RS"}, {"seed", 3}}));
  EXPECT_EQ(points[1].given.json(), Json({{"method", "RS"}, {"seed", 1}}));
  EXPECT_EQ(points[3].given.json(), Json({{"method", "ERM"}, {"seed", 1}}));
}

TEST(Plan, CrossesAPointWithTheAxesItDoesNotSet) {
  const StageGraph graph = testing::graph_from(R"(
[grid]
method = ["ERM", "M2m"]
seed = [0, 1]
data.ratio = [10, 100]
[[point]]
label = "M2m, lambda=0"
method = "M2m"
m2m.lambda = 0
)");
  EXPECT_EQ(count(graph, StageKind::trial), 4 + 4 + 4);
  EXPECT_EQ(count(graph, StageKind::g), 4);  // one per seed and ratio, for both kinds of M2m
  const Labels labels = trial_labels(graph);
  EXPECT_EQ(std::count(labels.begin(), labels.end(), "M2m, lambda=0"), 4);
  EXPECT_EQ(std::count(labels.begin(), labels.end(), "M2m"), 4);
}

TEST(Plan, HasNoGridPointsWhereOnlyPointsGiveAMethod) {
  EXPECT_EQ(trial_labels(testing::graph_from("[grid]\nseed = [0, 1]\n[[point]]\nmethod = 'RS'")),
            (Labels{"RS", "RS"}));
}

TEST(Plan, LabelsByWhatVariesOtherThanSeedsAndData) {
  EXPECT_EQ(trial_labels(testing::graph_from(
                "method = 'M2m'\n[grid]\nm2m.lambda = [0.1, 0.5]\nseed = [1]\nm2m.beta = [0.9]")),
            (Labels{"M2m, lambda=0.1", "M2m, lambda=0.5"}));
  EXPECT_EQ(trial_labels(testing::graph_from("method = 'ERM'\n[grid]\ndata.set = ['a', 'b']\nseeds.init = [1, 2]")),
            (Labels{"ERM", "ERM", "ERM", "ERM"}));
  EXPECT_EQ(trial_labels(testing::graph_from(
                "method = 'RS'\n[grid]\ntrain.lr_drops = [[1, 2], [3]]\ntrain.nesterov = [true, false]")),
            (Labels{"RS, lr_drops=1/2, nesterov=true", "RS, lr_drops=1/2, nesterov=false",
                    "RS, lr_drops=3, nesterov=true", "RS, lr_drops=3, nesterov=false"}));
  EXPECT_EQ(trial_labels(testing::graph_from("[[point]]\nmethod = 'M2m'\nm2m.lambda = 0\nseed = 4")),
            (Labels{"M2m, lambda=0"}));
}

TEST(Plan, RunsATrialOnceWhereAnAxisDoesNotActInIt) {
  const StageGraph graph =
      testing::graph_from("[grid]\nmethod = ['ERM', 'M2m']\nm2m.lambda = [0.1, 0.5]\nseed = [0, 1]");
  EXPECT_EQ(trial_labels(graph),
            (Labels{"ERM", "ERM", "M2m, lambda=0.1", "M2m, lambda=0.1", "M2m, lambda=0.5", "M2m, lambda=0.5"}));
}

TEST(Plan, TakesMinusZeroForZero) {
  EXPECT_EQ(trial_labels(testing::graph_from("method = 'M2m'\n[grid]\nm2m.lambda = [-0.0, 0.0, -0e3, 0]")),
            Labels{"M2m"});
  Study study = testing::study_from("method = 'M2m'");
  apply_override(study, "m2m.lambda=-0.0,0.0,0.5", testing::fake_settings());
  EXPECT_EQ(trial_labels(plan_study(study, testing::fake_settings(), testing::fake_resolve, testing::fake_plan)),
            (Labels{"M2m, lambda=0", "M2m, lambda=0.5"}));
  EXPECT_EQ(canonical_json(settings::checked_value(testing::fake_settings()[8], Json({-0.0, 1.0}))), "[0.0,1.0]");
}

TEST(Plan, RefusesOneTrialUnderTwoLabels) {
  const std::string id = testing::graph_from("method = 'M2m'").stages.back().id;
  EXPECT_TRUE(says(refusal("method = 'M2m'\n[[point]]\nlabel = 'the same'\nm2m.lambda = 0.5"),
                   {"jobs/test.toml:2:", "'M2m'", "'the same'", id}));
}

TEST(Plan, RefusesTwoTrialsUnderOneLabel) {
  EXPECT_TRUE(says(refusal("method = 'M2m'\n[[point]]\nlabel = 'M2m'\nm2m.lambda = 0.1"),
                   {"jobs/test.toml:2:", "'M2m'", "data and seed"}));
  // for other data a label may stand for other settings: they may have been chosen per data set
  EXPECT_EQ(refusal("[[point]]\nlabel='A'\nmethod='M2m'\ndata.set='a'\n[[point]]\nlabel='A'\nmethod='M2m'\ndata."
                    "set='b'\nm2m.lambda=0"),
            "");
}

/// Plans real settings without data: a trial whose recipe starts from a method needs a trial of it.
StageRequest plan_with_base(Config resolved, const std::string& label) {
  StageRequest trial;
  trial.label = label;
  trial.identity = settings::acting_settings(resolved);
  const std::string start = resolved.text("recipe.start");
  if (!start.empty()) trial.needs.push_back(plan_with_base(settings::with_method(resolved, start), start));
  trial.config = std::move(resolved);
  return trial;
}

StageGraph graph_with_bases(const std::string& toml) {
  const auto rows = settings::all_settings();
  return plan_study(parse_study(toml, "jobs/test.toml", rows), rows, settings::resolve, plan_with_base);
}

TEST(Plan, TellsBaseTrialsApartByTheSettingsThatDifferAtTheSameSeed) {
  EXPECT_EQ(trial_labels(graph_with_bases("method = 'cRT'\n[grid]\ntrain.lr = [0.1, 0.2]\nseed = [1, 2]")),
            (Labels{"ERM, lr=0.1", "cRT, lr=0.1", "ERM, lr=0.1", "cRT, lr=0.1", "ERM, lr=0.2", "cRT, lr=0.2",
                    "ERM, lr=0.2", "cRT, lr=0.2"}));
  EXPECT_EQ(trial_labels(graph_with_bases("method = 'cRT'\n[grid]\nsecond.lr = [0.1, 0.2]")),
            (Labels{"ERM", "cRT, lr=0.1", "cRT, lr=0.2"}));
  EXPECT_EQ(trial_labels(graph_with_bases("[[point]]\nmethod = 'ERM'\n[[point]]\nlabel = 'A'\nmethod = "
                                          "'cRT'\ntrain.lr = 0.2")),
            (Labels{"ERM", "ERM, lr=0.2", "A"}));
}

TEST(Plan, WritesTheWholeNamesOfSettingsThatLabelsOfAMethodWouldNotTellApart) {
  EXPECT_EQ(trial_labels(graph_with_bases(
                "method = 'cRT'\n[grid]\ntrain.weight_decay = [0.001, 0.002]\nsecond.weight_decay = [0.1, 0.2]")),
            (Labels{"ERM, weight_decay=0.001", "cRT, train.weight_decay=0.001, second.weight_decay=0.1",
                    "cRT, train.weight_decay=0.001, second.weight_decay=0.2", "ERM, weight_decay=0.002",
                    "cRT, train.weight_decay=0.002, second.weight_decay=0.1",
                    "cRT, train.weight_decay=0.002, second.weight_decay=0.2"}));
  EXPECT_EQ(trial_labels(graph_with_bases("[[point]]\nmethod = 'cRT'\ntrain.weight_decay = 0.1\n"
                                          "[[point]]\nmethod = 'cRT'\nsecond.weight_decay = 0.1")),
            (Labels{"ERM, weight_decay=0.1", "cRT, train.weight_decay=0.1", "ERM, weight_decay=0.0002",
                    "cRT, second.weight_decay=0.1"}));
  // an axis with one value is in no label
  EXPECT_EQ(trial_labels(graph_with_bases("method = 'cRT'\n[grid]\ntrain.weight_decay = [0.001]\n"
                                          "second.weight_decay = [0.1, 0.2]")),
            (Labels{"ERM", "cRT, weight_decay=0.1", "cRT, weight_decay=0.2"}));
}

/// Remarks on the axes of a study of real settings.
std::vector<std::string> idle_settings_of(const std::string& toml) {
  const auto rows = settings::all_settings();
  const Study study = parse_study(toml, "jobs/test.toml", rows);
  return idle_settings(study, plan_study(study, rows, settings::resolve, plan_with_base), rows);
}

TEST(IdleSettings, AreThoseThatActInNoTrial) {
  const auto of_loss = idle_settings_of("method = 'ERM'\n[grid]\nseed = [0, 1]\nfocal.gamma = [1, 2, 1]");
  ASSERT_EQ(of_loss.size(), 1u);
  EXPECT_EQ(of_loss.front(),
            "jobs/test.toml:4: focal.gamma acts in no trial of the study, and its 2 values are one; it acts if "
            "recipe.loss = 'focal'");
  const auto of_folds = idle_settings_of("method = 'ERM'\n[grid]\ndata.fold = [0, 1, 2]");
  ASSERT_EQ(of_folds.size(), 1u);
  EXPECT_TRUE(says(of_folds.front(), {"jobs/test.toml:3", "data.fold", "3 values", "data.validation = fold"}));
  const auto of_machine = idle_settings_of("method = 'ERM'\n[grid]\ntrain.threads = [1, 2]\nfocal.gamma = [1, 2]");
  ASSERT_EQ(of_machine.size(), 2u);
  EXPECT_TRUE(says(of_machine.front(), {"jobs/test.toml:3", "train.threads"}));
}

TEST(IdleSettings, AreNotThoseThatActInSomeTrialOrHaveOneValue) {
  using Remarks = std::vector<std::string>;
  EXPECT_EQ(idle_settings_of("[grid]\nmethod = ['ERM', 'Focal']\nfocal.gamma = [1, 2]\nseed = [0, 1]"), Remarks{});
  EXPECT_EQ(idle_settings_of("method = 'ERM'\n[grid]\nfocal.gamma = [1, 1]"), Remarks{});
  EXPECT_EQ(idle_settings_of("method = 'ERM'\ndata.validation = 'fold'\n[grid]\ndata.fold = [0, 1]"), Remarks{});
  EXPECT_EQ(idle_settings_of("method = 'cRT'\n[grid]\ntrain.lr = [0.1, 0.2]"), Remarks{});
  EXPECT_EQ(idle_settings_of("[[point]]\nmethod = 'ERM'\n[[point]]\nlabel = 'F'\nmethod = 'Focal'\n[grid]\n"
                             "focal.gamma = [1, 2]"),
            Remarks{});
}

/// Remarks on a study of real settings with further settings from the command line.
std::vector<std::string> idle_settings_with(const std::string& toml, const std::string& assignment) {
  const auto rows = settings::all_settings();
  Study study = parse_study(toml, "jobs/test.toml", rows);
  apply_override(study, assignment, rows);
  return idle_settings(study, plan_study(study, rows, settings::resolve, plan_with_base), rows);
}

TEST(IdleSettings, AreThoseOfDataAndOfTheCommandLineThatActInNoTrial) {
  const std::string focal = "method = 'ERM'\nfocal.gamma = 1";
  EXPECT_TRUE(idle_settings_of(focal).empty());
  const auto of_loss = idle_settings_with(focal, "focal.gamma=2");
  ASSERT_EQ(of_loss.size(), 1u);
  EXPECT_TRUE(says(of_loss.front(), {"command line", "focal.gamma", "recipe.loss = 'focal'"}));
  EXPECT_TRUE(idle_settings_with(focal, "method=Focal,ERM").empty());
  const auto of_data = idle_settings_of("method = 'ERM'\ndata.imbalance = 'none'\ndata.ratio = 50");
  ASSERT_EQ(of_data.size(), 1u);
  EXPECT_TRUE(says(of_data.front(), {"jobs/test.toml:3", "data.ratio"}));
  EXPECT_TRUE(idle_settings_with(focal, "train.threads=2").empty());
  EXPECT_TRUE(idle_settings_with("method = 'cRT'", "train.lr=0.2").empty());
}

TEST(Plan, RefusesALabelThatIsTheNameOfABaseTrial) {
  const std::string said =
      testing::complaint([] { graph_with_bases("[[point]]\nlabel = 'ERM'\nmethod = 'cRT'"); }, ExitCode::usage);
  EXPECT_TRUE(says(said, {"jobs/test.toml", "'ERM'", "another label"}));
}

TEST(Plan, PutsFileAndLineOfTheFieldInFrontOfARefusal) {
  EXPECT_TRUE(says(refusal("method = 'M2m'\ntrain.epochs = 200\ntrain.defer_until = 200"),
                   {"jobs/test.toml:3: train.defer_until = 200 ", "train.epochs = 200", "M2m"}));
  EXPECT_EQ(refusal("method = 'DRS'\n[grid]\ntrain.epochs = [10]\ntrain.defer_until = [5, 10]").substr(0, 18),
            "jobs/test.toml:4: ");
  EXPECT_EQ(refusal("method = 'DRS'\ntrain.defer_until = 9\n[[point]]\nlabel = 'x'\ntrain.defer_until = 10")
                .substr(0, 18),
            "jobs/test.toml:5: ");
  // what the sentence begins with is a default: the line of the other field it names
  EXPECT_EQ(refusal("method = 'DRS'\n\ntrain.epochs = 1\ntrain.threads = 1"), "");
  EXPECT_TRUE(says(refusal("seed = 1\n[[point]]\nlabel = 'x'"), {"jobs/test.toml:2: method:"}));
}

TEST(Plan, NamesTheCommandLineWhereTheFieldComesFromThere) {
  Study study = testing::study_from("method = 'M2m'");
  apply_override(study, "train.defer_until=10", testing::fake_settings());
  try {
    plan_study(study, testing::fake_settings(), testing::fake_resolve, testing::fake_plan);
    FAIL() << "accepted";
  } catch (const Error& error) {
    EXPECT_TRUE(says(error.what(), {"command line: train.defer_until = 10 "}));
  }
}

TEST(Plan, LetsOtherErrorsThroughAsTheyAre) {
  const Study study = testing::study_from("method = 'ERM'");
  const PlanFn no_data = [](const Config&, const std::string&) -> StageRequest {
    throw data_error("cifar-10: gone");
  };
  try {
    plan_study(study, testing::fake_settings(), testing::fake_resolve, no_data);
    FAIL() << "accepted";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::bad_data);
    EXPECT_STREQ(error.what(), "cifar-10: gone");
  }
}

/// A study of 1,000 seeds, more than one thread plans.
Study thousand_seeds(const std::string& toml) {
  Study study = testing::study_from(toml + "\n[grid]\nseed = [0]");
  for (int seed = 1; seed < 1000; ++seed) study.grid[0].values.emplace_back(seed);
  return study;
}

StageGraph plan_with(const Study& study, const PlanFn& plan, std::vector<settings::Setting> rows) {
  return plan_study(study, rows, testing::fake_resolve, plan);
}

TEST(Plan, PlansEachPointOnceAndKeepsTheirOrder) {
  std::atomic<int> planned = 0;
  const PlanFn plan = [&](const Config& resolved, const std::string& label) {
    ++planned;
    return testing::fake_plan(resolved, label);
  };
  const StageGraph graph = plan_with(thousand_seeds("method = 'ERM'"), plan, testing::fake_settings());
  EXPECT_EQ(planned, 1000);
  ASSERT_EQ(graph.size(), 1000);
  for (int seed = 0; seed < 1000; ++seed) {
    const Stage& stage = graph.stages[static_cast<std::size_t>(seed)];
    EXPECT_EQ(stage.config.integer("seed"), seed);
    EXPECT_EQ(stage.id, stage_id(stage.identity));
  }
}

TEST(Plan, RefusesTheFirstPointThatCannotBeTrained) {
  const PlanFn plan = [&](const Config& resolved, const std::string& label) {
    const std::int64_t seed = resolved.integer("seed");
    if (seed >= 300) throw usage_error(fmt::format("seed = {}: too many", seed));
    return testing::fake_plan(resolved, label);
  };
  const Study study = thousand_seeds("method = 'ERM'");
  EXPECT_EQ(testing::complaint([&] { plan_with(study, plan, testing::fake_settings()); }, ExitCode::usage),
            "jobs/test.toml:3: seed = 300: too many");
}

TEST(Plan, ReadsOneDataSetAtATime) {
  std::vector<settings::Setting> rows = testing::fake_settings();
  for (settings::Setting& row : rows) row.traits.data = row.name == "data.set";
  Study study = thousand_seeds("method = 'ERM'");
  study.grid.insert(study.grid.begin(), Axis{"data.set", {"a", "b"}, 1});
  std::atomic<int> of_a = 0, of_b = 0;
  std::atomic<bool> both = false;
  const PlanFn plan = [&](const Config& resolved, const std::string& label) {
    std::atomic<int>& mine = resolved.text("data.set") == "a" ? of_a : of_b;
    ++mine;
    if (of_a > 0 && of_b > 0) both = true;
    StageRequest request = testing::fake_plan(resolved, label);
    --mine;
    return request;
  };
  EXPECT_EQ(plan_with(study, plan, rows).size(), 2000);
  EXPECT_FALSE(both);
}

TEST(Points, RefusesAnEmptyStudy) {
  EXPECT_TRUE(says(refusal(""), {"jobs/test.toml:", "no trials", "method", "[grid]", "[[point]]"}));
  EXPECT_NE(refusal("[grid]\nseed = [1, 2]"), "");
}

/// "[grid]" with axes of these lengths.
std::string grid_of(const std::vector<int>& lengths) {
  const char* names[] = {"seed",       "m2m.lambda", "train.epochs",     "data.ratio",
                         "seeds.init", "m2m.beta",   "train.defer_until"};
  std::string toml = "method = 'M2m'\n[grid]\n";
  for (std::size_t i = 0; i < lengths.size(); ++i) {
    toml += std::string(names[i]) + " = [1";
    for (int k = 1; k < lengths[i]; ++k) toml += ", 1";
    toml += "]\n";
  }
  return toml;
}

TEST(Points, CountsBeforeItExpands) {
  using Numbers = std::vector<double>;
  EXPECT_EQ(testing::numbers_in(refusal(grid_of({1000, 1000, 1000}))), (Numbers{1e9, 1e5}));
  EXPECT_EQ(testing::numbers_in(refusal(grid_of({100'001}))), (Numbers{100'001, 1e5}));
  EXPECT_EQ(expand(testing::study_from(grid_of({1000, 100}))).size(), 100'000u);
}

TEST(Points, CountsWithoutOverflow) {
  EXPECT_EQ(count_points(testing::study_from(grid_of({1000, 1000, 1000, 1000, 1000, 1000}))),
            1'000'000'000'000'000'000u);
  EXPECT_TRUE(
      says(refusal(grid_of({2000, 2000, 2000, 2000, 2000, 2000, 2000})), {"jobs/test.toml:", "10^18", "100,000"}));
}

TEST(Points, AreAsManyAsTheProductSays) {
  for (int a = 1; a < 4; ++a) {
    for (int b = 1; b < 4; ++b) {
      const std::string toml =
          grid_of({a, b}) + "[[point]]\nlabel = 'x'\nseed = 5\n[[point]]\nlabel = 'y'\nm2m.beta = 0.5";
      const Study study = testing::study_from(toml);
      EXPECT_EQ(count_points(study), static_cast<std::uint64_t>(a * b + b + a * b));
      EXPECT_EQ(expand(study).size(), count_points(study));
    }
  }
}

}  // namespace
}  // namespace m2m::study
