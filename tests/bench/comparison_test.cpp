#include "bench/comparison.hpp"

#include <gtest/gtest.h>

#include "core/error.hpp"
#include "support/said.hpp"

namespace m2m::bench {
namespace {

TEST(StepTimes, ReadBackFromTheirLineAmongOtherOutput) {
  const StepTimes times{{0.5, 0.25, 0.125}, 1.5, 12345.75};
  const std::string output = "==> Preparing data\n{5000, 2997}\n" + step_times_line(times) + "\nbye\n";
  const StepTimes read = read_step_times(output, "authors");
  EXPECT_EQ(read.steps, times.steps);
  EXPECT_EQ(read.evaluation, times.evaluation);
  EXPECT_EQ(read.first_step_end, times.first_step_end);
}

TEST(StepTimes, AreRefusedIfTheLineIsMissingDamagedOrOfOneStep) {
  for (const char* output : {"", "no line\n", "{\"steps\": [1, 2]", "{\"steps\": [1, 2], \"evaluation\": 1}",
                             "{\"steps\": \"many\", \"evaluation\": 1, \"first_step_end\": 2}",
                             "{\"steps\": [1], \"evaluation\": 1, \"first_step_end\": 2}"}) {
    try {
      read_step_times(output, "authors, ERM");
      ADD_FAILURE() << "read: " << output;
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ExitCode::bad_data);
      EXPECT_TRUE(std::string(error.what()).starts_with("authors, ERM: ")) << error.what();
    }
  }
}

TEST(Measurement, LeavesTheFirstStepOutOfTheMedianAndCountsItAsStartUp) {
  const Measurement measured = to_measurement({{90, 3, 1, 2}, 7, 1015}, 1000, 250'000'000);
  EXPECT_EQ(measured.step, 2);
  EXPECT_EQ(measured.evaluation, 7);
  EXPECT_EQ(measured.start_up, 15);
  EXPECT_EQ(measured.peak, 250);
}

TEST(Subprocess, IsReadToItsEndAndMeasured) {
  const ProcessResult ended = run_process({"sh", "-c", "echo said $WORD; echo why >&2; exit 7"}, {{"WORD", "so"}});
  EXPECT_EQ(ended.code, 7);
  EXPECT_EQ(ended.output, "said so\nwhy\n");
  EXPECT_EQ(last_line(ended.output), "why");
  EXPECT_GT(ended.peak_bytes, 100'000);
  EXPECT_LE(ended.started, monotonic_seconds());
  EXPECT_EQ(run_process({"sh", "-c", "kill -9 $$"}, {}).code, 137);
}

TEST(Subprocess, ThatCannotBeStartedIsAUsageError) {
  try {
    run_process({"/nowhere/python"}, {});
    FAIL() << "it ran";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::usage);
  }
}

std::vector<Contender> synthetic_contenders() {
  return {{"authors", {{"ERM", {{0.4, 2, 9, 900}, {0.5, 2, 8, 900}, {0.9, 3, 7, 901}}}, {"M2m", {{5, 2, 9, 950}}}}},
          {"ours float32",
           {{"ERM", {{0.25, 1, 2, 450}, {0.2, 1, 2, 450}, {0.3, 1, 2, 450}}}, {"M2m", {{1, 1, 2, 475}}}}}};
}

const ComparisonRow& row_named(const std::vector<ComparisonRow>& rows, const std::string& quantity) {
  for (const ComparisonRow& row : rows) {
    if (row.quantity == quantity) return row;
  }
  throw std::runtime_error("no row " + quantity);
}

TEST(Comparison, TakesMediansAndDividesTheAuthorsByOurs) {
  const auto rows = comparison_rows(synthetic_contenders(), 97);
  EXPECT_EQ(rows.size(), 8U);
  const ComparisonRow& step = row_named(rows, "ERM step");
  EXPECT_EQ(step.medians, (std::vector<double>{0.5, 0.25}));
  EXPECT_EQ(ratio(step, 1), 2);
  EXPECT_EQ(ratio(step, 0), 1);
  EXPECT_EQ(ratio(row_named(rows, "M2m peak memory"), 1), 2);
}

TEST(Comparison, ComputesAnEpochFromStepsAndOneEvaluation) {
  const auto rows = comparison_rows(synthetic_contenders(), 97);
  const ComparisonRow& epoch = row_named(rows, "M2m epoch");
  EXPECT_TRUE(epoch.computed);
  EXPECT_EQ(epoch.medians, (std::vector<double>{97 * 5 + 2, 97 + 1}));
  EXPECT_FALSE(row_named(rows, "M2m step").computed);
}

TEST(Comparison, LeavesOutMethodsThatAContenderHasNotRun) {
  auto contenders = synthetic_contenders();
  contenders[1].runs["M2m"].clear();
  EXPECT_EQ(comparison_rows(contenders, 97).size(), 4U);
}

TEST(Comparison, PrintsAColumnForEachContenderAndANoteOnComputedRows) {
  const auto contenders = synthetic_contenders();
  const std::string table = comparison_table(contenders, comparison_rows(contenders, 97), 97);
  EXPECT_NE(table.find("ERM step                s        0.500     0.250   (2.00x)\n"), std::string::npos) << table;
  EXPECT_NE(table.find("ERM epoch *"), std::string::npos) << table;
  EXPECT_TRUE(testing::says(table.substr(table.rfind('*')), {"97 steps"})) << table;
}

TEST(Comparison, KeepsEveryRunInItsJson) {
  const auto contenders = synthetic_contenders();
  const Json json = comparison_json(contenders, comparison_rows(contenders, 97));
  EXPECT_EQ(json["runs"]["authors"]["ERM"].size(), 3U);
  EXPECT_EQ(json["runs"]["ours float32"]["M2m"][0]["peak_megabytes"], 475.0);
  EXPECT_EQ(json["rows"][0]["programs"]["ours float32"]["authors_over_this"], 2.0);
}

}  // namespace
}  // namespace m2m::bench
