#include "bench/comparison.hpp"

#include <gtest/gtest.h>

#include "support/said.hpp"

namespace m2m::bench {
namespace {

std::vector<Contender> made_up_contenders() {
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
  const auto rows = comparison_rows(made_up_contenders(), 97);
  EXPECT_EQ(rows.size(), 8U);
  const ComparisonRow& step = row_named(rows, "ERM step");
  EXPECT_EQ(step.medians, (std::vector<double>{0.5, 0.25}));
  EXPECT_EQ(ratio(step, 1), 2);
  EXPECT_EQ(ratio(step, 0), 1);
  EXPECT_EQ(ratio(row_named(rows, "M2m peak memory"), 1), 2);
}

TEST(Comparison, ComputesAnEpochFromStepsAndOneEvaluation) {
  const auto rows = comparison_rows(made_up_contenders(), 97);
  const ComparisonRow& epoch = row_named(rows, "M2m epoch");
  EXPECT_TRUE(epoch.computed);
  EXPECT_EQ(epoch.medians, (std::vector<double>{97 * 5 + 2, 97 + 1}));
  EXPECT_FALSE(row_named(rows, "M2m step").computed);
}

TEST(Comparison, LeavesOutWhatNotAllHaveRunsOf) {
  auto contenders = made_up_contenders();
  contenders[1].runs["M2m"].clear();
  EXPECT_EQ(comparison_rows(contenders, 97).size(), 4U);
}

TEST(Comparison, IsATableWithAColumnForEachAndANoteOnWhatWasComputed) {
  const auto contenders = made_up_contenders();
  const std::string table = comparison_table(contenders, comparison_rows(contenders, 97), 97);
  EXPECT_NE(table.find("ERM step                s        0.500     0.250   (2.00x)\n"), std::string::npos) << table;
  EXPECT_NE(table.find("ERM epoch *"), std::string::npos) << table;
  EXPECT_TRUE(testing::says(table.substr(table.rfind('*')), {"97 steps"})) << table;
}

TEST(Comparison, KeepsEveryRunInItsJson) {
  const auto contenders = made_up_contenders();
  const Json json = comparison_json(contenders, comparison_rows(contenders, 97));
  EXPECT_EQ(json["runs"]["authors"]["ERM"].size(), 3U);
  EXPECT_EQ(json["runs"]["ours float32"]["M2m"][0]["peak_megabytes"], 475.0);
  EXPECT_EQ(json["rows"][0]["programs"]["ours float32"]["authors_over_this"], 2.0);
}

}  // namespace
}  // namespace m2m::bench
