// m2m-bench step: times training steps and an evaluation of one trial.
#include <ATen/Parallel.h>

#include "bench/bench_commands.hpp"
#include "bench/comparison.hpp"
#include "bench/workbench.hpp"
#include "nn/device.hpp"
#include "settings/data_settings.hpp"
#include "settings/recipe.hpp"
#include "settings/resolve.hpp"
#include "settings/train_settings.hpp"
#include "stages/artifacts.hpp"
#include "stages/checks_against_data.hpp"
#include "train/trial.hpp"

namespace m2m::bench {
namespace {

using settings::DataSettings, settings::TrainSettings, settings::parse_word, settings::set_value;

Config step_config(const StepSettings& step, const std::optional<checkpoints::Checkpoint>& start) {
  Config config;
  set_value(config, &settings::Recipe::method, step.method);
  set_value(config, &DataSettings::set, "cifar10");
  set_value(config, &DataSettings::ratio, 100);
  set_value(config, &DataSettings::root, step.data);
  set_value(config, &TrainSettings::precision, parse_word<settings::Precision>(step.precision));
  set_value(config, &TrainSettings::threads, step.threads);
  set_value(config, &TrainSettings::device, parse_word<settings::Device>(step.device));
  set_value(config, &TrainSettings::executor, parse_word<settings::Executor>(step.executor));
  if (start) {
    set_value(config, &TrainSettings::start_from, step.g);
    set_value(config, &TrainSettings::start_epoch, start->epoch + 1);
  }
  return settings::resolve(config);
}

TrialSetup step_setup(const StepSettings& settings) {
  std::optional<checkpoints::Checkpoint> start;
  if (settings.method != "ERM") start = checkpoints::load_checkpoint(settings.g);
  const Config config = step_config(settings, start);
  TrialSetup setup{train::make_trial_plan(config), {}};
  const auto data = train::load_data(config, setup.plan.settings.device);
  stages::check_fused(config, *data);
  setup.parts = train::make_trial_parts(config, setup.plan, data);
  if (setup.plan.recipe.translates()) {
    setup.parts.g = train::build_network(setup.plan.settings, *setup.parts.data);
    nn::load_state(*setup.parts.g, start->network, settings.g);
  }
  setup.parts.start = std::move(start);
  return setup;
}

/// Number of steps before the first that counts. On a GPU each batch size, and each number of translated images
/// rounded up to 8, runs once eagerly and is recorded once.
int steps_that_record(const TrialSetup& setup) {
  if (!setup.plan.settings.device.is_cuda()) return 0;
  return setup.parts.editor ? 16 : 3;
}

double time_evaluation(const train::Trial& trial, const TrialSetup& setup) {
  const auto frozen = trial.network().freeze();
  const double start = monotonic_seconds();
  frozen->refresh();
  train::evaluate(
      [&](const torch::Tensor& pixels) { return frozen->outputs(pixels); }, *setup.parts.data,
      setup.parts.data->split.validation,
      {setup.plan.settings.evaluation_batch, setup.plan.settings.precision, setup.plan.settings.logit_scale},
      *comm::single_rank());
  return monotonic_seconds() - start;
}

}  // namespace

StepTimes time_steps(const StepSettings& settings) {
  at::set_num_threads(settings.threads);
  const TrialSetup setup = step_setup(settings);
  const nn::StreamScope stream(setup.plan.settings.device);
  train::Trial trial(setup.plan, setup.parts);
  trial.submit(steps_that_record(setup));
  nn::synchronize_stream(setup.plan.settings.device);
  StepTimes times;
  for (int step = 0; step < settings.steps; ++step) {
    const double start = monotonic_seconds();
    trial.submit(1);
    nn::synchronize_stream(setup.plan.settings.device);
    const double end = monotonic_seconds();
    times.steps.push_back(end - start);
    if (step == 0) times.first_step_end = end;
  }
  times.evaluation = time_evaluation(trial, setup);
  return times;
}

}  // namespace m2m::bench
