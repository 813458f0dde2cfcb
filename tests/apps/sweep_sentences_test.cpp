// Messages of m2m-sweep, quoted whole: one of each kind. Other tests compare only the data in messages.
#include <gtest/gtest.h>
#include <signal.h>

#include <cstdlib>
#include <regex>

#include "apps/rank_groups.hpp"
#include "apps/sweep_options.hpp"
#include "core/error.hpp"
#include "core/files.hpp"
#include "results/folder_lock.hpp"
#include "study/graph.hpp"
#include "study/study.hpp"
#include "support/fake_training.hpp"
#include "support/random_graph.hpp"
#include "support/sweep_program.hpp"
#include "support/temporary_folder.hpp"
#include "sweep/admission.hpp"
#include "sweep/costs.hpp"
#include "sweep/dry_run.hpp"
#include "sweep/progress_lines.hpp"
#include "sweep/status.hpp"
#include "sweep/stopping.hpp"

namespace m2m::apps {
namespace {

/// The sentence of the Error that `action` throws.
template <typename Action>
std::string refusal(const Action& action) {
  try {
    action();
  } catch (const Error& error) {
    return error.what();
  }
  return "accepted";
}

/// A text and its expected sentence.
using Cases = std::vector<std::pair<std::string, std::string>>;

TEST(SweepSentences, OfAStudyNameFileLineSettingAndWhatToDo) {
  const Cases cases = {
      {"method = 'ERM'\nm2m.lamda = 1", "jobs/test.toml:2: unknown key 'm2m.lamda'; did you mean 'm2m.lambda'?"},
      {"unlike = 1", "jobs/test.toml:1: unknown key 'unlike'; 'm2m-sweep describe' lists all"},
      {"[train]\nmethod = 'ERM'",
       "jobs/test.toml:2: unknown key 'train.method'; did you mean 'method', above the first [table]?"},
      {"\nseed = 'a'", "jobs/test.toml:2: seed = \"a\": expected a whole number"},
      {"method = 'EMR'",
       "jobs/test.toml:1: method = 'EMR': expected one of ERM, RS, DRS, M2m; did you mean 'ERM'?"},
      {"m2m.lambda = [0.1, 0.5]",
       "jobs/test.toml:1: m2m.lambda = [0.1,0.5]: expected one value; several belong on the [grid]"},
      {"[grid]\nseed = []", "jobs/test.toml:2: seed has no values on the [grid], so there would be no trials"},
      {"[grid]\nseed = 1", "jobs/test.toml:2: seed on the [grid] needs a list of values: [1]"},
      {"m2m.beta = 0.5\n\"m2m.beta\" = 0.6", "jobs/test.toml:2: m2m.beta is given twice; the first is in line 1"},
      {"seed = 1\n[grid]\nseed = [1, 2]",
       "jobs/test.toml:3: seed is on the [grid] and also set in line 1; keep one of them"},
      {"name = '../x'",
       "jobs/test.toml:1: name = '../x': expected up to 100 letters, digits, '_', '-' and '.', not beginning "
       "with '.', because it names the output folder; set name = '_.._x'"},
      {"method = 'M2m'\ntrain.epochs = 9\ntrain.defer_until = 9",
       "jobs/test.toml:3: train.defer_until = 9 is not before train.epochs = 9: M2m would never begin"},
      {"method = 'M2m'\n[[point]]\nlabel = 'M2m'\nm2m.lambda = 0.1",
       "jobs/test.toml:2: two different trials are labelled 'M2m' for the same data and seed; give one another "
       "label"},
      {"",
       "jobs/test.toml: the study has no trials; give it a method, at the top, on the [grid] or in a [[point]]"}};
  for (const auto& [toml, sentence] : cases) {
    EXPECT_EQ(refusal([&text = toml] { testing::graph_from(text); }), sentence);
  }
}

TEST(SweepSentences, OfTheCommandLineNameOptionOrSettingAndWhatToGive) {
  const auto overriding = [](const std::string& word) {
    study::Study study = testing::study_from("[[point]]\nlabel = 'x'\nm2m.lambda = 0");
    return refusal([&] { study::apply_override(study, word, testing::fake_settings()); });
  };
  EXPECT_EQ(overriding("seed"), "command line: 'seed' is not a setting; write key=value without blanks");
  EXPECT_EQ(overriding("seed=x"), "command line: seed = 'x': expected a whole number");
  EXPECT_EQ(overriding("m2m.lambda=1"),
            "command line: m2m.lambda is set by the [[point]] of jobs/test.toml:3 itself; change it there");
  EXPECT_EQ(refusal([] { sweep::read_duration("--time-limit", "5m"); }),
            "--time-limit '5m' is not a time; expected seconds, or hours, minutes and seconds as 1:30:00");
  const auto no_variable = [](const std::string&) -> const char* { return nullptr; };
  EXPECT_EQ(refusal([&] {
              sweep::time_left({60, 90}, no_variable, 0, 0);
            }),
            "--time-margin 90 s leaves nothing of --time-limit 60 s; give a smaller margin");
  EXPECT_EQ(
      refusal([] { check_group_options(2, 2); }),
      "--trials-per-device 2: a rank that runs several trials at once cannot share one with other ranks; leave "
      "out --ranks-per-trial, or set it to 1");
  const study::StageGraph one = study::make_graph({testing::request("a", 1)});
  EXPECT_EQ(refusal([&] { ranks_per_trial(4, 2, one, {false}); }),
            "--ranks-per-trial 4: the job has 2 ranks; start it with 'mpirun -np 4' or more");
}

TEST(SweepSentences, OfASettingThatIsGivenTwiceSayHowToGiveBothValues) {
  const testing::TemporaryFolder folder;
  const std::filesystem::path file = folder.path() / "a.toml";
  write_file(file, "method = 'RS'\n");
  EXPECT_EQ(refusal([&] {
              read_given_study(file, {"seed=1", "method=RS", "seed=2"}, testing::fake_settings());
            }),
            "command line: seed is given twice; both values in one list are written seed=A,B");
}

TEST(SweepSentences, OfFilesNameThemAndWhatIsWrong) {
  const testing::TemporaryFolder folder;
  const std::string there = folder.path().string();
  EXPECT_EQ(refusal([&] { study::read_study_file(there, testing::fake_settings()); }),
            there + ": this is a folder; a study is a file like jobs/ablation_cifar10.toml");
  EXPECT_EQ(refusal([&] { sweep::read_status({folder.path()}); }),
            there + ": no sweep has planned anything here; name the output folder of a sweep");
  EXPECT_EQ(refusal([] { sweep::read_status({}); }), "no folder given; name the output folder of a sweep");
  const study::StageGraph one = study::make_graph({testing::request("a", 1)});
  EXPECT_EQ(refusal([&] { sweep::read_durations("not/there", one); }),
            "--durations not/there: no such file or folder");
  write_file(folder.path() / "a.json", "{\"b\": 0}");
  EXPECT_EQ(refusal([&] { sweep::read_durations(there + "/a.json", one); }),
            there + "/a.json: 'b' is 0: expected seconds, a number above 0 and at most 1e9");
  const results::FolderLock held(folder.path());
  const std::string sentence = refusal([&] { const results::FolderLock second(folder.path()); });
  EXPECT_EQ(
      std::regex_replace(sentence, std::regex("alive \\d+ s"), "alive 0 s"),
      there + " is in use by " + results::live_holder(folder.path()) + " (alive 0 s ago); --wait waits for it");
}

TEST(SweepSentences, OfTheLogTellWhatBeganRanAndEnded) {
  const study::StageGraph graph = testing::graph_from("method = 'M2m'\nseed = 3");
  const std::vector<std::string> titles = study::titles(graph);
  sweep::Scheduler scheduler(graph, {false, false});
  const sweep::SweepView view{scheduler, titles};
  const auto name = [&](std::size_t stage) {
    return study::short_id(graph.stages[stage].id) + " " + titles[stage];
  };
  scheduler.add_free_slot(0);
  ASSERT_EQ(scheduler.assign(0).at(0).stage, 0);
  EXPECT_EQ(start_line(view, 0, "host a17"), "start   stage " + name(0) + " on rank 0 (host a17)");
  scheduler.report(0, {171, 200, 0.741, 0.31, 3900, 2.1});
  EXPECT_EQ(running_line(view, 0),
            "running stage " + name(0) + ": epoch 171/200 val bACC 74.1 kept 31 % of 3,900 translations");
  scheduler.finish(0, {study::StageOutcome::failed, "thrown", ExitCode::bad_data, 1}, 1);
  EXPECT_EQ(end_line(view, 0, 1), "failed  stage " + name(0) + ": thrown; its files are in cache/" +
                                      graph.stages[0].id + "; the rest goes on   [0/1, time left not known yet]");
  EXPECT_EQ(blocked_line(view, 1), "skipped trial " + name(1) + ": the g " + study::short_id(graph.stages[0].id) +
                                       " that it needs failed");
  EXPECT_EQ(outcome_text(scheduler), "0 of 1 trial done, 1 failed");
}

TEST(SweepSentences, OfTheLogTellHowItStops) {
  const Cases cases = {
      {stopping_line(sweep::StopReason::requeue),
       "the job is about to end: stopping at the next step of every rank; the same command resumes"},
      {stopping_line(sweep::StopReason::failed),
       "stopping at the first failure (--fail-fast), at the next step of every rank; the same command resumes"},
      {stopping_line(sweep::StopReason::unwritable),
       "a file cannot be written: stopping at the next step of every rank; the same command resumes"},
      {stopping_line(sweep::StopReason::interrupted),
       "stopping at the next step of every rank; a second signal ends at once; the same command resumes"}};
  for (const auto& [output, sentence] : cases) EXPECT_EQ(output, sentence);
}

TEST(SweepSentences, OfTheLogTellWhatRunsAtOnce) {
  EXPECT_EQ(groups_text(8, 4), "8 ranks in 2 groups of 4");
  EXPECT_EQ(groups_text(7, 2), "7 ranks in 4 groups of 2; the last group has 1");
  EXPECT_EQ(shared_devices_text(2, 3), "2 ranks with up to 3 trials at a time each, as memory admits");
  constexpr double gib = 1024.0 * 1024.0 * 1024.0;
  EXPECT_EQ(sweep::memory_limit_text(1, 4, 30.1 * gib, 12.5 * gib),
            "memory admits 1 trial at a time of the 4 wanted: one takes up to 30.1 GiB, 12.5 GiB are free");
  const study::StageGraph graph = testing::graph_from("method = 'ERM'\n[grid]\nseed = [1, 2, 3, 4]");
  EXPECT_EQ(
      sweep::cost_text(graph, {"four", {"nowhere"}, 1, "GPU", 2}),
      "four: 4 trials, 0 stages; 0 trials and 0 stages exist in nowhere\n"
      "  to do   4 trials   0 stages   about 0.7 GPU-minutes (a rough model); 1 rank with 2 trials at a time, "
      "as if these did not slow each other down: 20 s, 100.0 % busy\n");
}

TEST(SweepSentences, OfTheStatusTellWhereASweepIsAndHowToGoOn) {
  sweep::StudyStatus status;
  status.name = "grid";
  status.trials.resize(2);
  status.trials[0].state = sweep::LiveStatus::done;
  status.trials[1].state = sweep::LiveStatus::waiting;
  EXPECT_EQ(sweep::status_text(status),
            "grid: 1 of 2 trials done, 0 failed, 0 running, 0 interrupted, 1 waiting\n"
            "no sweep is running here; repeat its command to resume\n");
  status.sweep = "process 4711 on host a17";
  status.seconds_per_trial = 60;
  EXPECT_EQ(sweep::status_text(status),
            "grid: 1 of 2 trials done, 0 failed, 0 running, 0 interrupted, 1 waiting; a result every 60 s, about "
            "60 s left\n"
            "a sweep is running: process 4711 on host a17\n");
}

using SweepProgramSentences = testing::SweepProgram;

TEST_F(SweepProgramSentences, TellWhyItRefusesToRunAlone) {
  ::setenv("SLURM_NTASKS", "8", 1);
  EXPECT_EQ(
      sweep(0, "jobs/grid.toml").output,
      "m2m-sweep: this process is the only rank, but SLURM_NTASKS=8: the MPI library was not started by srun; use "
      "'srun --mpi=pmix' or 'mpirun'\n");
  ::unsetenv("SLURM_NTASKS");
}

TEST_F(SweepProgramSentences, TellAtAStopHowToGoOn) {
  testing::Background sweeping(command(0, "jobs/grid.toml fake.milliseconds=500"), folder());
  wait_for_lines(1, "began");
  sweeping.signal_leader(SIGUSR1);
  EXPECT_EQ(sweeping.wait(), 85);
  const std::string line = testing::line_with(background_log(), "stopped: ");
  EXPECT_EQ(
      line.substr(line.find(' ') + 1),  // behind the time
      "stopped: 0 of 6 trials done, 0 failed; put the job back into the queue, or run the same command again to "
      "resume");
}

}  // namespace
}  // namespace m2m::apps
