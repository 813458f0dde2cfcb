#include "apps/simulate_command.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <charconv>
#include <string_view>

#include "apps/given_study.hpp"
#include "apps/shared_devices.hpp"
#include "core/error.hpp"
#include "core/files.hpp"
#include "core/text.hpp"
#include "sweep/durations.hpp"
#include "sweep/simulation_text.hpp"

namespace m2m::apps {
namespace {

constexpr int most_ranks = 1'000'000;

constexpr const char* about =
    R"(Plays a study through in virtual time, from an empty output folder: how long it would take with so many ranks.
Three orders are compared: the longest path first, which is how m2m-sweep works; random; and static, where trials are
dealt to the ranks beforehand. Stages take their modelled costs, or what they took in an earlier sweep; nothing else
takes time.

  m2m-sweep simulate jobs/ablation_cifar10.toml --ranks 1,8,64
  m2m-sweep simulate jobs/ablation_cifar10.toml seed=0,1,2 --ranks 8 --durations results/ablation_cifar10
  m2m-sweep simulate jobs/ablation_cifar10.toml --ranks 16 --ranks-per-trial 4 --gantt gantt.csv
  m2m-sweep simulate jobs/ablation_cifar10.toml --ranks 1,2 --trials-per-device 4
)";

struct Arguments {
  std::optional<std::filesystem::path> study;
  std::vector<std::string> settings;
  std::vector<int> ranks;
  int ranks_per_trial = 1;
  int trials_per_device = 1;
  std::filesystem::path durations, gantt;
  bool json = false;
  std::string help;  // what to print instead
};

std::vector<int> read_ranks(const std::string& list) {
  std::vector<int> ranks;
  for (std::size_t begin = 0; begin <= list.size();) {
    const std::size_t end = std::min(list.find(',', begin), list.size());
    int number = 0;
    const auto [stopped, failed] = std::from_chars(list.data() + begin, list.data() + end, number);
    if (failed != std::errc() || stopped != list.data() + end || number < 1 || number > most_ranks) {
      throw usage_error(fmt::format("--ranks {}: expected numbers of ranks from 1 to {}, as 1,8,64", list,
                                    group_digits(most_ranks)));
    }
    ranks.push_back(number);
    begin = end + 1;
  }
  return ranks;
}

void read_words(const std::vector<std::string>& words, Arguments& arguments) {
  for (const std::string& word : words) {
    if (word.find('=') != std::string::npos) {
      arguments.settings.push_back(word);
    } else if (arguments.study) {
      throw usage_error(fmt::format("'{}' and '{}' are two studies; give one, and settings as key=value",
                                    arguments.study->string(), word));
    } else {
      arguments.study = word;
    }
  }
}

/// What the options say before it is read further.
struct Words {
  std::vector<std::string> study_and_settings;
  std::string ranks;
};

void add_options(CLI::App& app, Arguments& arguments, Words& words) {
  app.add_option("JOB.toml", words.study_and_settings, "The study, and settings as key=value")->type_name("");
  app.add_option("--ranks", words.ranks, "Numbers of ranks to simulate: 1,8,64")->type_name("LIST")->required();
  app.add_option(
         "--ranks-per-trial", arguments.ranks_per_trial,
         fmt::format("How many ranks train one trial together; each further one is assumed to gain {:.0f} % "
                     "of the first",
                     100 * sweep::gain_per_further_rank))
      ->type_name("K")
      ->check(CLI::Range(1, most_ranks));
  app.add_option("--trials-per-device", arguments.trials_per_device,
                 "How many trials a rank runs at once; assumed not to slow each other down")
      ->type_name("K")
      ->check(CLI::Range(1, most_trials_per_device));
  app.add_option("--durations", arguments.durations,
                 "What stages took: a JSON object {\"stage id\": seconds}, or a sweep's output folder")
      ->type_name("FILE|DIR");
  app.add_option("--gantt", arguments.gantt,
                 "Write when each stage runs on which rank, longest path first, as CSV; takes one number of ranks")
      ->type_name("FILE");
  app.add_flag("--json", arguments.json, "Print everything as JSON instead of the table; times in seconds");
}

Arguments parse(int argc, const char* const* argv) {
  Arguments arguments;
  Words words;
  CLI::App app(about, "m2m-sweep simulate");
  add_options(app, arguments, words);
  try {
    app.parse(argc, argv);
  } catch (const CLI::CallForHelp&) {
    arguments.help = app.help();
    return arguments;
  } catch (const CLI::ParseError& error) {
    throw usage_error(fmt::format("command line: {}; 'm2m-sweep simulate --help' explains it", error.what()));
  }
  arguments.ranks = read_ranks(words.ranks);
  read_words(words.study_and_settings, arguments);
  refuse_groups_on_shared_devices(arguments.trials_per_device, arguments.ranks_per_trial);
  if (!arguments.gantt.empty() && arguments.ranks.size() != 1)
    throw usage_error("--gantt takes one number of ranks; give --ranks one");
  return arguments;
}

study::StageGraph plan(const study::Study& study, int ranks_per_trial, const Training& training) {
  const study::StageGraph graph =
      study::plan_study(study, training.settings, training.resolve, training.planner(ranks_per_trial));
  return study::without_unshared_prefixes(graph, std::vector<bool>(graph.stages.size(), false));
}

std::string heading(const study::Study& study, const study::StageGraph& graph, const Arguments& arguments,
                    const sweep::Durations& durations) {
  const int trials = study::count(graph, study::StageKind::trial);
  std::string text = fmt::format("{}: {}, {}; ", study.name, count_text(trials, "trial"),
                                 count_text(graph.size() - trials, "stage"));
  if (arguments.durations.empty()) {
    text += "modelled costs (a rough model)\n";
  } else {
    text += fmt::format("{} of {} durations from {}, the others modelled, times {:.3g}\n", durations.measured,
                        graph.size(), arguments.durations.string(), durations.ratio);
  }
  if (arguments.ranks_per_trial > 1) {
    text +=
        fmt::format("groups of {} ranks, assumed to be {:.3g} times as fast as one\n", arguments.ranks_per_trial,
                    1 + sweep::gain_per_further_rank * (arguments.ranks_per_trial - 1));
  }
  if (arguments.trials_per_device > 1) {
    text += fmt::format("{} trials at a time on each rank, assumed not to slow each other down\n",
                        arguments.trials_per_device);
  }
  return text;
}

std::vector<sweep::OrderedSimulation> simulate_all(const study::StageGraph& graph, const Arguments& arguments,
                                                   const std::vector<double>& seconds) {
  const std::vector<bool> nothing(graph.stages.size(), false);
  std::vector<sweep::OrderedSimulation> simulations;
  for (const int ranks : arguments.ranks) {
    const int seats = arguments.trials_per_device;
    const std::vector<int> groups = sweep::group_sizes(ranks * seats, arguments.ranks_per_trial);
    for (const sweep::StageOrder order : sweep::all_stage_orders) {
      simulations.push_back(
          {order, sweep::on_shared_devices(sweep::simulate(graph, nothing, groups, seconds, order), seats)});
    }
  }
  return simulations;
}

}  // namespace

bool is_simulate_command(int argc, const char* const* argv) {
  return argc > 1 && std::string_view(argv[1]) == "simulate";
}

std::string simulate_command(int argc, const char* const* argv, const Training& training) {
  const Arguments arguments = parse(argc - 1, argv + 1);
  if (!arguments.help.empty()) return arguments.help;
  const study::Study study = read_given_study(arguments.study, arguments.settings, training.settings);
  const study::StageGraph graph = plan(study, arguments.ranks_per_trial, training);
  const sweep::Durations durations = arguments.durations.empty()
                                         ? sweep::Durations{sweep::modelled_seconds(graph)}
                                         : sweep::read_durations(arguments.durations, graph);
  const std::vector<sweep::OrderedSimulation> simulations = simulate_all(graph, arguments, durations.seconds);
  if (!arguments.gantt.empty()) write_file(arguments.gantt, sweep::gantt_csv(graph, simulations.front().played));
  if (!arguments.json) return heading(study, graph, arguments, durations) + sweep::simulation_table(simulations);
  return Json({{"study", study.name},
               {"ranks_per_trial", arguments.ranks_per_trial},
               {"trials_per_device", arguments.trials_per_device},
               {"measured", durations.measured},
               {"ratio", durations.ratio},
               {"simulations", sweep::simulation_json(graph, simulations)}})
             .dump(2) +
         "\n";
}

}  // namespace m2m::apps
