#include "train/trial_setup.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>
#include <vector>

#include "core/instruction_set.hpp"
#include "methods/m2m.hpp"
#include "settings/augment_settings.hpp"
#include "settings/choices.hpp"
#include "settings/loss_settings.hpp"
#include "settings/m2m_settings.hpp"
#include "settings/noise_settings.hpp"
#include "settings/train_settings.hpp"
#include "train/machine_checks.hpp"

namespace m2m::train {
namespace {

Key make_key(std::int64_t seed, SeedRole role) { return {static_cast<std::uint32_t>(seed), role}; }

Schedule make_schedule(const settings::TrainSettings& given) {
  if (given.schedule == settings::RateSchedule::cosine)
    return {given.learning_rate, given.warmup, {}, 1, given.epochs};
  return {given.learning_rate, given.warmup, given.lr_drops, given.lr_drop_factor};
}

bool trains_parameter(settings::Trainable trainable, const std::string& name) {
  const std::vector<std::string> trained = trained_parameters(trainable);
  return trained.empty() || std::count(trained.begin(), trained.end(), name) > 0;
}

/// Replaces the schedule by the short one of a second stage.
void apply_second_stage(TrialSettings& settings, const settings::SecondStageSettings& second) {
  settings.epochs = second.epochs;
  settings.schedule = {second.learning_rate, 0, {}, 1, second.epochs};
  settings.head_lr_factor = second.head_lr_factor;
  if (second.weight_decay) settings.sgd.weight_decay = *second.weight_decay;
  if (trains_parameter(settings.trainable, "linear.weight")) settings.max_norm = second.max_norm;
  settings.start_from.clear();
  settings.start_epoch = 0;
}

void apply_recipe(TrialSettings& settings, const Config& resolved) {
  const auto recipe = settings::read<settings::Recipe>(resolved);
  settings.head = recipe.head;
  if (recipe.head == settings::HeadKind::cosine) {
    settings.logit_scale = settings::read<settings::LossSettings>(resolved).logit_scale;
  }
  settings.trainable = recipe.train;
  settings.experts = settings::count_experts(recipe.experts, settings::read<settings::ExpertSettings>(resolved));
  if (recipe.is_second_stage())
    apply_second_stage(settings, settings::read<settings::SecondStageSettings>(resolved));
}

/// The settings of the losses: a second stage may smooth its labels otherwise.
Config loss_config(Config resolved) {
  if (!settings::read<settings::Recipe>(resolved).is_second_stage()) return resolved;
  const auto smoothing = settings::read<settings::SecondStageSettings>(resolved).label_smoothing;
  if (smoothing) settings::set_value(resolved, &settings::LossSettings::label_smoothing, *smoothing);
  return resolved;
}

/// Images of a batch in evaluation.
std::int64_t evaluation_batch(const settings::TrainSettings& given, bool is_on_gpu) {
  if (given.evaluation_batch > 0) return given.evaluation_batch;
  return is_on_gpu ? 1000 : 500;
}

}  // namespace

TrialSettings planned_settings(const Config& resolved) {
  const auto given = settings::read<settings::TrainSettings>(resolved);
  const auto record = settings::read<settings::RecordSettings>(resolved);
  TrialSettings settings;
  settings.network = given.network;
  settings.width = given.width;
  settings.epochs = given.epochs;
  settings.batch_size = given.batch_size;
  settings.schedule = make_schedule(given);
  settings.sharpness = settings::read<settings::SharpnessSettings>(resolved);
  settings.sgd = {given.momentum, given.weight_decay, given.nesterov, given.clip_norm};
  settings.defer_until = given.defer_until;
  settings.precision = given.precision == settings::Precision::float64 ? torch::kFloat64 : torch::kFloat32;
  settings.bfloat16 = given.precision == settings::Precision::bf16;
  settings.tf32 = given.precision == settings::Precision::tf32;
  settings.kernels = given.kernels;
  if (settings.kernels != "torch") parse_instruction_set(settings.kernels);  // throws if it is missing
  settings.threads = given.threads;
  settings.synchronised = given.batch_norm == settings::BatchNorm::sync;
  settings.deterministic = given.deterministic;
  settings.fused = given.executor == settings::Executor::fused;  // never by `auto` until a GPU has run it
  settings.graphed = settings.fused || given.executor == settings::Executor::graph;
  settings.evaluation_batch = evaluation_batch(given, settings.fused);
  settings.checkpoint_seconds = 60 * given.checkpoint_every;
  settings.test_every = given.test_every;
  settings.features_per_class = record.features;
  settings.samples = record.samples;
  settings.start_from = given.start_from;
  settings.start_epoch = given.start_epoch;
  apply_recipe(settings, resolved);
  return settings;
}

TrialSettings trial_settings(const Config& resolved, int local_rank) {
  const auto given = settings::read<settings::TrainSettings>(resolved);
  TrialSettings settings = planned_settings(resolved);
  settings.device = checked_device(machine_settings(resolved), local_rank);
  const bool is_on_gpu = settings.device.is_cuda();
  settings.plans_ahead = is_on_gpu;
  settings.graphed |= given.executor == settings::Executor::automatic && is_on_gpu;
  settings.evaluation_batch = evaluation_batch(given, is_on_gpu);
  return settings;
}

std::string unfused_steps_reason(const TrialSettings& settings, const settings::Recipe& recipe, int ranks) {
  if (!settings.fused) return "";
  if (recipe.adds_noise()) return "no kernel keeps batch norm's statistics of noise images apart";
  if (ranks == 1) return "";
  return fmt::format("{} ranks train one trial, and no kernel adds batch norm's sums over ranks", ranks);
}

std::string executor_name(const TrialSettings& settings, const Config& resolved, int ranks) {
  if (!settings.fused) return settings.graphed ? "graph" : "eager";
  const auto recipe = settings::read<settings::Recipe>(resolved);
  const bool translates = recipe.translates() && settings::read<settings::M2mSettings>(resolved).image !=
                                                     settings::AcceptedImage::clean_coin;
  const bool in_one_launch = translates && methods::translates_in_one_launch(resolved);
  if (unfused_steps_reason(settings, recipe, ranks).empty())
    return translates && !in_one_launch ? "fused steps" : "fused";
  return in_one_launch ? "fused translations" : "fused evaluation";
}

TrialKeys f_keys(const Config& resolved) {
  const auto seeds = settings::read<settings::Seeds>(resolved);
  return {make_key(seeds.init, SeedRole::init), make_key(seeds.order, SeedRole::order),
          make_key(seeds.plan, SeedRole::plan)};
}

TrialKeys g_keys(const Config& resolved) {
  const std::int64_t seed = settings::read<settings::Seeds>(resolved).g;
  const Key order = make_key(seed, SeedRole::g_order);
  return {make_key(seed, SeedRole::g_init), order, order};
}

checkpoints::NetworkState copy_state(const nn::Network& network) {
  const torch::NoGradGuard no_gradient;
  checkpoints::NetworkState state;
  std::map<torch::Dtype, std::pair<std::vector<torch::Tensor>, std::vector<torch::Tensor>>> copies;  // to, from
  for (const auto& [name, tensor] : nn::named_state(network)) {
    state[name] = torch::empty_like(tensor);
    copies[tensor.scalar_type()].first.push_back(state[name]);
    copies[tensor.scalar_type()].second.push_back(tensor);
  }
  for (auto& [type, tensors] : copies) at::_foreach_copy_(tensors.first, tensors.second);  // few launches on a GPU
  return state;
}

TrialPlan make_trial_plan(const Config& resolved, int local_rank) {
  TrialPlan plan;
  plan.settings = trial_settings(resolved, local_rank);
  plan.recipe = settings::read<settings::Recipe>(resolved);
  plan.mixing = settings::read_mixing(resolved);
  plan.logit_noise = settings::value_of(resolved, &settings::LossSettings::gcl_noise);
  plan.noise_delta = settings::value_of(resolved, &settings::NoiseSettings::delta);
  plan.keys = f_keys(resolved);
  return plan;
}

TrialParts make_trial_parts(const Config& resolved, const TrialPlan& plan, std::shared_ptr<const LoadedData> data) {
  TrialParts parts;
  const auto augment = settings::read<settings::AugmentSettings>(resolved);
  if (augment.transforms()) data = with_augmentation(*data, augment);
  if (plan.recipe.translates())
    parts.editor = methods::make_m2m_editor(resolved, plan.settings.graphed, plan.settings.fused);
  const ClassCounts& counts = data->split.counts;
  const auto losses = settings::read<settings::LossSettings>(resolved);
  const auto loss_with = [&, config = loss_config(resolved)](settings::ClassWeights weights) {
    return methods::make_loss(config, counts, methods::make_class_weights(weights, losses, counts),
                              plan.settings.logit_scale);
  };
  parts.loss = loss_with(settings::ClassWeights::none);
  parts.weighted_loss = loss_with(plan.recipe.class_weights);
  parts.batch_loss = methods::make_batch_loss(resolved, counts, plan.settings.logit_scale);
  if (plan.settings.sharpness.kind == settings::Sharpness::imbsam) {
    const std::vector<double> is_tail = methods::tail_classes(counts, plan.settings.sharpness.tail_below);
    parts.tail_loss = methods::weigh_classes(parts.loss, is_tail);
    parts.weighted_tail_loss = methods::weigh_classes(parts.weighted_loss, is_tail);
  }
  const bool uses_smote = plan.recipe.sampling == settings::Sampling::smote;
  parts.data = uses_smote ? with_smote(*data, plan.keys.plan) : std::move(data);
  return parts;
}

std::vector<std::string> trained_parameters(settings::Trainable trainable) {
  if (trainable == settings::Trainable::everything) return {};
  if (trainable == settings::Trainable::scales) return {"linear.scales"};
  if (trainable == settings::Trainable::calibration) {
    return {"linear.magnitudes", "linear.margins", "linear.confidence", "linear.confidence_bias"};
  }
  std::vector<std::string> names = {"linear.weight", "linear.bias"};
  if (trainable == settings::Trainable::head_and_scales) names.emplace_back("linear.scales");
  return names;
}

nn::NetworkSpec network_spec(const TrialSettings& settings, const LoadedData& data) {
  const data::ImageShape& shape = data.set.train.shape;
  const bool has_scales = settings.trainable == settings::Trainable::scales ||
                          settings.trainable == settings::Trainable::head_and_scales;
  nn::NetworkSpec spec{settings.network, data.set.classes, shape.channels,    shape.height,     shape.width,
                       data.mean,        data.std,         settings.bfloat16, settings.kernels, {},
                       settings.fused,   settings.head,    has_scales};
  spec.calibrated_head = settings.trainable == settings::Trainable::calibration;
  spec.first_channels = settings.width;
  spec.experts = settings.experts;
  return spec;
}

std::shared_ptr<nn::Network> build_network(const TrialSettings& settings, const LoadedData& data,
                                           nn::SumOverRanks sum_over_ranks) {
  nn::NetworkSpec spec = network_spec(settings, data);
  spec.sum_over_ranks = std::move(sum_over_ranks);
  auto network = nn::make_network(spec);
  network->to(settings.device, settings.precision);
  return network;
}

}  // namespace m2m::train
