// Sentences below a table about trials and classes that it lacks.
#include "report/notes.hpp"

#include <gtest/gtest.h>

#include "support/choice_study.hpp"
#include "support/said.hpp"
#include "support/sample_results.hpp"

namespace m2m::report {
namespace {

using testing::done;
using testing::not_done;
using testing::sample_config;

Group group_of(const results::StudyResults& results) {
  Group group;
  for (const results::TrialOutcome& trial : results.trials) group.push_back(&trial);
  return group;
}

TEST(Notes, ShowTheDigitsOfAnIdThatTellTrialsApart) {
  results::StudyResults results;
  for (const int seed : {0, 1, 1}) {
    results.trials.push_back(not_done("ERM", sample_config("ERM", seed), results::TrialStatus::missing));
  }
  EXPECT_EQ(unique_prefix(results).digits, 4U);
  results.trials[0].planned.id = "abcdef0";
  results.trials[1].planned.id = results.trials[2].planned.id = "abcdef1";
  EXPECT_EQ(unique_prefix(results).digits, 7U);
  EXPECT_EQ(unique_prefix({}).digits, 4U);
}

TEST(Notes, WriteAReasonOfSeveralLinesAsOne) {
  results::StudyResults results;
  results.trials.push_back(not_done("ERM", sample_config("ERM", 0), results::TrialStatus::failed));
  results.trials[0].reason = "no space\r\nleft";
  const std::vector<std::string> notes = missing_notes(group_of(results), "ERM on digits", Selection::last, {});
  ASSERT_EQ(notes.size(), 1U);
  EXPECT_TRUE(testing::says(notes[0], {"ERM on digits: 1 of 1", "failed", "(no space  left)"}));
}

TEST(Notes, NameTheTrialsWithoutTheBestEpochIfItIsSelected) {
  results::StudyResults results;
  results.trials.push_back(done({"ERM", sample_config("ERM", 0), {90, 90}, {9, 9}}));
  results.trials.push_back(done({"ERM", sample_config("ERM", 1), {90, 90}, {9, 9}}));
  results.trials[1].record->best.reset();
  const Group group = group_of(results);
  EXPECT_TRUE(missing_notes(group, "ERM", Selection::last, {}).empty());
  const std::vector<std::string> notes = missing_notes(group, "ERM", Selection::best, {});
  ASSERT_EQ(notes.size(), 1U);
  EXPECT_TRUE(testing::says(notes[0], {"1 of 2", "best epoch", results.trials[1].planned.id.substr(0, 4)}));
}

TEST(Notes, AreAddedOnce) {
  std::vector<std::string> notes = {"a"};
  add_once(notes, "b");
  add_once(notes, "a");
  EXPECT_EQ(notes, (std::vector<std::string>{"a", "b"}));
}

}  // namespace
}  // namespace m2m::report
