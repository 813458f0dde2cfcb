#include "apps/sweep_arguments.hpp"

#include <gtest/gtest.h>

#include <map>
#include <set>

#include "core/error.hpp"
#include "support/said.hpp"

namespace m2m::apps {
namespace {

SweepArguments parse(std::vector<const char*> words) {
  words.insert(words.begin(), "m2m-sweep");
  return parse_arguments(static_cast<int>(words.size()), words.data());
}

std::string refusal(const std::vector<const char*>& words) {
  return testing::complaint([&] { parse(words); }, ExitCode::usage);
}

using Options = std::vector<std::vector<const char*>>;  // with a value if the option takes one

const Options of_run = {{"--out", "o"},
                        {"--cache", "c"},
                        {"--ranks-per-trial", "2"},
                        {"--trials-per-device", "2"},
                        {"--part", "1/2"},
                        {"--time-margin", "9"},
                        {"--time-limit", "99"},
                        {"--max-retries", "2"},
                        {"--fail-fast"},
                        {"--profile"},
                        {"--wait"},
                        {"--dry-run"}};

/// The options that each verb takes beside --help, --verbose and --version.
const std::map<std::string, Options> options_of_verbs = {{"run", of_run},
                                                         {"validate", of_run},
                                                         {"list",
                                                          {{"--out", "o"},
                                                           {"--cache", "c"},
                                                           {"--ranks-per-trial", "2"},
                                                           {"--trials-per-device", "2"},
                                                           {"--part", "1/2"}}},
                                                         {"slurm",
                                                          {{"--out", "o"},
                                                           {"--cache", "c"},
                                                           {"--ranks-per-trial", "2"},
                                                           {"--trials-per-device", "2"},
                                                           {"--time-margin", "9"},
                                                           {"--fail-fast"},
                                                           {"--profile"},
                                                           {"--nodes", "2"},
                                                           {"--gpus-per-node", "8"},
                                                           {"--ntasks-per-node", "8"},
                                                           {"--time", "1:00:00"},
                                                           {"--array", "4"}}},
                                                         {"describe", {}}};

std::set<std::string> names(const Options& options) {
  std::set<std::string> found;
  for (const auto& option : options) found.insert(option.front());
  return found;
}

TEST(SweepArguments, TakesAStudySettingsAndOptionsInAnyOrder) {
  const SweepArguments arguments = parse({"seed=1,2", "--dry-run", "jobs/a.toml", "--out", "there", "m2m.beta=-1"});
  EXPECT_EQ(arguments.verb, Verb::run);
  EXPECT_EQ(*arguments.study, "jobs/a.toml");
  EXPECT_EQ(arguments.settings, (std::vector<std::string>{"seed=1,2", "m2m.beta=-1"}));
  EXPECT_EQ(arguments.out, "there");
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
  EXPECT_NE(refusal({"a.toml", "list"}), "");
  EXPECT_NE(refusal({"seed=1", "list", "a.toml"}), "");
}

TEST(SweepArguments, TakesTheOptionsOfAVerbBeforeIt) {
  const SweepArguments arguments = parse({"--out", "there", "--verbose", "list", "a.toml", "--cache=c"});
  EXPECT_EQ(arguments.verb, Verb::list);
  EXPECT_EQ(*arguments.study, "a.toml");
  EXPECT_EQ(arguments.out, "there");
  EXPECT_EQ(arguments.cache, "c");
  EXPECT_TRUE(arguments.verbose);
  EXPECT_EQ(parse({"--nodes", "2", "slurm", "a.toml"}).slurm.nodes, 2);
}

TEST(SweepArguments, NeedsNothing) {
  const SweepArguments arguments = parse({});
  EXPECT_EQ(arguments.verb, Verb::run);
  EXPECT_FALSE(arguments.study.has_value());
}

TEST(SweepArguments, NeverTakesAnEmptyWordForTheDefaultStudy) { EXPECT_EQ(*parse({""}).study, ""); }

TEST(SweepArguments, GivesEachVerbItsOwnOptions) {
  for (const auto& [verb, options] : options_of_verbs) {
    for (const auto& [other, others] : options_of_verbs) {
      for (const std::vector<const char*>& option : others) {
        std::vector<const char*> words = {verb.c_str()};
        words.insert(words.end(), option.begin(), option.end());
        const std::string output = refusal(words);
        EXPECT_EQ(output.empty(), names(options).contains(option.front())) << verb << " " << option.front();
        EXPECT_TRUE(output.empty() || output.find(option.front()) != std::string::npos) << output;
      }
    }
  }
}

TEST(SweepArguments, TakesATimeLimit) {
  EXPECT_FALSE(parse({}).time.limit.has_value());
  const SweepArguments arguments = parse({"--time-limit", "1:00:00", "--time-margin=90"});
  EXPECT_EQ(arguments.time.limit, 3600);
  EXPECT_EQ(arguments.time.margin, 90);
  EXPECT_NE(refusal({"--time-limit", "an hour"}).find("--time-limit 'an hour'"), std::string::npos);
}

TEST(SweepArguments, TakesAPartAndWhatAJobScriptNeeds) {
  EXPECT_EQ(parse({"a.toml", "--part", "2/4"}).part->number, 2);
  EXPECT_NE(refusal({"--part", "5/4"}), "");
  const SweepArguments arguments = parse({"slurm", "a.toml", "--gpus-per-node", "8", "--time", "1:00:00"});
  EXPECT_EQ(arguments.verb, Verb::slurm);
  EXPECT_EQ(arguments.slurm.gpus_per_node, 8);
  EXPECT_EQ(arguments.slurm.time, "1:00:00");
}

TEST(SweepArguments, TakesHowManyTrialsShareADevice) {
  EXPECT_EQ(parse({}).trials_per_device, 1);
  EXPECT_EQ(parse({"--trials-per-device", "4", "--ranks-per-trial", "1"}).trials_per_device, 4);
  EXPECT_EQ(parse({"--trials-per-device", "1", "--ranks-per-trial", "auto"}).trials_per_device, 1);
  EXPECT_EQ(parse({"--ranks-per-trial", "auto"}).ranks_per_trial, 0);
  EXPECT_NE(refusal({"--trials-per-device", "2", "--ranks-per-trial", "auto"}), "");
}

TEST(SweepArguments, TakesWhatSimulateStatusAndDescribeNeed) {
  const SweepArguments simulated = parse({"simulate", "seed=1", "--ranks", "1,64", "a.toml", "--json"});
  EXPECT_EQ(simulated.verb, Verb::simulate);
  EXPECT_EQ(simulated.simulate.ranks, (std::vector<int>{1, 64}));
  EXPECT_NE(refusal({"simulate", "a.toml", "--ranks", "1", "--ranks-per-trial", "auto"}), "");
  EXPECT_EQ(parse({"simulate", "--ranks", "8", "--gantt=g.csv"}).simulate.gantt, "g.csv");
  EXPECT_NE(refusal({"simulate", "--ranks", "1,8", "--gantt=g.csv"}), "");
  const SweepArguments status = parse({"status", "out", "--json"});
  EXPECT_EQ(status.verb, Verb::status);
  EXPECT_EQ(status.folder, "out");
  EXPECT_TRUE(status.json);
  EXPECT_FALSE(status.watch);
  EXPECT_NE(refusal({"status", "a", "b"}), "");
  const SweepArguments watched = parse({"status", "--watch", "out", "--interval", "0.5"});
  EXPECT_TRUE(watched.watch);
  EXPECT_EQ(watched.folder, "out");
  EXPECT_EQ(watched.watch_seconds, 0.5);
  EXPECT_NE(refusal({"status", "out", "--watch", "--interval", "0"}), "");
  EXPECT_EQ(parse({"describe"}).subject, "");
  EXPECT_NE(refusal({"describe", "a", "b"}), "");
}

TEST(SweepArguments, TakesNoOptionForTheNameOfAFolderThatIsMissing) {
  for (const char* option : {"--out", "--cache"}) {
    EXPECT_TRUE(testing::says(refusal({"a.toml", option, "--dry-run"}), {option, "--dry-run", "./--dry-run"}));
    EXPECT_TRUE(testing::says(refusal({"a.toml", option, ""}), {option, "empty"}));
    EXPECT_EQ(refusal({"a.toml", option, "./--dry-run"}), "");
  }
}

TEST(SweepArguments, TakeNoEmptyNumbersOfNodesAndGpus) {
  for (const char* option : {"--nodes", "--gpus-per-node", "--ntasks-per-node"}) {
    EXPECT_NE(refusal({"slurm", "a.toml", option, ""}), "") << option;
    EXPECT_EQ(refusal({"slurm", "a.toml", option, "4"}), "") << option;
  }
}

TEST(SweepArguments, SimulateNoFewerRanksThanATrialHas) {
  EXPECT_TRUE(testing::says(refusal({"simulate", "a.toml", "--ranks", "8,2", "--ranks-per-trial", "4"}),
                            {"--ranks 2", "4 of --ranks-per-trial"}));
  EXPECT_EQ(refusal({"simulate", "a.toml", "--ranks", "8,4", "--ranks-per-trial", "4"}), "");
}

TEST(SweepArguments, RefusesWhatItDoesNotKnow) {
  EXPECT_EQ(refusal({"--dryrun"}), "command line: 'm2m-sweep run' takes no --dryrun; did you mean --dry-run?");
  EXPECT_NE(refusal({"--out"}).find("--out"), std::string::npos);
  for (const char* setting : {"--seed=1", "--epochs"}) {
    EXPECT_TRUE(testing::says(refusal({"a.toml", setting}), {"takes no --", "key=value, without dashes"}));
  }
  EXPECT_NE(refusal({"vaildate", "none.toml"}).find("did you mean 'validate'?"), std::string::npos);
  EXPECT_EQ(refusal({"a.toml", "--nodes", "2"}),
            "command line: 'm2m-sweep run' takes no --nodes, which is an option of slurm");
}

TEST(SweepArguments, AnswersHelpAndVersion) {
  const std::string help = parse({"--help"}).answer;
  for (const char* word : {"\n  run ", "\n  list ", "\n  validate ", "\n  slurm ", "\n  simulate ", "\n  status ",
                           "\n  describe ", "--verbose", "Exit codes", "85"}) {
    EXPECT_NE(help.find(word), std::string::npos) << word;
  }
  for (const auto& [verb, options] : options_of_verbs) {
    const std::string of_verb = parse({verb.c_str(), "--help"}).answer;
    EXPECT_NE(of_verb.find("m2m-sweep " + verb), std::string::npos) << of_verb;
    for (const std::string& option : names(options))
      EXPECT_NE(of_verb.find(option), std::string::npos) << verb << " " << option;
  }
  EXPECT_EQ(parse({"--version"}).answer.substr(0, 10), "m2m-sweep ");
  EXPECT_TRUE(parse({"list"}).answer.empty());
}

}  // namespace
}  // namespace m2m::apps
