#include "apps/sweep_arguments.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <filesystem>
#include <map>
#include <memory>

#include "apps/shared_devices.hpp"
#include "core/config.hpp"
#include "core/error.hpp"
#include "core/version.hpp"

namespace m2m::apps {
namespace {

constexpr const char* about =
    R"(Trains classifiers on imbalanced data, one trial for each point of a study, and keeps the results.

Run what a study asks for and is not there yet; then the same with eight trials at a time; then with four of two ranks:
  m2m-sweep jobs/ablation_cifar10.toml
  mpirun -np 8 m2m-sweep jobs/ablation_cifar10.toml
  mpirun -np 8 m2m-sweep jobs/ablation_cifar10.toml --ranks-per-trial 2
Run up to four trials at a time on one GPU:
  m2m-sweep jobs/ablation_cifar10.toml --trials-per-device 4
Say what would run and what it costs; then the same with other settings:
  m2m-sweep jobs/ablation_cifar10.toml --dry-run
  m2m-sweep jobs/ablation_cifar10.toml --dry-run method=ERM,M2m seed=0,1,2 train.epochs=20
Name the trials of a study, one a line; check a study:
  m2m-sweep list jobs/ablation_cifar10.toml
  m2m-sweep validate jobs/ablation_cifar10.toml
Print a job script for Slurm:
  m2m-sweep slurm jobs/ablation_cifar10.toml --gpus-per-node 8 --time 12:00:00
Say how long it would take with 1, 8 and 64 ranks ('simulate --help' has more):
  m2m-sweep simulate jobs/ablation_cifar10.toml --ranks 1,8,64
Say where a sweep is, from another shell:
  m2m-sweep status results/ablation_cifar10
Explain every setting; one setting; a method:
  m2m-sweep describe
  m2m-sweep describe train.epochs
  m2m-sweep describe M2m
)";

constexpr const char* exit_codes = R"(Without a study, jobs/ablation_cifar10.toml is run.
A run that was stopped or killed is resumed by the same command. The table of a run: m2m-report DIR

What is damaged (a result, a shared stage) is set aside as NAME.damaged and made anew.

SIGINT, SIGTERM, SIGHUP, SIGUSR1, SIGUSR2 and SIGXCPU on any rank, the time limit, and a file that cannot be written stop
all ranks at their next step.

Exit codes: 0 all done, 1 internal error, 2 wrong command line or study, 3 some trials failed, 4 stopped and resumable,
65 bad data or checkpoint, 74 a file could not be read or written, or the log's reader is gone, 75 the output folder is
in use, 85 stopped by SIGUSR1, SIGUSR2, SIGXCPU or the time limit: put the job back into the queue. mpirun returns 1 after
SIGINT, SIGTERM or SIGHUP to itself.)";

class Layout : public CLI::Formatter {
 public:
  std::string make_usage(const CLI::App*, std::string) const override {
    return "Usage: m2m-sweep [run|list|validate|slurm] [JOB.toml] [key=value ...] [options]\n"
           "       m2m-sweep simulate [JOB.toml] [key=value ...] --ranks LIST [options]\n"
           "       m2m-sweep status DIR [--json]\n"
           "       m2m-sweep describe [SETTING|METHOD]\n";
  }
  std::string make_positionals(const CLI::App*) const override { return ""; }
};

/// Two words that could both be studies: a misspelt verb, or a study too many.
[[noreturn]] void fail_two_studies(const std::string& first, const std::string& second) {
  const std::vector<std::string> verbs = {"run", "list", "describe", "validate", "slurm", "simulate", "status"};
  const std::string verb = nearest_name(verbs, first);
  std::error_code ignored;
  if (!verb.empty() && !std::filesystem::exists(first, ignored)) {
    throw usage_error(fmt::format("'{}' is neither a command nor a study; did you mean '{}'?", first, verb));
  }
  throw usage_error(
      fmt::format("'{}' and '{}' are two studies; give one, and settings as key=value", first, second));
}

/// The words that are no options: a verb, a study, settings.
void read_words(const std::vector<std::string>& words, SweepArguments& arguments) {
  static const std::map<std::string, Verb> verbs = {{"run", Verb::run},
                                                    {"list", Verb::list},
                                                    {"describe", Verb::describe},
                                                    {"validate", Verb::validate},
                                                    {"slurm", Verb::slurm}};
  auto word = words.begin();
  if (word != words.end() && verbs.contains(*word)) arguments.verb = verbs.at(*word++);
  for (; word != words.end(); ++word) {
    if (arguments.verb == Verb::describe) {
      if (!arguments.subject.empty()) throw usage_error("describe takes one setting or method, or none");
      arguments.subject = *word;
    } else if (word->find('=') != std::string::npos) {
      arguments.settings.push_back(*word);
    } else if (arguments.study) {
      fail_two_studies(arguments.study->string(), *word);
    } else {
      arguments.study = *word;
    }
  }
}

std::string whole_number_or_auto(const std::string& text) {
  const bool is_number =
      !text.empty() && text.size() < 7 && text.find_first_not_of("0123456789") == std::string::npos;
  if (text == "auto" || (is_number && std::stoi(text) > 0)) return "";
  return fmt::format("'{}' is neither a number of ranks nor 'auto'", text);
}

/// What the options say before it is understood; empty: not given.
struct Texts {
  std::string out, cache, limit, margin, part;
  std::string ranks_per_trial = "1";
};

void add_options(CLI::App& app, SweepArguments& arguments, Texts& texts) {
  app.add_flag("--dry-run", arguments.dry_run, "Say what would be run and what it costs; touch nothing");
  app.add_option("--out", texts.out, "Output folder; results/NAME of the study unless given")->type_name("DIR");
  app.add_option("--cache", texts.cache, "Where stages that trials share are kept; OUT/cache unless given")
      ->type_name("DIR");
  app.add_option(
         "--ranks-per-trial", texts.ranks_per_trial,
         "How many ranks train one trial together; auto: more than one where there are fewer trials than ranks")
      ->type_name("K|auto")
      ->check(whole_number_or_auto);
  app.add_option(
         "--trials-per-device", arguments.trials_per_device,
         "How many trials a rank runs at once on its device, as memory admits: for small networks, which leave "
         "a GPU idle")
      ->type_name("K")
      ->check(CLI::Range(1, most_trials_per_device))
      ->capture_default_str();
  app.add_flag("--wait", arguments.wait, "Wait while another sweep works in the output folder");
  app.add_flag("--fail-fast", arguments.fail_fast, "Stop the sweep at the first trial that fails or diverges");
  app.add_option(
         "--max-retries", arguments.max_retries,
         "How often a stage that fails is tried again; where several ranks share it, by the runs that follow")
      ->type_name("N")
      ->check(CLI::Range(0, 1000))
      ->capture_default_str();
  app.add_option("--time-limit", texts.limit, "Stop in time before the job's end; SLURM_JOB_END_TIME unless given")
      ->type_name("SECONDS|H:MM:SS");
  app.add_option("--time-margin", texts.margin,
                 "How long before its end to stop; 60 s, or a tenth of the limit where that is shorter")
      ->type_name("SECONDS|H:MM:SS");
  app.add_option("--part", texts.part,
                 "Only the I-th of K shares of the study, in an output folder of its own: DIR.I-of-K")
      ->type_name("I/K");
  app.add_flag("--profile", arguments.profile,
               "Say of each stage that ends where its time went, and leave a trace of it (profile.json)");
  app.add_flag("--verbose", arguments.verbose, "Say more");
  app.set_version_flag("--version", fmt::format("m2m-sweep {}", program_version), "Print the version");
}

void add_slurm_options(CLI::App& app, sweep::SlurmJob& job) {
  const std::string group = "Of slurm";
  app.add_option("--nodes", job.nodes, "Nodes; 1 unless given")->type_name("N")->group(group);
  app.add_option("--gpus-per-node", job.gpus_per_node, "GPUs of a node; none unless given")
      ->type_name("N")
      ->group(group);
  app.add_option("--ntasks-per-node", job.ntasks_per_node, "Ranks of a node; one a GPU unless given, else one")
      ->type_name("N")
      ->group(group);
  app.add_option("--time", job.time, "The job's time limit, as sbatch takes it; 24:00:00 unless given")
      ->type_name("TIME")
      ->group(group);
  app.add_option("--array", job.array, "Split the study over K jobs, a part each")->type_name("K")->group(group);
}

void refuse_slurm_options(const CLI::App& app) {
  for (const char* name : {"--nodes", "--gpus-per-node", "--ntasks-per-node", "--time", "--array"}) {
    if (app.count(name) > 0) {
      throw usage_error(
          fmt::format("{} belongs to the job script; 'm2m-sweep slurm JOB.toml {} ...' makes one", name, name));
    }
  }
}

void understand(const Texts& texts, SweepArguments& arguments) {
  if (!texts.out.empty()) arguments.out = texts.out;
  if (!texts.cache.empty()) arguments.cache = texts.cache;
  arguments.ranks_per_trial = texts.ranks_per_trial == "auto" ? 0 : std::stoi(texts.ranks_per_trial);
  refuse_groups_on_shared_devices(arguments.trials_per_device, arguments.ranks_per_trial);
  if (!texts.limit.empty()) arguments.time.limit = sweep::read_duration("--time-limit", texts.limit);
  if (!texts.margin.empty()) arguments.time.margin = sweep::read_duration("--time-margin", texts.margin);
  if (!texts.part.empty()) arguments.part = study::read_part(texts.part);
}

}  // namespace

SweepArguments parse_arguments(int argc, const char* const* argv) {
  SweepArguments arguments;
  std::vector<std::string> words;
  Texts texts;
  CLI::App app(about, "m2m-sweep");
  app.formatter(std::make_shared<Layout>());
  app.footer(exit_codes);
  app.add_option("words", words);
  add_options(app, arguments, texts);
  add_slurm_options(app, arguments.slurm);
  try {
    app.parse(argc, argv);
  } catch (const CLI::CallForHelp&) {
    arguments.answer = app.help();
    return arguments;
  } catch (const CLI::CallForVersion& version) {
    arguments.answer = std::string(version.what()) + "\n";
    return arguments;
  } catch (const CLI::ExtrasError& error) {
    throw usage_error(
        fmt::format("command line: {}; settings are given as key=value, and 'm2m-sweep --help' lists the "
                    "options",
                    error.what()));
  } catch (const CLI::ParseError& error) {
    throw usage_error(fmt::format("command line: {}; 'm2m-sweep --help' explains it", error.what()));
  }
  understand(texts, arguments);
  read_words(words, arguments);
  if (arguments.verb != Verb::slurm) refuse_slurm_options(app);
  return arguments;
}

}  // namespace m2m::apps
