// Cases of training: a step of ERM and of M2m, an evaluation.
#include <fmt/format.h>

#include <cmath>
#include <numeric>

#include "bench/concurrent_work.hpp"
#include "bench/workbench.hpp"
#include "nn/device.hpp"
#include "settings/m2m_settings.hpp"
#include "settings/recipe.hpp"

namespace m2m::bench {
namespace {

// The smaller the batch, the more of its gradient is noise and rounding.
constexpr CosineBounds erm_bounds{0.9999, 0.95};
// T steps of translation carry rounding into the images themselves.
constexpr CosineBounds m2m_bounds{0.99, 0.9};

/// Steps on a GPU that record a graph for each number of translated images.
constexpr int recording_steps = 16;

struct StepCase {
  std::string method;
  Variant variant;
  std::int64_t batch;
};

/// Number of translations with a won coin in the steps 1 .. steps of epoch 0: the images that M2m translates.
std::int64_t translated_images(const TrialSetup& setup, std::int64_t steps) {
  if (!setup.parts.editor) return 0;
  const data::PlanInputs plan_inputs =
      data::make_plan_inputs(setup.parts.data->set, setup.parts.data->split, setup.plan.settings.batch_size,
                             setup.plan.keys.order, setup.plan.keys.plan);
  const data::EpochPlan plan = data::plan_epoch(
      plan_inputs, 0, settings::phase_at(setup.plan.recipe, 0, setup.plan.settings.defer_until).sampling);
  std::int64_t count = 0;
  for (std::int64_t step = 1; step <= steps; ++step) {
    const methods::StepTranslations planned =
        setup.parts.editor->plan(plan_inputs, plan.step(step), 0, step, setup.parts.data->set.train.shape);
    for (const methods::Translation& translation : planned.chosen) count += translation.coin ? 1 : 0;
  }
  return count;
}

/// Multiply-adds of all timed steps. A trained image counts one forward pass and both gradients; a translated image
/// counts T times forward and back through f and g, and one more forward pass of g.
double step_multiply_adds(const StepCase& what, const TrialSetup& setup, const train::Trial& trial,
                          std::int64_t steps, std::int64_t iterations_of_a_translation) {
  const double per_image = nn::multiply_adds(trial.network().spec());
  const auto trained = static_cast<double>(3 * what.batch * steps);
  const auto translated =
      static_cast<double>(translated_images(setup, steps) * (4 * iterations_of_a_translation + 1));
  return per_image * (trained + translated);
}

void time_case(benchmark::State& state, Workbench& bench, const StepCase& what) {
  const Config config = trial_config(what.method, what.variant, what.batch);
  const TrialSetup setup = bench.setup(config);
  const nn::StreamScope stream(bench.device());
  train::Trial trial(setup.plan, setup.parts);
  trial.submit(1);  // plans the epoch and allocates; its gradient is compared below
  const torch::Tensor first = flat_velocity(trial);
  if (bench.device().is_cuda()) trial.submit(recording_steps);
  nn::synchronize_stream(bench.device());
  for (auto _ : state) {
    trial.submit(1);
    nn::synchronize_stream(bench.device());
  }
  const std::int64_t steps = state.iterations();
  state.SetItemsProcessed(steps * what.batch);
  const double all =
      step_multiply_adds(what, setup, trial, steps, settings::value_of(config, &settings::M2mSettings::steps));
  count_flops(state, all / static_cast<double>(steps), bench.product_rate());
  const double agreement = cosine(first, bench.plain_first_step(what.method, what.batch));
  state.counters["cosine"] = agreement;
  verify(state, agreement >= (what.method == "ERM" ? erm_bounds : m2m_bounds).of(what.variant),
         fmt::format("the gradient of the first step has cosine {:.6f} with libtorch's", agreement));
  verify(state, flat_velocity(trial).isfinite().all().item<bool>(), "a velocity is not finite after the last step");
}

void add_step_case(const std::shared_ptr<Workbench>& bench, const StepCase& what) {
  const std::string name = what.method == "ERM" ? "erm_step" : "m2m_step";
  const std::int64_t iterations = what.method == "ERM" ? 6 : what.batch > 128 ? 2 : 3;
  add_case(fmt::format("{}/{}", case_name(name, what.variant), what.batch), iterations,
           [bench, what](benchmark::State& state) { time_case(state, *bench, what); });
}

}  // namespace

void add_step_cases(const std::shared_ptr<Workbench>& bench) {
  for (const std::string method : {"ERM", "M2m"}) {
    for (const Variant& variant : variants()) {
      if (bench->is_fused() && variant.precision != "bf16") continue;
      for (const std::int64_t batch : {32, 64, 128, 256, 512}) {
        if (variant.kernels == "auto" || batch == 128) add_step_case(bench, {method, variant, batch});
      }
    }
  }
}

namespace {

/// Steps of several trials that share the device; they do not wait for each other.
void time_shared_steps(benchmark::State& state, Workbench& bench, const StepCase& what, int trials) {
  const Config config = trial_config(what.method, what.variant, what.batch);
  const bool is_gpu = bench.device().is_cuda();
  const int steps_of_a_run = is_gpu ? 16 : 1;
  std::vector<const train::Trial*> running(static_cast<std::size_t>(trials));
  ConcurrentWork work(bench.device(), trials, [&](int thread) {
    TrialSetup own = bench.setup(config);
    const auto trial = std::make_shared<train::Trial>(std::move(own.plan), std::move(own.parts));
    trial->submit(is_gpu ? recording_steps + 1 : 1);
    running[static_cast<std::size_t>(thread)] = trial.get();
    return [trial] { trial->submit(1); };
  });
  for (auto _ : state) work.run(steps_of_a_run);
  const std::int64_t steps = state.iterations() * steps_of_a_run;
  state.SetItemsProcessed(steps * trials * what.batch);
  count_steps(state, steps_of_a_run);
  const double of_a_trial = step_multiply_adds(what, bench.setup(config), *running.front(), steps,
                                               settings::value_of(config, &settings::M2mSettings::steps));
  count_flops(state, trials * of_a_trial / static_cast<double>(state.iterations()), bench.product_rate());
  for (const train::Trial* trial : running) {
    verify(state, flat_velocity(*trial).isfinite().all().item<bool>(),
           "a velocity is not finite after the last step");
  }
}

}  // namespace

void add_shared_step_cases(const std::shared_ptr<Workbench>& bench) {
  for (const std::string method : {"ERM", "M2m"}) {
    const StepCase what{method, {"bf16", "auto"}, 128};
    for (const int trials : trials_at_once(bench->device())) {
      const std::string name = method == "ERM" ? "erm_steps" : "m2m_steps";
      add_case(fmt::format("{}/128/x{}", case_name(name, what.variant), trials), bench->device().is_cuda() ? 3 : 2,
               [=](benchmark::State& state) { time_shared_steps(state, *bench, what, trials); });
    }
  }
}

namespace {

constexpr std::int64_t evaluation_batch = 500;

std::shared_ptr<nn::Network> initialised(Workbench& bench, const Variant& variant) {
  const Config config = trial_config("ERM", variant, 128);
  const TrialSetup setup = bench.setup(config);
  auto network = train::build_network(setup.plan.settings, *setup.parts.data);
  nn::initialise(*network, setup.plan.keys.init);
  return network;
}

/// |a - b| / |b| of the first `count` logits.
double distance(const std::vector<float>& a, const std::vector<float>& b, std::size_t count) {
  double difference = 0, norm = 0;
  for (std::size_t i = 0; i < count; ++i) {
    difference += (a[i] - b[i]) * static_cast<double>(a[i] - b[i]);
    norm += b[i] * static_cast<double>(b[i]);
  }
  return std::sqrt(difference / norm);
}

train::Outputs outputs_of(nn::FrozenNetwork& network) {
  return [&network](const torch::Tensor& pixels) { return network.outputs(pixels); };
}

train::Evaluation evaluate_first_batch(Workbench& bench, nn::Network& network) {
  data::PoolRows part = bench.data()->split.test;
  part.rows.resize(evaluation_batch);
  const auto frozen = network.freeze();
  frozen->refresh();
  return train::evaluate(outputs_of(*frozen), *bench.data(), part, {evaluation_batch}, *comm::single_rank());
}

void evaluate_test_part(benchmark::State& state, Workbench& bench, const Variant& variant) {
  const auto data = bench.data();
  const auto network = initialised(bench, variant);
  const auto frozen = network->freeze();
  frozen->refresh();
  train::Evaluation evaluation;
  for (auto _ : state)
    evaluation =
        train::evaluate(outputs_of(*frozen), *data, data->split.test, {evaluation_batch}, *comm::single_rank());
  const auto images = static_cast<std::int64_t>(data->split.test.rows.size());
  state.SetItemsProcessed(state.iterations() * images);
  count_flops(state, nn::multiply_adds(network->spec()) * static_cast<double>(images));
  const auto& cells = evaluation.confusion.cells;
  verify(state, std::accumulate(cells.begin(), cells.end(), std::int64_t{0}) == images,
         "the confusion matrix does not count every image once");
  const auto plain = initialised(bench, plain_variant);
  const train::Evaluation expected = evaluate_first_batch(bench, *plain);
  const double off = distance(evaluation.logits, expected.logits, expected.logits.size());
  state.counters["distance"] = off;
  verify(state, off <= (variant.precision == "bf16" ? 0.05 : 1e-4),
         fmt::format("logits differ by {:.2g} of their norm from libtorch's", off));
}

}  // namespace

void add_evaluation_cases(const std::shared_ptr<Workbench>& bench) {
  for (const Variant& variant : variants()) {
    add_case(case_name("evaluation", variant) + "/9000", 1,
             [bench, variant](benchmark::State& state) { evaluate_test_part(state, *bench, variant); });
  }
}

}  // namespace m2m::bench
