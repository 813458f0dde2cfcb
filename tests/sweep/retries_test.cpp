#include "sweep/retries.hpp"

#include <gtest/gtest.h>

#include <cerrno>

#include "core/write_error.hpp"
#include "fake_training.hpp"

namespace m2m {
namespace {

class NeverStops : public StageContext {
 public:
  void progress(const Progress&) override {}
  bool stop_requested() const override { return false; }
};

struct Fixture {
  fake::Folder folder;
  results::OutputFolder out{folder.path()};
  Stage stage{"abc", StageKind::trial, "ERM", {}, {}, 1, 1, 0, {}};
  NeverStops context;
  int runs = 0;

  /// Throws the first `failures` times.
  RunStage failing(int failures) {
    return [this, failures](const Stage&, StageContext&) -> StageResult {
      if (++runs <= failures) throw io_error("the disk\nis full");
      return {StageEnd::done, "done", ExitCode::done, 0};
    };
  }
};

TEST(Retries, OfARankAloneFollowAtOnceAndAreTold) {
  Fixture x;
  const StageResult result = with_retries(x.failing(2), x.out, 2, true)(x.stage, x.context);
  EXPECT_EQ(result.end, StageEnd::done);
  EXPECT_EQ(x.runs, 3);
  EXPECT_EQ(result.details, (std::vector<std::string>(2, "tried again after: the disk\nis full")));
}

TEST(Retries, EndWithTheExceptionWhereTheyAreUsedUp) {
  Fixture x;
  EXPECT_THROW(with_retries(x.failing(9), x.out, 1, true)(x.stage, x.context), Error);
  EXPECT_EQ(x.runs, 2);
}

TEST(Retries, OfAGroupAreCountedOverTheRunsThatTheyEnd) {
  Fixture x;
  const RunStage run = with_retries(x.failing(9), x.out, 1, false);
  EXPECT_THROW(run(x.stage, x.context), Error);
  EXPECT_THROW(run(x.stage, x.context), Error);
  const StageResult given_up = run(x.stage, x.context);
  EXPECT_EQ(given_up.end, StageEnd::failed);
  EXPECT_EQ(x.runs, 2);
  EXPECT_EQ(given_up.summary, "it ended the job 2 times, lastly: the disk is full; delete " +
                                  (x.out.trial("abc") / "attempts.log").string() + " to have it tried again");
}

TEST(Retries, DoNotFollowAFileThatCannotBeWritten) {
  for (const bool is_alone : {true, false}) {
    Fixture x;
    const RunStage full = [&](const Stage&, StageContext&) -> StageResult {
      ++x.runs;
      throw write_error("result.h5", "cannot be written", EDQUOT);
    };
    const RunStage run = with_retries(full, x.out, 5, is_alone);
    for (const int runs : {1, 2}) {
      EXPECT_THROW(run(x.stage, x.context), WriteError);
      EXPECT_EQ(x.runs, runs);
    }
    EXPECT_FALSE(std::filesystem::exists(x.out.trial("abc")));  // nor do they count
  }
}

TEST(Retries, AreForgottenOnceAStageIsDone) {
  Fixture x;
  const RunStage run = with_retries(x.failing(1), x.out, 1, false);
  EXPECT_THROW(run(x.stage, x.context), Error);
  EXPECT_EQ(run(x.stage, x.context).end, StageEnd::done);
  EXPECT_FALSE(std::filesystem::exists(x.out.trial("abc") / "attempts.log"));
}

}  // namespace
}  // namespace m2m
