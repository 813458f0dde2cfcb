#include "bench/workbench.hpp"

#include <fmt/format.h>

#include "settings/m2m_settings.hpp"
#include "settings/recipe.hpp"
#include "settings/resolve.hpp"
#include "settings/train_settings.hpp"

namespace m2m::bench {

using settings::TrainSettings, settings::parse_word, settings::set_value;

std::vector<Variant> variants() { return {{"float32", "auto"}, {"bf16", "auto"}, plain_variant}; }

Config trial_config(const std::string& method, const Variant& variant, std::int64_t batch) {
  Config config;
  set_value(config, &settings::Recipe::method, method);
  set_value(config, &TrainSettings::precision, parse_word<settings::Precision>(variant.precision));
  set_value(config, &TrainSettings::kernels, variant.kernels);
  set_value(config, &TrainSettings::batch_size, batch);
  set_value(config, &TrainSettings::defer_until, 0);
  // every translation whose coin came up is trained on: no result hangs on a threshold
  set_value(config, &settings::M2mSettings::gamma, 0);
  return settings::resolve(config);
}

Workbench::Workbench(std::string device, std::string executor)
    : wanted_device_(std::move(device)),
      executor_(std::move(executor)),
      device_(train::trial_settings(on_device(trial_config("ERM", {}, 128))).device) {}

Config Workbench::on_device(Config config) const {
  set_value(config, &TrainSettings::device, parse_word<settings::Device>(wanted_device_));
  set_value(config, &TrainSettings::executor, parse_word<settings::Executor>(executor_));
  return config;
}

std::shared_ptr<const train::LoadedData> Workbench::data() {
  if (data_ == nullptr) data_ = made_up_data(device_);
  return data_;
}

TrialSetup Workbench::setup(Config config) {
  config = on_device(std::move(config));
  TrialSetup setup{train::make_trial_plan(config), {}};
  setup.parts = train::make_trial_parts(config, setup.plan, data());
  if (setup.plan.recipe.translates()) {
    setup.parts.g = train::build_network(setup.plan.settings, *setup.parts.data);
    nn::initialise(*setup.parts.g, train::g_keys(config).init);
  }
  return setup;
}

torch::Tensor Workbench::plain_first_step(const std::string& method, std::int64_t batch) {
  torch::Tensor& kept = first_steps_[{method, batch}];
  if (!kept.defined()) {
    TrialSetup first = setup(trial_config(method, plain_variant, batch));
    train::Trial trial(std::move(first.plan), std::move(first.parts));
    trial.submit(1);
    kept = velocity_of(trial);
  }
  return kept;
}

torch::Tensor velocity_of(const train::Trial& trial) {
  std::vector<torch::Tensor> rows;
  for (const auto& [name, velocity] : trial.checkpoint().momentum) rows.push_back(velocity.flatten());
  return torch::cat(rows);
}

double cosine(const torch::Tensor& a, const torch::Tensor& b) {
  const torch::Tensor left = a.flatten().to(torch::kFloat64), right = b.flatten().to(torch::kFloat64);
  return (left.dot(right) / (left.norm() * right.norm())).item<double>();
}

void verify(benchmark::State& state, bool right, const std::string& sentence) {
  if (!right && !state.error_occurred()) state.SkipWithError(sentence.c_str());
}

void count_flops(benchmark::State& state, double multiply_adds_per_iteration) {
  const double operations = 2 * multiply_adds_per_iteration * static_cast<double>(state.iterations());
  state.counters["GFLOP/s"] = benchmark::Counter(operations / 1e9, benchmark::Counter::kIsRate);
}

std::string case_name(const std::string& name, const Variant& variant) {
  return fmt::format("{}/{}/{}", name, variant.precision, variant.kernels);
}

}  // namespace m2m::bench
