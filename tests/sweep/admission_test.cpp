#include "sweep/admission.hpp"

#include <gtest/gtest.h>

#include "support/counts.hpp"

namespace m2m::sweep {
namespace {

constexpr double gib = 1024.0 * 1024.0 * 1024.0;

TEST(AdmitsAnother, OnceAllThatRunHaveShownTheirMemoryAndAShareAndAQuarterIsFree) {
  struct Case {
    std::vector<bool> has_reported;
    double share, free;
    bool expected;
  };
  const std::vector<Case> cases = {
      {{}, 0, 0, true},  // none runs: it is tried whatever is free
      {{}, 100, 0, true},         {{true}, 100, 125, true},
      {{true}, 100, 124, false},  {{true, true, true}, 100, 125, true},
      {{false}, 0, 1e12, false},  {{true, false}, 100, 1e12, false},
      {{true, true}, 0, 0, true},
  };
  for (std::size_t i = 0; i < cases.size(); ++i) {
    EXPECT_EQ(admits_another(cases[i].has_reported, cases[i].share, cases[i].free), cases[i].expected) << i;
  }
}

TEST(AdmitsAtOnce, WherePlainlyEnoughIsFreeForAllThatHaveNotShownWhatTheyTake) {
  EXPECT_TRUE(admits_at_once(1, 100, 100, 250));
  EXPECT_FALSE(admits_at_once(1, 100, 100, 249));
  EXPECT_FALSE(admits_at_once(3, 100, 100, 499));
  EXPECT_TRUE(admits_at_once(3, 100, 100, 500));
  EXPECT_FALSE(admits_at_once(1, 0, 100, 1e12)) << "nothing is known of those that run";
  EXPECT_FALSE(admits_at_once(1, 100, 0, 1e12)) << "nothing is known of those to come";
}

TEST(AdmitsAtOnce, ByTheEstimateOfTheStageToComeAndNotByThatOfThoseThatRun) {
  EXPECT_FALSE(admits_at_once(2, 100, 400, 749));
  EXPECT_TRUE(admits_at_once(2, 100, 400, 750));
  EXPECT_FALSE(admits_at_once(2, 400, 100, 1124));
  EXPECT_TRUE(admits_at_once(2, 400, 100, 1125)) << "a lighter one needs less";
}

TEST(FurtherMemory, IsTheShareOrMoreIfAHeavierStageIsToCome) {
  EXPECT_EQ(further_memory(100, 0.5, 200), 100);
  EXPECT_EQ(further_memory(100, 0.5, 600), 300);
  EXPECT_EQ(further_memory(100, 0.5, 10), 100) << "never less than the share";
  EXPECT_EQ(further_memory(100, 0, 600), 100) << "nothing is known of those that run";
  EXPECT_EQ(further_memory(100, 0.5, 0), 100) << "nothing is known of those to come";
}

TEST(LimitText, NamesHowManyAndWhy) {
  using Numbers = std::vector<double>;
  EXPECT_EQ(testing::numbers_in(memory_limit_text(1, 4, 30.1 * gib, 12.5 * gib)), (Numbers{1, 4, 30.1, 12.5}));
  EXPECT_EQ(testing::numbers_in(memory_limit_text(2, 3, gib, 0)), (Numbers{2, 3, 1, 0}));
}

/// An admission whose memory a test sets.
struct Watched {
  explicit Watched(int slots)
      : admission(
            slots,
            [this] {
              ++asked;
              return memory;
            },
            [this](const std::string& text) { said.push_back(text); }) {}

  void run(int slot, double estimate = 0) {
    ASSERT_TRUE(admission.admit(slot));
    admission.start(slot, estimate);
  }

  DeviceMemory memory{1000, 0};
  int asked = 0;
  std::vector<std::string> said;
  Admission admission;
};

TEST(Admission, OpensOneSeatAtATime) {
  Watched x(3);
  EXPECT_TRUE(x.admission.admit(0));
  EXPECT_FALSE(x.admission.is_withdrawn(0));
  EXPECT_FALSE(x.admission.admit(1));
  x.admission.start(0);
  EXPECT_FALSE(x.admission.admit(1));  // what it takes is not known yet
  x.admission.on_progress(0);
  EXPECT_TRUE(x.admission.admit(2));
  EXPECT_FALSE(x.admission.admit(1));
}

TEST(Admission, OpensAllSeatsBeforeAnEpochWhereMemoryIsPlainlyEnough) {
  Watched x(4);
  x.memory = {999, 0};
  x.admission.set_memory_to_come(200);
  for (int slot = 0; slot < 3; ++slot) {
    ASSERT_TRUE(x.admission.admit(slot)) << slot;
    x.admission.start(slot, 200);
  }
  EXPECT_FALSE(x.admission.admit(3));  // enough for four at 250 but for a byte
  for (int slot = 0; slot < 3; ++slot) x.admission.on_progress(slot);
  EXPECT_TRUE(x.admission.admit(3));
  EXPECT_TRUE(x.said.empty());
}

TEST(Admission, WaitsForAnEpochWhereOneOfThoseThatRunHasNoEstimate) {
  Watched x(3);
  x.admission.set_memory_to_come(1);
  x.run(0, 1);
  x.run(1);
  EXPECT_FALSE(x.admission.admit(2));
}

TEST(Admission, WaitsForAnEpochWhereThoseToComeHaveNoEstimate) {
  Watched x(2);
  x.run(0, 1);
  EXPECT_FALSE(x.admission.admit(1));
  x.admission.set_memory_to_come(1);
  EXPECT_TRUE(x.admission.admit(1));
}

TEST(Admission, KeepsMemoryForTheHeaviestStageToComeBeforeAnEpoch) {
  Watched x(3);
  x.memory = {1000, 0};
  x.admission.set_memory_to_come(701);
  x.run(0, 100);
  EXPECT_FALSE(x.admission.admit(1));  // enough for 100 and 700
  x.admission.set_memory_to_come(700);
  x.run(1, 100);
  EXPECT_FALSE(x.admission.admit(2));
  x.admission.set_memory_to_come(100);  // the heaviest one runs elsewhere
  EXPECT_TRUE(x.admission.admit(2));
}

TEST(Admission, KeepsMemoryForTheHeaviestStageToComeOnceAllHaveReported) {
  Watched x(3);
  x.admission.set_memory_to_come(600);
  x.run(0, 100);
  x.admission.on_progress(0);
  x.memory = {374, 50};  // half of what was estimated, so 300 for the stage to come
  EXPECT_FALSE(x.admission.admit(1));
  EXPECT_EQ(x.said, (std::vector<std::string>{memory_limit_text(1, 3, 300, 374)}));
  x.memory.free = 375;
  EXPECT_TRUE(x.admission.admit(1));
}

TEST(Admission, RemembersTheMostThatStagesTookOfTheirEstimates) {
  Watched x(3);
  x.admission.set_memory_to_come(600);
  x.run(0, 100);
  x.memory = {5000, 100};  // all that was estimated
  x.admission.on_progress(0);
  EXPECT_TRUE(x.admission.admit(1));
  x.admission.start(1, 100);
  x.admission.on_progress(1);
  x.memory = {749, 100};  // half of it now
  EXPECT_FALSE(x.admission.admit(2));
  x.memory.free = 750;
  EXPECT_TRUE(x.admission.admit(2));
}

TEST(Admission, KeepsMemoryForAHeavyStageBesideOneThatRunsWithLightOnes) {
  Watched x(4);
  x.admission.set_memory_to_come(600);
  x.memory = {5000, 100};
  x.run(0, 100);
  x.run(1, 100);
  x.run(2, 600);
  for (int slot = 0; slot < 3; ++slot) x.admission.on_progress(slot);
  x.memory = {749, 800};  // 267 each, but 600 of the heavy one
  EXPECT_FALSE(x.admission.admit(3));
  x.memory.free = 750;
  EXPECT_TRUE(x.admission.admit(3));
}

TEST(Admission, KeepsNoMemoryForAHeavyStageThatHasStarted) {
  Watched x(3);
  x.admission.set_memory_to_come(600);
  x.run(0, 100);
  x.admission.on_progress(0);
  x.memory = {749, 100};
  EXPECT_FALSE(x.admission.admit(1));
  x.admission.set_memory_to_come(100);
  x.memory.free = 125;
  EXPECT_TRUE(x.admission.admit(1));
}

TEST(Admission, AdmitsAStageThatNeedsMoreThanTheDeviceHasIfNoneRuns) {
  Watched x(2);
  x.admission.set_memory_to_come(5000);
  x.run(0, 100);
  x.admission.on_progress(0);
  x.memory = {900, 100};
  EXPECT_FALSE(x.admission.admit(1));
  x.admission.finish(0);
  EXPECT_TRUE(x.admission.admit(1));
}

TEST(Admission, WeighsTheLargestShareThatAStageHadSoFar) {
  Watched x(4);
  x.run(0);
  x.memory = {1000, 100};
  x.admission.on_progress(0);
  x.run(1);
  x.memory = {600, 240};  // 120 each
  x.admission.on_progress(1);
  x.memory.free = 149;
  EXPECT_FALSE(x.admission.admit(2));
  x.memory = {150, 100};  // the 120 are remembered
  EXPECT_TRUE(x.admission.admit(2));
}

TEST(Admission, CountsWhatAStageTookUntilTheNextOneBegins) {
  Watched x(3);
  x.run(0);
  x.admission.on_progress(0);
  ASSERT_TRUE(x.admission.admit(1));
  x.memory = {1000, 400};  // of the first alone
  x.admission.start(1);
  x.admission.on_progress(1);
  x.memory = {499, 100};
  EXPECT_FALSE(x.admission.admit(2));
  x.memory = {500, 100};
  EXPECT_TRUE(x.admission.admit(2));
}

TEST(Admission, TakesASeatAwayWhoseStageHasEndedUntilItIsAdmittedAgain) {
  Watched x(2);
  x.run(0);
  x.admission.on_progress(0);
  x.run(1);
  x.admission.finish(0);
  EXPECT_TRUE(x.admission.is_withdrawn(0));
  EXPECT_FALSE(x.admission.admit(0));  // the other has not reported
  x.admission.on_progress(1);
  x.memory = {10, 100};
  EXPECT_FALSE(x.admission.admit(0));
  x.admission.finish(1);
  EXPECT_TRUE(x.admission.admit(1));  // none runs
}

TEST(Admission, SaysOnceWhatMemoryAdmits) {
  Watched x(2);
  x.run(0);
  x.admission.on_progress(0);
  x.memory = {0, gib};
  for (int tries = 0; tries < 3; ++tries) EXPECT_FALSE(x.admission.admit(1));
  EXPECT_EQ(x.said, (std::vector<std::string>{memory_limit_text(1, 2, gib, 0)}));
}

TEST(Admission, OfASingleSeatAsksForNoMemory) {
  Watched x(1);
  for (int stage = 0; stage < 3; ++stage) {
    x.run(0);
    x.admission.finish(0);
  }
  EXPECT_EQ(x.asked, 0);
}

TEST(Admission, TakesMemoryThatIsNotKnownToBeEnough) {
  Admission admission(2, {}, [](const std::string&) {});
  EXPECT_TRUE(admission.admit(0));
  admission.start(0);
  admission.on_progress(0);
  EXPECT_TRUE(admission.admit(1));
}

}  // namespace
}  // namespace m2m::sweep
