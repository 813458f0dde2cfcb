#include "sweep/failures.hpp"

#include <gtest/gtest.h>

#include <cerrno>

#include "core/files.hpp"
#include "support/fake_training.hpp"
#include "support/said.hpp"
#include "support/temporary_folder.hpp"

namespace m2m::sweep {
namespace {

class NeverStops : public study::StageContext {
 public:
  void progress(const study::Progress&) override {}
  bool stop_requested() const override { return false; }
};

const std::string thrown = "the disk\nis full";

struct Fixture {
  testing::TemporaryFolder folder;
  results::OutputFolder out{folder.path()};
  study::Stage stage{"abc", study::StageKind::trial, "ERM", {}, {}, 1, 1, 0, {}};
  NeverStops context;
  int runs = 0;

  /// Throws the first `failures` times.
  study::RunFn failing(int failures) {
    return [this, failures](const study::Stage&, study::StageContext&) -> study::StageResult {
      if (++runs <= failures) throw io_error(thrown);
      return {study::StageOutcome::done, "done", ExitCode::done, 0};
    };
  }
};

TEST(Retries, OfARankAloneFollowAtOnceAndAreTold) {
  Fixture x;
  const study::StageResult result = with_retries(x.failing(2), x.out, 2, true)(x.stage, x.context);
  EXPECT_EQ(result.end, study::StageOutcome::done);
  EXPECT_EQ(x.runs, 3);
  ASSERT_EQ(result.details.size(), 2U);
  for (const std::string& line : result.details) EXPECT_TRUE(testing::says(line, {thrown}));
}

TEST(Retries, EndWithTheExceptionWhereTheyAreUsedUp) {
  Fixture x;
  EXPECT_THROW(with_retries(x.failing(9), x.out, 1, true)(x.stage, x.context), Error);
  EXPECT_EQ(x.runs, 2);
}

TEST(Retries, AreNotMadeInAGroupWhoseOtherRanksWait) {
  Fixture x;
  EXPECT_THROW(with_retries(x.failing(9), x.out, 5, false)(x.stage, x.context), Error);
  EXPECT_EQ(x.runs, 1);
}

TEST(Retries, DoNotFollowAFileThatCannotBeWritten) {
  for (const bool single_rank : {true, false}) {
    Fixture x;
    const study::RunFn full = [&](const study::Stage&, study::StageContext&) -> study::StageResult {
      ++x.runs;
      throw write_error("result.h5", "cannot be written", EDQUOT);
    };
    const study::RunFn run = with_retries(full, x.out, 5, single_rank);
    for (const int runs : {1, 2}) {
      EXPECT_THROW(run(x.stage, x.context), WriteError);
      EXPECT_EQ(x.runs, runs);
    }
    EXPECT_FALSE(std::filesystem::exists(x.out.attempts("abc")));  // nor do they count
  }
}

}  // namespace
}  // namespace m2m::sweep
