#include <fmt/format.h>

#include "bench/cases.hpp"
#include "nn/device_graph.hpp"
#include "settings/m2m_settings.hpp"
#include "settings/recipe.hpp"

namespace m2m::bench {
namespace {

// The smaller the batch, the more of its gradient is noise, and the more of that is rounding.
constexpr CosineBounds of_erm{0.9999, 0.95};
// T steps of translation carry rounding into the images themselves.
constexpr CosineBounds of_m2m{0.99, 0.9};

struct StepCase {
  std::string method;
  Variant variant;
  std::int64_t batch;
};

/// Translations whose coin came up in each of the steps 1 .. steps of epoch 0: what M2m translates.
std::int64_t translated_images(const TrialSetup& setup, std::int64_t steps) {
  if (!setup.parts.editor) return 0;
  const data::PlanBasis basis =
      data::plan_basis(setup.parts.data->set, setup.parts.data->split, setup.plan.settings.batch_size,
                       setup.plan.keys.order, setup.plan.keys.plan);
  const data::EpochPlan plan = data::plan_epoch(
      basis, 0, settings::phase_at(setup.plan.recipe, 0, setup.plan.settings.defer_until).sampling);
  std::int64_t count = 0;
  for (std::int64_t step = 1; step <= steps; ++step) {
    const methods::StepTranslations planned =
        setup.parts.editor->plan(basis, plan.step(step), 0, step, setup.parts.data->set.train.shape);
    for (const methods::Translation& translation : planned.chosen) count += translation.coin ? 1 : 0;
  }
  return count;
}

/// Of all timed steps: forward, both gradients; for a translation T times f and g forward and back, then g's
/// answer.
double multiply_adds_of(const StepCase& what, const TrialSetup& setup, const train::Trial& trial,
                        std::int64_t steps, std::int64_t iterations_of_a_translation) {
  const double of_an_image = nn::multiply_adds(trial.network().spec());
  const auto trained = static_cast<double>(3 * what.batch * steps);
  const auto translated =
      static_cast<double>(translated_images(setup, steps) * (4 * iterations_of_a_translation + 1));
  return of_an_image * (trained + translated);
}

void time_steps_of(benchmark::State& state, Workbench& bench, const StepCase& what) {
  const Config config = trial_config(what.method, what.variant, what.batch);
  const TrialSetup setup = bench.setup(config);
  const nn::OwnStream stream(bench.device());
  train::Trial trial(setup.plan, setup.parts);
  trial.submit(1);  // plans the epoch and allocates; also the step that is compared
  const torch::Tensor first = velocity_of(trial);
  if (bench.device().is_cuda()) trial.submit(16);  // records each number of translated images that comes up
  nn::wait_for_queued_work(bench.device());
  for (auto _ : state) {
    trial.submit(1);
    nn::wait_for_queued_work(bench.device());
  }
  const std::int64_t steps = state.iterations();
  state.SetItemsProcessed(steps * what.batch);
  const double all =
      multiply_adds_of(what, setup, trial, steps, settings::value_of(config, &settings::M2mSettings::steps));
  count_flops(state, all / static_cast<double>(steps));
  const double agreement = cosine(first, bench.plain_first_step(what.method, what.batch));
  state.counters["cosine"] = agreement;
  verify(state, agreement >= (what.method == "ERM" ? of_erm : of_m2m).of(what.variant),
         fmt::format("the first step's gradient has cosine {:.6f} with the plain path's", agreement));
  verify(state, velocity_of(trial).isfinite().all().item<bool>(), "a velocity is not a number after the last step");
}

void add_step_case(const std::shared_ptr<Workbench>& bench, const StepCase& what) {
  const std::string name = what.method == "ERM" ? "erm_step" : "m2m_step";
  const std::int64_t iterations = what.method == "ERM" ? 6 : what.batch > 128 ? 2 : 3;
  add_case(fmt::format("{}/{}", case_name(name, what.variant), what.batch), iterations,
           [bench, what](benchmark::State& state) { time_steps_of(state, *bench, what); });
}

}  // namespace

void add_step_cases(const std::shared_ptr<Workbench>& bench) {
  for (const std::string method : {"ERM", "M2m"}) {
    for (const Variant& variant : variants()) {
      for (const std::int64_t batch : {32, 64, 128, 256, 512}) {
        if (variant.kernels == "auto" || batch == 128) add_step_case(bench, {method, variant, batch});
      }
    }
  }
}

}  // namespace m2m::bench
