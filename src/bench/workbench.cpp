#include "bench/workbench.hpp"

#include <fmt/format.h>
#include <torch/types.h>

#include <algorithm>
#include <limits>

#include "bench/comparison.hpp"
#include "nn/device.hpp"
#include "settings/m2m_settings.hpp"
#include "settings/recipe.hpp"
#include "settings/resolve.hpp"
#include "settings/train_settings.hpp"
#include "stages/checks_against_data.hpp"

namespace m2m::bench {
namespace {

constexpr data::ImageShape shape{3, 32, 32};
constexpr int classes = 10;
constexpr int validating = 1000, held_out = 10000;

/// Images under construction: noise, and a bright band whose height tells the class.
struct Growing {
  std::vector<std::uint8_t> pixels;
  std::vector<std::int32_t> labels;
};

data::Samples grown(Growing growing) { return {shape, std::move(growing.pixels), std::move(growing.labels)}; }

void add_image(Growing& images, int label, data::Pool pool) {
  const auto number = static_cast<std::uint32_t>(images.labels.size());
  Stream stream({static_cast<std::uint32_t>(pool), SeedRole::subset}, Purpose::subset, 0, 0, number);
  std::uint32_t word = 0;
  for (int i = 0; i < shape.size(); ++i) {
    word = i % 4 == 0 ? stream.word() : word >> 8;
    const int row = i / shape.width % shape.height;
    const int band = row / 3 == label ? 100 : 0;
    images.pixels.push_back(static_cast<std::uint8_t>(band + (word & 127)));
  }
  images.labels.push_back(label);
}

void add_training(train::LoadedData& data) {
  data.split.counts = long_tail_counts(5000, 100, classes);
  Growing train;
  for (int k = 0; k < classes; ++k) {
    for (std::int64_t i = 0; i < data.split.counts[k]; ++i) {
      data.split.train.rows.push_back(static_cast<std::int32_t>(train.labels.size()));
      add_image(train, k, data::Pool::train);
    }
  }
  data.set.train = grown(std::move(train));
}

void add_held_out(train::LoadedData& data) {
  data.split.validation.pool = data.split.test.pool = data::Pool::test;
  Growing test;
  for (std::int32_t i = 0; i < held_out; ++i) {
    data::PoolRows& part = i < validating ? data.split.validation : data.split.test;
    part.rows.push_back(i);
    add_image(test, i % classes, data::Pool::test);
  }
  data.set.test = grown(std::move(test));
}

/// Of the fastest of some products of 8192x8192 matrices, of 1.1 TFLOP each.
double measured_product_rate(torch::Device device) {
  constexpr std::int64_t size = 8192;
  constexpr int products = 12;
  const nn::StreamScope stream(device);
  const torch::Tensor a = torch::randn({size, size}, torch::device(device).dtype(torch::kBFloat16));
  double fastest = std::numeric_limits<double>::infinity();
  for (int i = 0; i < products; ++i) {
    const double start = monotonic_seconds();
    const torch::Tensor product = a.mm(a);
    nn::synchronize_stream(device);
    fastest = std::min(fastest, monotonic_seconds() - start);
  }
  return static_cast<double>(size * size * size) / fastest;
}

}  // namespace

std::shared_ptr<const train::LoadedData> synthetic_data(torch::Device device) {
  auto data = std::make_shared<train::LoadedData>();
  data->set.name = "synthetic";
  data->set.classes = classes;
  data->set.augmentation = {4, true};
  add_training(*data);
  add_held_out(*data);
  data->mean = {0.29, 0.29, 0.29};
  data->std = {0.19, 0.19, 0.19};
  train::place_on_device(*data, device);
  return data;
}

using settings::TrainSettings, settings::parse_word, settings::set_value;

std::vector<Variant> variants() { return {{"float32", "auto"}, {"bf16", "auto"}, plain_variant}; }

Config trial_config(const std::string& method, const Variant& variant, std::int64_t batch) {
  Config config;
  set_value(config, &settings::Recipe::method, method);
  set_value(config, &TrainSettings::precision, parse_word<settings::Precision>(variant.precision));
  set_value(config, &TrainSettings::kernels, variant.kernels);
  set_value(config, &TrainSettings::batch_size, batch);
  set_value(config, &TrainSettings::defer_until, 0);
  // every translation with a won coin is accepted, so no result depends on a threshold
  set_value(config, &settings::M2mSettings::gamma, 0);
  return settings::resolve(config);
}

Workbench::Workbench(std::string device, std::string executor)
    : wanted_device_(std::move(device)),
      executor_(std::move(executor)),
      device_(train::trial_settings(any_config()).device) {
  if (is_fused()) stages::check_fused(any_config(), *data());
}

Config Workbench::any_config() const {
  return on_device(trial_config("ERM", {is_fused() ? "bf16" : "float32", "auto"}, 128));
}

Config Workbench::on_device(Config config) const {
  set_value(config, &TrainSettings::device, parse_word<settings::Device>(wanted_device_));
  const bool is_bf16 = settings::read<TrainSettings>(config).precision == settings::Precision::bf16;
  set_value(config, &TrainSettings::executor,
            is_fused() && !is_bf16 ? settings::Executor::eager : parse_word<settings::Executor>(executor_));
  return config;
}

bool Workbench::is_fused() const { return executor_ == settings::to_text(settings::Executor::fused); }

std::shared_ptr<const train::LoadedData> Workbench::data() {
  if (data_ == nullptr) data_ = synthetic_data(device_);
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
  torch::Tensor& cached = first_steps_[{method, batch}];
  if (!cached.defined()) {
    TrialSetup first = setup(trial_config(method, plain_variant, batch));
    train::Trial trial(std::move(first.plan), std::move(first.parts));
    trial.submit(1);
    cached = flat_velocity(trial);
  }
  return cached;
}

double Workbench::product_rate() {
  if (!product_rate_) product_rate_ = device_.is_cuda() ? measured_product_rate(device_) : 0;
  return *product_rate_;
}

torch::Tensor flat_velocity(const train::Trial& trial) {
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

void count_flops(benchmark::State& state, double multiply_adds_per_iteration, double product_rate) {
  const double all = multiply_adds_per_iteration * static_cast<double>(state.iterations());
  state.counters["GFLOP/s"] = benchmark::Counter(2 * all / 1e9, benchmark::Counter::kIsRate);
  if (product_rate > 0)
    state.counters["of_a_product"] = benchmark::Counter(all / product_rate, benchmark::Counter::kIsRate);
}

std::vector<int> trials_at_once(torch::Device device) {
  return device.is_cuda() ? std::vector<int>{1, 2, 4, 8} : std::vector<int>{1, 2};
}

void count_steps(benchmark::State& state, int steps) {
  state.counters["s_a_step"] = benchmark::Counter(static_cast<double>(state.iterations() * steps),
                                                  benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
}

std::string case_name(const std::string& name, const Variant& variant) {
  return fmt::format("{}/{}/{}", name, variant.precision, variant.kernels);
}

}  // namespace m2m::bench
