#include "apps/sweep_arguments.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <charconv>

#include "apps/rank_groups.hpp"
#include "apps/sweep_options.hpp"
#include "core/command_line.hpp"
#include "core/error.hpp"
#include "core/text.hpp"
#include "sweep/simulation.hpp"

namespace m2m::apps {
namespace {

constexpr const char* about =
    "Trains classifiers on imbalanced data, one trial for each point of a study, and keeps the results.";

constexpr const char* exit_codes =
    R"(Without a subcommand, 'run' is used: m2m-sweep jobs/digits.toml. The same command resumes a run that was stopped or
killed. The table of a run: m2m-report DIR

Exit codes: 0 all done, 1 internal error, 2 wrong command line or study, 3 some trials failed, 4 stopped and resumable,
65 bad data or checkpoint, 74 a file could not be read or written, or the log has lost its reader, 75 the output folder
is in use, 85 stopped by SIGUSR1, SIGUSR2, SIGXCPU or the time limit: put the job back into the queue. mpirun returns 1
after SIGINT, SIGTERM or SIGHUP to itself.)";

constexpr const char* run_examples =
    R"(One trial at a time; eight at a time; four of two ranks each; up to four at a time on one GPU:
  m2m-sweep jobs/ablation_cifar10.toml
  mpirun -np 8 m2m-sweep jobs/ablation_cifar10.toml
  mpirun -np 8 m2m-sweep jobs/ablation_cifar10.toml --ranks-per-trial 2
  m2m-sweep jobs/ablation_cifar10.toml --trials-per-device 4
With other settings, only to see the cost:
  m2m-sweep jobs/ablation_cifar10.toml --dry-run method=ERM,M2m seed=0,1,2 train.epochs=20

A damaged result or shared stage is renamed to NAME.damaged and made again.

SIGINT, SIGTERM, SIGHUP, SIGUSR1, SIGUSR2 and SIGXCPU on any rank, the time limit, and a file that cannot be written stop
all ranks at their next step.)";

constexpr const char* simulate_examples =
    R"(Three orders are compared: critical path first, as in a sweep ("longest path"); random; and static, where trials are
assigned to the ranks beforehand. Stages take their estimated costs, or their times in an earlier sweep; nothing else
takes time. Each further rank of a trial (--ranks-per-trial) is assumed to gain {:.0f} % of the first, and
trials that share a device not to slow each other down.

  m2m-sweep simulate jobs/ablation_cifar10.toml --ranks 1,8,64
  m2m-sweep simulate jobs/ablation_cifar10.toml seed=0,1,2 --ranks 8 --durations results/ablation_cifar10
  m2m-sweep simulate jobs/ablation_cifar10.toml --ranks 16 --ranks-per-trial 4 --gantt gantt.csv)";

constexpr std::array refused = {
    RefusedOption{"slurm", "--part", "each job of an array runs a part; give --array K"},
    RefusedOption{"slurm", "--time-limit", "the job's --time is the limit"},
};

CLI::App& add_verb(CLI::App& app, SweepArguments& arguments, Verb verb, const std::string& name,
                   const std::string& description) {
  CLI::App* added = app.add_subcommand(name, description);
  added->callback([&arguments, verb] { arguments.verb = verb; });
  return *added;
}

/// Adds the options of run; validate has them too, because it checks a command line of run.
void add_all_of_run(CLI::App& verb, SweepArguments& arguments) {
  add_plan_options(verb, arguments);
  add_part(verb, arguments);
  add_run_options(verb, arguments);
  verb.add_option_function<std::string>(
          "--time-limit",
          [&arguments](const std::string& text) {
            arguments.time.limit = sweep::read_duration("--time-limit", text);
          },
          "Stop so that the run ends within this time; by default before SLURM_JOB_END_TIME")
      ->type_name("SECONDS|H:MM:SS");
  verb.add_option("--max-retries", arguments.retry.max_retries,
                  "Further tries of a stage that fails; if its process ended with it, the next runs make them")
      ->type_name("N")
      ->check(CLI::Range(0, 1000))
      ->capture_default_str();
  verb.add_option_function<std::string>(
          "--retry",
          [&retry = arguments.retry](const std::string& which) {
            (which == "failed" ? retry.failed : retry.diverged) = true;
          },
          "Try again what earlier runs gave up: stages whose process ended too often, or that diverged")
      ->type_name("failed|diverged")
      ->check(CLI::IsMember({"failed", "diverged"}))
      ->trigger_on_parse();
  verb.add_option_function<std::string>(
          "--stall-timeout",
          [&arguments](const std::string& text) {
            arguments.stall_timeout = text == "0" ? 0 : sweep::read_duration("--stall-timeout", text);
          },
          "End the job, to be resumed, if a rank gives no sign of life or a stage makes no step for this time, or "
          "the "
          "merge at the end takes longer; 1:00:00 by default, 0: never")
      ->type_name("SECONDS|H:MM:SS");
  verb.add_flag("--wait", arguments.wait, "Wait while another sweep works in the output folder");
  verb.add_flag("--dry-run", arguments.dry_run, "Print what would run and its cost; write nothing");
}

/// What is wrong with the text of a number that a variable of the shell without a value leaves empty.
std::string empty_fault(const std::string& text) { return text.empty() ? "expected a number" : ""; }

void add_slurm_options(CLI::App& verb, sweep::SlurmJob& job) {
  verb.add_option("--nodes", job.nodes, "Nodes; 1 by default")->type_name("N")->check(empty_fault);
  verb.add_option("--gpus-per-node", job.gpus_per_node, "GPUs of a node; none by default")
      ->type_name("N")
      ->check(empty_fault);
  verb.add_option("--ntasks-per-node", job.ntasks_per_node, "Ranks of a node; by default one per GPU, or one")
      ->type_name("N")
      ->check(empty_fault);
  verb.add_option("--time", job.time, "Time limit of the job in a format of sbatch; 24:00:00 by default")
      ->type_name("TIME");
  verb.add_option("--array", job.array, "Split the study over K jobs, one part each")
      ->type_name("K")
      ->check(CLI::Range(1, 1'000'000));
}

/// Parses the list of --ranks.
std::vector<int> parse_ranks(const std::string& list) {
  std::vector<int> ranks;
  for (std::size_t begin = 0; begin <= list.size();) {
    const std::size_t end = std::min(list.find(',', begin), list.size());
    int number = 0;
    const auto [stopped, failed] = std::from_chars(list.data() + begin, list.data() + end, number);
    if (failed != std::errc() || stopped != list.data() + end || number < 1 || number > max_ranks) {
      throw usage_error(fmt::format("--ranks {}: expected numbers of ranks from 1 to {}, for example 1,8,64", list,
                                    group_digits(max_ranks)));
    }
    ranks.push_back(number);
    begin = end + 1;
  }
  return ranks;
}

void add_simulate_options(CLI::App& verb, SweepArguments& arguments) {
  SimulateArguments& simulate = arguments.simulate;
  add_study(verb, arguments);
  verb.add_option_function<std::string>(
          "--ranks", [&simulate](const std::string& list) { simulate.ranks = parse_ranks(list); },
          "Numbers of ranks to simulate: 1,8,64")
      ->type_name("LIST")
      ->required();
  add_shared_ranks(verb, arguments);
  verb.get_option("--ranks-per-trial")->type_name("K")->description("How many ranks train one trial together");
  verb.add_option("--durations", simulate.durations,
                  "Times of stages: a JSON object {\"stage id\": seconds}, or a sweep's output folder")
      ->type_name("FILE|DIR");
  verb.add_option(
          "--gantt", simulate.gantt,
          "Write the start, end and rank of each stage as CSV, critical path first; needs one number of ranks")
      ->type_name("FILE");
  add_json(verb, arguments);
  verb.footer(fmt::format(simulate_examples, 100 * sweep::gain_per_further_rank));
}

void add_study_verbs(CLI::App& app, SweepArguments& arguments) {
  CLI::App& run = add_verb(app, arguments, Verb::run, "run", "Run the trials of a study that do not exist yet");
  add_all_of_run(run, arguments);
  run.footer(run_examples);
  CLI::App& list = add_verb(app, arguments, Verb::list, "list", "List the trials of a study, one per line");
  add_plan_options(list, arguments);
  add_part(list, arguments);
  add_all_of_run(add_verb(app, arguments, Verb::validate, "validate", "Check a study and the options of its run"),
                 arguments);
  CLI::App& slurm =
      add_verb(app, arguments, Verb::slurm, "slurm", "Print a job script for Slurm that runs a study");
  add_plan_options(slurm, arguments);
  add_run_options(slurm, arguments);
  add_slurm_options(slurm, arguments.slurm);
  slurm.footer("  m2m-sweep slurm jobs/ablation_cifar10.toml --gpus-per-node 8 --time 12:00:00 > job.sh");
  add_simulate_options(
      add_verb(app, arguments, Verb::simulate, "simulate",
               "Compute how long a study takes with given numbers of ranks, from an empty output folder"),
      arguments);
}

void add_other_verbs(CLI::App& app, SweepArguments& arguments) {
  CLI::App& status = add_verb(app, arguments, Verb::status, "status",
                              "Show the status of a sweep, from another shell or after a crash");
  status.add_option("DIR", arguments.folder, "A sweep's output folder")->type_name("")->required();
  add_json(status, arguments);
  status.add_flag("--watch", arguments.watch, "Show it again and again while a sweep works in the folder");
  status.add_option("--interval", arguments.watch_seconds, "Time between two with --watch")
      ->type_name("SECONDS")
      ->check(number_within(0.1, 86400))
      ->capture_default_str();
  CLI::App& describe =
      add_verb(app, arguments, Verb::describe, "describe", "Explain all settings, one setting or a method");
  describe.add_option("SUBJECT", arguments.subject, "A setting or a method; all settings by default")
      ->type_name("SETTING|METHOD");
  describe.footer("  m2m-sweep describe\n  m2m-sweep describe train.epochs\n  m2m-sweep describe M2m");
}

void check_together(const SweepArguments& arguments) {
  check_group_options(arguments.trials_per_device, arguments.ranks_per_trial);
  if (arguments.verb != Verb::simulate) return;
  if (arguments.ranks_per_trial == 0) throw usage_error("simulate: --ranks-per-trial expects a number, not 'auto'");
  for (const int ranks : arguments.simulate.ranks) {
    if (ranks < arguments.ranks_per_trial)
      throw usage_error(fmt::format("simulate: --ranks {} are fewer than the {} of --ranks-per-trial", ranks,
                                    arguments.ranks_per_trial));
  }
  if (!arguments.simulate.gantt.empty() && arguments.simulate.ranks.size() != 1)
    throw usage_error("--gantt needs one number of ranks; give one to --ranks");
}

}  // namespace

SweepArguments parse_arguments(int argc, const char* const* argv) {
  SweepArguments arguments;
  CLI::App app(about, "m2m-sweep");
  app.add_flag("--verbose", arguments.verbose, "Write more to the log, with any subcommand");
  add_study_verbs(app, arguments);
  add_other_verbs(app, arguments);
  app.footer(exit_codes);  // last, because verbs added later would inherit it
  if (const auto answer = parse_command_line(app, argc, argv, {"run", refused})) {
    arguments.answer = *answer;
    return arguments;
  }
  check_together(arguments);
  return arguments;
}

}  // namespace m2m::apps
