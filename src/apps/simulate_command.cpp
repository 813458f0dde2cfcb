#include "apps/simulate_command.hpp"

#include <fmt/format.h>

#include "apps/given_study.hpp"
#include "core/files.hpp"
#include "core/text.hpp"
#include "sweep/durations.hpp"
#include "sweep/simulation_text.hpp"

namespace m2m::apps {
namespace {

study::StageGraph plan(const study::Study& study, int ranks_per_trial, const Training& training) {
  const study::StageGraph graph =
      study::plan_study(study, training.settings, training.resolve, training.planner(ranks_per_trial));
  return study::without_unshared_prefixes(graph, std::vector<bool>(graph.stages.size(), false));
}

std::string heading(const study::Study& study, const study::StageGraph& graph, const SweepArguments& arguments,
                    const sweep::Durations& durations) {
  const int trials = study::count(graph, study::StageKind::trial);
  std::string text = fmt::format("{}: {}, {}; ", study.name, count_text(trials, "trial"),
                                 count_text(graph.size() - trials, "stage"));
  if (arguments.simulate.durations.empty()) {
    text += "modelled costs (a rough model)\n";
  } else {
    text += fmt::format("{} of {} durations from {}, the others modelled, times {:.3g}\n", durations.measured,
                        graph.size(), arguments.simulate.durations.string(), durations.ratio);
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

std::vector<sweep::OrderedSimulation> simulate_all(const study::StageGraph& graph, const SweepArguments& arguments,
                                                   const std::vector<double>& seconds) {
  const std::vector<bool> nothing(graph.stages.size(), false);
  std::vector<sweep::OrderedSimulation> simulations;
  for (const int ranks : arguments.simulate.ranks) {
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

std::string simulate_command(const SweepArguments& arguments, const Training& training) {
  const study::Study study = read_given_study(arguments.study, arguments.settings, training.settings);
  const study::StageGraph graph = plan(study, arguments.ranks_per_trial, training);
  const sweep::Durations durations = arguments.simulate.durations.empty()
                                         ? sweep::Durations{sweep::modelled_seconds(graph)}
                                         : sweep::read_durations(arguments.simulate.durations, graph);
  const std::vector<sweep::OrderedSimulation> simulations = simulate_all(graph, arguments, durations.seconds);
  if (!arguments.simulate.gantt.empty())
    write_file(arguments.simulate.gantt, sweep::gantt_csv(graph, simulations.front().played));
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
