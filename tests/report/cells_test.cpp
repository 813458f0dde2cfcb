// A cell and its notes.
#include "report/cells.hpp"

#include <gtest/gtest.h>

#include "core/error.hpp"
#include "support/choice_study.hpp"
#include "support/said.hpp"

namespace m2m::report {
namespace {

using testing::done;
using testing::m2m_config;
using testing::not_done;

/// Two seeds that differ in beta too, and a third that diverged.
results::StudyResults mixed() {
  results::StudyResults results;
  results.trials = {done({"M2m", m2m_config(.9, 0), {90, 70}, {5, 5}}),
                    done({"M2m", m2m_config(.8, 1), {80, 60}, {5, 5}}),
                    not_done("M2m", m2m_config(.9, 2), results::TrialStatus::diverged)};
  return results;
}

TableCell cell_of(const results::StudyResults& results, bool allow_mixed,
                  const std::set<std::string>& may_differ = {}) {
  TableOptions options;
  options.allow_mixed = allow_mixed;
  options.metrics = {"bacc", "many"};  // the largest class has 100 samples, so that none is many-shot
  return make_cell(group_trials(results, options).groups.at(0).at(0), "here", options, {}, may_differ);
}

TEST(Cell, CountsAndAveragesItsTrials) {
  const TableCell cell = cell_of(mixed(), true);
  EXPECT_EQ(cell.planned, 3);
  EXPECT_EQ(cell.diverged, 1);
  EXPECT_EQ(cell.bacc.n, 2);
  EXPECT_NEAR(cell.bacc.mean, 75, 1e-9);
  EXPECT_NEAR(cell.metrics.at(0).mean, 75, 1e-9);
  EXPECT_EQ(cell.metrics.at(1).n, 0);
  EXPECT_FALSE(cell.is_complete());
}

TEST(Cell, CarriesItsNotes) {
  const TableCell cell = cell_of(mixed(), true);
  ASSERT_EQ(cell.notes.size(), 2U);
  EXPECT_TRUE(testing::says(cell.notes[0], {"--allow-mixed", "here", "m2m.beta"}));
  EXPECT_TRUE(testing::says(cell.notes[1], {"here", "2 of 2", "many"}));
  ASSERT_EQ(cell.incomplete.size(), 1U);
  EXPECT_TRUE(testing::says(cell.incomplete[0], {"here", "1 of 3", "diverged"}));
}

TEST(Cell, RefusesAMixtureUnlessTheSettingMayDiffer) {
  EXPECT_TRUE(
      testing::says(testing::complaint([] { cell_of(mixed(), false); }, ExitCode::usage), {"here", "m2m.beta"}));
  EXPECT_EQ(cell_of(mixed(), false, {"m2m.beta"}).notes.size(), 1U);
}

}  // namespace
}  // namespace m2m::report
