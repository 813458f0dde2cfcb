#include "apps/sweep_arguments.hpp"

#include <gtest/gtest.h>

#include "core/error.hpp"

namespace m2m::apps {
namespace {

SweepArguments parse(std::vector<const char*> words) {
  words.insert(words.begin(), "m2m-sweep");
  return parse_arguments(static_cast<int>(words.size()), words.data());
}

std::string refusal(const std::vector<const char*>& words) {
  try {
    parse(words);
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::usage);
    return error.what();
  }
  return "accepted";
}

TEST(SweepArguments, TakesAStudySettingsAndOptionsInAnyOrder) {
  const SweepArguments arguments = parse({"seed=1,2", "--dry-run", "jobs/a.toml", "--out", "there", "m2m.beta=-1"});
  EXPECT_EQ(arguments.verb, Verb::run);
  EXPECT_EQ(*arguments.study, "jobs/a.toml");
  EXPECT_EQ(arguments.settings, (std::vector<std::string>{"seed=1,2", "m2m.beta=-1"}));
  EXPECT_EQ(*arguments.out, "there");
  EXPECT_TRUE(arguments.dry_run);
  EXPECT_FALSE(arguments.wait);
  EXPECT_FALSE(arguments.profile);
  EXPECT_TRUE(parse({"jobs/a.toml", "--profile"}).profile);
  EXPECT_FALSE(arguments.fail_fast);
  EXPECT_TRUE(parse({"jobs/a.toml", "--fail-fast"}).fail_fast);
}

TEST(SweepArguments, TakesAVerbOnlyInFront) {
  EXPECT_EQ(parse({"run", "a.toml"}).verb, Verb::run);
  EXPECT_EQ(parse({"list", "a.toml"}).verb, Verb::list);
  EXPECT_EQ(parse({"validate"}).verb, Verb::validate);
  EXPECT_EQ(parse({"describe", "M2m"}).subject, "M2m");
  EXPECT_EQ(*parse({"list.toml"}).study, "list.toml");
  EXPECT_EQ(refusal({"a.toml", "list"}),
            "'a.toml' and 'list' are two studies; give one, and settings as key=value");
}

TEST(SweepArguments, NeedsNothing) {
  const SweepArguments arguments = parse({});
  EXPECT_EQ(arguments.verb, Verb::run);
  EXPECT_FALSE(arguments.study.has_value());
}

TEST(SweepArguments, TakesATimeLimit) {
  EXPECT_FALSE(parse({}).time.limit.has_value());
  const SweepArguments arguments = parse({"--time-limit", "1:00:00", "--time-margin=90"});
  EXPECT_EQ(arguments.time.limit, 3600);
  EXPECT_EQ(arguments.time.margin, 90);
  EXPECT_NE(refusal({"--time-limit", "an hour"}).find("--time-limit 'an hour' is no time"), std::string::npos);
}

TEST(SweepArguments, TakesAPartAndWhatAJobScriptNeeds) {
  EXPECT_EQ(parse({"a.toml", "--part", "2/4"}).part->number, 2);
  EXPECT_NE(refusal({"--part", "5/4"}), "accepted");
  const SweepArguments arguments = parse({"slurm", "a.toml", "--gpus-per-node", "8", "--time", "1:00:00"});
  EXPECT_EQ(arguments.verb, Verb::slurm);
  EXPECT_EQ(arguments.slurm.gpus_per_node, 8);
  EXPECT_EQ(arguments.slurm.time, "1:00:00");
  EXPECT_EQ(refusal({"a.toml", "--nodes", "2"}),
            "--nodes belongs to the job script; 'm2m-sweep slurm JOB.toml --nodes ...' makes one");
}

TEST(SweepArguments, TakesHowManyTrialsShareADevice) {
  EXPECT_EQ(parse({}).trials_per_device, 1);
  EXPECT_EQ(parse({"--trials-per-device", "4", "--ranks-per-trial", "1"}).trials_per_device, 4);
  EXPECT_EQ(parse({"--trials-per-device", "1", "--ranks-per-trial", "auto"}).trials_per_device, 1);
  EXPECT_NE(refusal({"--trials-per-device", "2", "--ranks-per-trial", "auto"}), "accepted");
}

TEST(SweepArguments, RefusesWhatItDoesNotKnow) {
  EXPECT_NE(refusal({"--dryrun"}).find("--dryrun"), std::string::npos);
  EXPECT_NE(refusal({"--out"}), "accepted");
  EXPECT_NE(refusal({"describe", "a", "b"}), "accepted");
  EXPECT_NE(refusal({"--seed=1"}).find("key=value"), std::string::npos);
  EXPECT_NE(refusal({"vaildate", "none.toml"}).find("did you mean 'validate'?"), std::string::npos);
  EXPECT_EQ(parse({"validate", "none.toml"}).verb, Verb::validate);
}

TEST(SweepArguments, AnswersHelpAndVersion) {
  const std::string help = parse({"--help"}).answer;
  for (const char* word : {"Usage: m2m-sweep", "--dry-run", "--out", "--wait", "--profile", "--trials-per-device",
                           "--verbose", "describe", "--time-limit", "--time-margin", "--fail-fast", "simulate",
                           "85", "mpirun -np 8", "Exit codes"}) {
    EXPECT_NE(help.find(word), std::string::npos) << word;
  }
  EXPECT_EQ(parse({"--version"}).answer.substr(0, 10), "m2m-sweep ");
  EXPECT_TRUE(parse({"list"}).answer.empty());
}

}  // namespace
}  // namespace m2m::apps
