#include "sweep/attempts.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "core/files.hpp"
#include "support/random_graph.hpp"
#include "support/said.hpp"
#include "support/temporary_folder.hpp"

namespace m2m::sweep {
namespace {

using study::StageOutcome;

/// A study of one trial, and its output folder. A run of the sweep begins it, and may end it.
struct Fixture {
  testing::TemporaryFolder folder;
  results::OutputFolder out{folder.path()};
  study::StageGraph graph = study::make_graph({testing::request("a", 1)});

  const study::Stage& stage() const { return graph.stages[0]; }

  /// A run whose process ends in the stage, after `epochs` more bytes of its journal.
  void ended_by_a_kill(int epochs = 0) const {
    Scheduler scheduler(graph, {false});
    scheduler.add_free_slot(0);
    scheduler.assign(0);
    AttemptLog(scheduler, out).on_started(0, "host a");
    const std::filesystem::path journal = out.journal(stage().id);
    const std::string before = std::filesystem::exists(journal) ? read_file(journal) : "";
    write_file(journal, before + std::string(static_cast<std::size_t>(epochs), 'e'));
  }
  /// A run in which the stage ends in that way.
  void ended(StageOutcome end, const std::string& summary = "") const {
    Scheduler scheduler(graph, {false});
    scheduler.add_free_slot(0);
    scheduler.assign(0);
    AttemptLog log(scheduler, out);
    log.on_started(0, "host a");
    scheduler.finish(0, {end, summary, ExitCode::done, 1}, 1);
    log.on_finished(0);
  }
  std::map<int, study::StageResult> losses(const RetryRule& rule = {}) const {
    return known_losses(graph, out, rule);
  }
};

TEST(KnownLosses, AreStagesWhoseProcessEndedOftenerThanRetriesAllow) {
  const Fixture x;
  for (int kill = 0; kill < 3; ++kill) {
    EXPECT_TRUE(x.losses({.max_retries = 2}).empty()) << kill;
    x.ended_by_a_kill();
  }
  const auto losses = x.losses({.max_retries = 2});
  ASSERT_EQ(losses.size(), 1U);
  EXPECT_EQ(losses.at(0).end, StageOutcome::failed);
  EXPECT_TRUE(testing::says(losses.at(0).summary, {"3 times", "--retry failed"}));
  EXPECT_TRUE(x.losses({.max_retries = 3}).empty());
}

TEST(KnownLosses, AreNotReadFromAPipe) {
  const Fixture x;
  x.ended_by_a_kill();
  const std::filesystem::path file = x.out.attempts(x.stage().id);
  std::filesystem::remove(file);
  ASSERT_EQ(::mkfifo(file.c_str(), 0600), 0);
  EXPECT_NE(testing::complaint([&] { x.losses(); }, ExitCode::input_output), "");
}

TEST(KnownLosses, AreNotStagesThatGetFurtherWithEachTry) {
  const Fixture x;
  for (int kill = 0; kill < 5; ++kill) x.ended_by_a_kill(1);
  EXPECT_TRUE(x.losses({.max_retries = 0}).empty());
  x.ended_by_a_kill(0);
  EXPECT_EQ(x.losses({.max_retries = 0}).size(), 1U);
}

TEST(KnownLosses, CountNoTryThatEndedInOrder) {
  const Fixture x;
  x.ended_by_a_kill();
  for (int stop = 0; stop < 3; ++stop) x.ended(StageOutcome::interrupted);
  EXPECT_TRUE(x.losses().empty());
  x.ended_by_a_kill();
  EXPECT_EQ(x.losses().size(), 1U);
}

TEST(KnownLosses, AreForgottenOnceTheStageIsDoneOrThrew) {
  for (const StageOutcome end : {StageOutcome::done, StageOutcome::failed}) {
    const Fixture x;
    x.ended_by_a_kill();
    x.ended(end);
    EXPECT_FALSE(std::filesystem::exists(x.out.attempts(x.stage().id)));
    x.ended_by_a_kill();
    EXPECT_TRUE(x.losses().empty());
  }
}

TEST(KnownLosses, NameTheExceptionThatEndedTheJob) {
  const Fixture x;
  for (int kill = 0; kill < 2; ++kill) {
    x.ended_by_a_kill();
    note_exception(x.stage(), x.out, "the device\nis lost");
  }
  EXPECT_TRUE(testing::says(x.losses().at(0).summary, {"2 times", "the device is lost"}));
}

TEST(KnownLosses, AreStagesThatDivergedUntilARetryIsAskedFor) {
  const Fixture x;
  x.ended(StageOutcome::diverged, "loss is not a number at epoch 3");
  for (const RetryRule& rule : {RetryRule{}, RetryRule{.max_retries = 9, .failed = true}}) {
    const auto losses = x.losses(rule);
    ASSERT_EQ(losses.size(), 1U);
    EXPECT_EQ(losses.at(0).end, StageOutcome::diverged);
    EXPECT_TRUE(testing::says(losses.at(0).summary, {"epoch 3", "--retry diverged"}));
  }
  EXPECT_TRUE(x.losses({.diverged = true}).empty());
  EXPECT_TRUE(x.losses().empty());  // that is forgotten
}

TEST(KnownLosses, AreTriedAgainWhereARetryOfFailedStagesIsAskedFor) {
  const Fixture x;
  x.ended_by_a_kill();
  x.ended_by_a_kill();
  EXPECT_TRUE(x.losses({.failed = true}).empty());
  x.ended_by_a_kill();
  EXPECT_TRUE(x.losses().empty());  // one try since
}

TEST(AttemptLog, KeepsWhatIsKnownOfAStageThatWasLostBeforeTheRun) {
  const Fixture x;
  x.ended(StageOutcome::diverged, "at epoch 3");
  const std::string before = read_file(x.out.attempts(x.stage().id));
  const Scheduler scheduler(x.graph, {false}, {}, x.losses());
  AttemptLog(scheduler, x.out).on_finished(0);
  EXPECT_EQ(read_file(x.out.attempts(x.stage().id)), before);
}

}  // namespace
}  // namespace m2m::sweep
