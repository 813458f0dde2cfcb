// The arithmetic and the verdict of a problem class, on synthetic results.
#include <gtest/gtest.h>

#include <cmath>

#include "bench/class_results.hpp"
#include "bench/class_verdict.hpp"
#include "core/error.hpp"
#include "core/files.hpp"
#include "support/class_results.hpp"
#include "support/said.hpp"

namespace m2m::bench {
namespace {

using results::TrialRecord, results::TrialStatus;
using testing::class_facts, testing::class_records, testing::complaint, testing::says, testing::to_results;
using Records = std::vector<TrialRecord>;

const ProblemClass& small() { return find_class("S"); }

std::vector<std::string> verdict(const ProblemClass& problem, const results::StudyResults& results,
                                 const RunFacts& facts) {
  return reasons_to_fail(problem, results, class_figures(problem, results, facts));
}
std::vector<std::string> verdict(const Records& records) {
  return verdict(small(), to_results(small(), records), class_facts(records));
}

/// The record of a label and seed.
TrialRecord& record_of(Records& records, const std::string& label, int seed) {
  for (TrialRecord& record : records) {
    if (record.label == label && record.config.at("seed") == seed) return record;
  }
  throw std::runtime_error("no record of " + label);
}

TEST(ProblemClasses, AreTheShippedStudies) {
  for (const std::string& name : class_names()) {
    const ProblemClass& problem = find_class(name);
    const std::filesystem::path file = std::filesystem::path(M2M_SOURCE_DIR) / "jobs" / (problem.study + ".toml");
    EXPECT_EQ(job_text(problem), read_file(file)) << "configure again after a change of " << file;
  }
  EXPECT_TRUE(says(complaint([] { find_class("XL"); }, ExitCode::usage), {"XL", "S, M, L"}));
}

TEST(ProblemClasses, HaveTheTrialsOfTheirStudies) {
  EXPECT_EQ(expected_trials(find_class("S"), "float32").size(), 9U);
  EXPECT_EQ(expected_trials(find_class("M"), "float32").size(), 8U);
  EXPECT_EQ(expected_trials(find_class("L"), "bf16").size(), 30U);
  const ExpectedTrial last = expected_trials(find_class("L"), "bf16").back();
  EXPECT_EQ(last.label, "M2m, lambda=0");
  EXPECT_EQ(last.acting.at("train.precision"), "bf16");
  EXPECT_EQ(last.acting.at("m2m.lambda"), 0.0);
  EXPECT_FALSE(last.acting_g.is_null());
}

TEST(ProblemClasses, HaveAWindowForEveryLabel) {
  for (const std::string& name : class_names()) {
    const ProblemClass& problem = find_class(name);
    for (const ExpectedTrial& trial : expected_trials(problem, "float32")) {
      const auto is_it = [&](const Window& window) { return window.label == trial.label; };
      EXPECT_EQ(std::count_if(problem.windows.begin(), problem.windows.end(), is_it), 1) << trial.label;
    }
    for (const Window& window : problem.windows) EXPECT_LT(window.low, window.high) << window.label;
  }
}

TEST(FigureOfMerit, IsTrialsPerDeviceAndHour) {
  EXPECT_DOUBLE_EQ(figure_of_merit(9, 2, 120), 135);
  EXPECT_EQ(figure_of_merit(9, 0, 120), 0);
  EXPECT_EQ(figure_of_merit(9, 2, 0), 0);
}

TEST(SecondsToTarget, AddTrainingAndEvaluationUpToTheFirstEpochThatReachesIt) {
  std::vector<results::EpochRecord> epochs(3);
  for (int e = 0; e < 3; ++e) {
    epochs[e].seconds = 10;
    epochs[e].evaluation_seconds = 1;
    epochs[e].validation_bacc = std::vector<double>{0.3, 0.75, 0.6}[e];
  }
  EXPECT_DOUBLE_EQ(seconds_to_target(epochs, 75), 22);
  EXPECT_DOUBLE_EQ(seconds_to_target(epochs, 30), 11);
  EXPECT_TRUE(std::isnan(seconds_to_target(epochs, 76)));
  epochs[0].evaluation_seconds = results::not_measured;
  EXPECT_DOUBLE_EQ(seconds_to_target(epochs, 75), 21);
}

TEST(ClassFigures, CountDevicesSlotsAndBusyTime) {
  const Records records = class_records(small());
  const ClassFigures figures = class_figures(small(), to_results(small(), records), class_facts(records));
  EXPECT_EQ(figures.trials, 9);
  EXPECT_EQ(figures.devices, 2);
  EXPECT_EQ(figures.slots, 2);
  EXPECT_DOUBLE_EQ(figures.trials_per_device_hour, 9 / (2 * 60.0 / 3600));
  EXPECT_DOUBLE_EQ(figures.busy, (9 * 10 + 3 * 5) / 120.0);
  const MethodFigures& m2m = figures.methods.at(2);
  EXPECT_EQ(m2m.label, "M2m");
  EXPECT_EQ(m2m.bacc.n, 3);
  EXPECT_NEAR(m2m.bacc.mean, 85, 1e-9);
  EXPECT_EQ(m2m.reached, 3);
  EXPECT_DOUBLE_EQ(m2m.target_seconds, 2 * 2.5 + 5);  // two epochs, and the g
  EXPECT_DOUBLE_EQ(figures.methods.at(0).target_seconds, 2 * 2.5);
}

TEST(ClassFigures, CountGpusOnceThoughRanksAndTrialsShareThem) {
  Records records = class_records(small());
  for (TrialRecord& record : records) {
    record.environment.update({{"ranks", 8}, {"hosts", 2}, {"trials_per_device", 3}});
    record.environment.update({{"gpu", "NVIDIA H200"}, {"compute_capability", "9.0"}});
  }
  RunFacts facts = class_facts(records);
  facts.gpus_per_host = 2;
  const ClassFigures figures = class_figures(small(), to_results(small(), records), facts);
  EXPECT_EQ(figures.devices, 4);
  EXPECT_EQ(figures.slots, 24);
  facts.devices = 3;
  EXPECT_TRUE(says(verdict(small(), to_results(small(), records), facts), {"4 devices", "3 are counted"}));
}

TEST(ClassVerdict, PassesResultsWithinTheWindows) {
  for (const std::string& name : class_names()) {
    const ProblemClass& problem = find_class(name);
    const Records records = class_records(problem, "bf16");
    RunFacts facts = class_facts(records);
    facts.wall_seconds = 1000;
    EXPECT_EQ(verdict(problem, to_results(problem, records), facts), std::vector<std::string>{}) << name;
  }
}

TEST(ClassVerdict, FindsAMeanOutsideOfItsWindow) {
  for (const int percent : {70, 95}) {
    Records records = class_records(small());
    for (const int seed : {1, 2, 3}) testing::set_bacc(record_of(records, "ERM", seed), percent);
    EXPECT_TRUE(says(verdict(records), {"ERM", std::to_string(percent) + ".0", "80.9", "87.9"}));
    EXPECT_EQ(verdict(records).size(), 1U);
  }
}

TEST(ClassVerdict, FindsAMethodThatIsNotAboveTheOther) {
  Records records = class_records(small());
  for (const int seed : {1, 2, 3}) testing::set_bacc(record_of(records, "DRS", seed), 86);
  EXPECT_TRUE(says(verdict(records), {"M2m", "85.0", "DRS", "86.0"}));
}

TEST(ClassVerdict, FindsMethodsThatDidNothing) {
  Records records = class_records(small());
  record_of(records, "M2m", 2).epochs.back().generated_loss = results::not_measured;
  record_of(records, "DRS", 3).last.test = record_of(records, "ERM", 3).last.test;
  EXPECT_TRUE(says(verdict(records), {"M2m seed=2", "translation"}));
  EXPECT_TRUE(says(verdict(records), {"ERM seed=3", "DRS seed=3", "same predictions"}));
}

TEST(ClassVerdict, NamesTrialsThatAreNotDone) {
  const Records records = class_records(small());
  results::StudyResults results = to_results(small(), records);
  for (const std::size_t i : {0U, 1U}) results.trials[i].record.reset();
  results.trials[0].status = TrialStatus::diverged;
  results.trials[0].reason = "loss is not a number";
  results.trials[1].status = TrialStatus::missing;
  const auto reasons = verdict(small(), results, class_facts(records));
  EXPECT_TRUE(says(reasons, {"ERM seed=1", "diverged", "loss is not a number"}));
  EXPECT_TRUE(says(reasons, {"ERM seed=2", "missing"}));
}

TEST(ClassVerdict, FindsTrialsThatAreNotThoseOfTheClass) {
  Records records = class_records(small());
  record_of(records, "DRS", 1).identity["settings"]["train.epochs"] = 20;
  record_of(records, "M2m", 3).config["m2m.g_stop"] = 5;
  record_of(records, "M2m", 2).identity["g"]["stage"] = "0123456789abcdef";
  record_of(records, "ERM", 2).identity["data"]["files"] = "others";
  const auto reasons = verdict(records);
  EXPECT_TRUE(says(reasons, {"DRS seed=1", "train.epochs", "20", "50"}));
  EXPECT_TRUE(says(reasons, {"M2m seed=3", "its g", "train.epochs", "5"}));
  EXPECT_TRUE(says(reasons, {"M2m seed=2", "its g", "0123456789abcdef"}));
  EXPECT_TRUE(says(reasons, {"ERM seed=2", "data"}));
  Records fewer = class_records(small());
  fewer.pop_back();
  EXPECT_TRUE(says(verdict(fewer), {"M2m seed=3", "missing"}));
  Records more = class_records(small());
  more.push_back(more.front());
  more.back().config["seed"] = 4;
  EXPECT_TRUE(says(verdict(more), {"ERM seed=4", "no such trial"}));
}

TEST(ClassVerdict, FindsResultsOfSeveralMachinesOrRevisions) {
  Records records = class_records(small());
  records[0].environment["revision"] = "9999ff";
  records[1].environment["processor"] = "another";
  records[2].environment["ranks"] = 4;
  EXPECT_TRUE(says(verdict(records), {"revisions", "9999ff", "0123ab"}));
  EXPECT_TRUE(says(verdict(records), {"processors", "another"}));
  EXPECT_TRUE(says(verdict(records), {"numbers of ranks", "4", "2"}));
}

TEST(ClassVerdict, FindsTrialsThatWereTrainedOutsideOfTheMeasuredTime) {
  const Records records = class_records(small());
  RunFacts facts = class_facts(records);
  facts.wall_seconds = 30;
  EXPECT_TRUE(says(verdict(small(), to_results(small(), records), facts), {"175 %", "outside"}));
  facts.wall_seconds = 0;
  EXPECT_TRUE(says(verdict(small(), to_results(small(), records), facts), {"wall time"}));
}

}  // namespace
}  // namespace m2m::bench
