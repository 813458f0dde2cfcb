#include "train/trial_setup.hpp"

#include "methods/m2m.hpp"
#include "settings/choices.hpp"
#include "settings/train_settings.hpp"

namespace m2m::train {
namespace {

Key key_of(std::int64_t seed, SeedRole role) { return {static_cast<std::uint32_t>(seed), role}; }

}  // namespace

TrialKeys keys_of_f(const Config& resolved) {
  const auto seeds = settings::read<settings::Seeds>(resolved);
  return {key_of(seeds.init, SeedRole::init), key_of(seeds.order, SeedRole::order),
          key_of(seeds.plan, SeedRole::plan)};
}

TrialKeys keys_of_g(const Config& resolved) {
  const std::int64_t seed = settings::read<settings::Seeds>(resolved).g;
  const Key order = key_of(seed, SeedRole::g_order);
  return {key_of(seed, SeedRole::g_init), order, order};
}

checkpoints::NetworkState copy_state(const nn::Network& network) {
  checkpoints::NetworkState state;
  for (const auto& [name, tensor] : nn::named_state(network)) state[name] = tensor.clone();
  return state;
}

TrialSetup trial_setup(const Config& resolved, std::shared_ptr<const LoadedData> data, int local_rank) {
  TrialSetup setup;
  setup.settings = trial_settings(resolved, local_rank);
  setup.recipe = settings::read<settings::Recipe>(resolved);
  setup.keys = keys_of_f(resolved);
  setup.mixing = settings::read_mixing(resolved);
  if (setup.recipe.translates()) setup.editing = methods::m2m_editing(resolved, setup.settings.graphed);
  const ClassCounts& counts = data->split.counts;
  const double effective_beta = settings::read<settings::LossSettings>(resolved).effective_beta;
  const auto loss_with = [&](settings::ClassWeights weights) {
    return methods::make_loss(resolved, counts, methods::class_weights_of(weights, effective_beta, counts),
                              setup.settings.logit_scale);
  };
  setup.loss = loss_with(settings::ClassWeights::none);
  setup.weighted_loss = loss_with(setup.recipe.class_weights);
  const bool fills_up = setup.recipe.sampling == settings::Sampling::filled;
  setup.data = fills_up ? filled_up(*data, setup.keys.plan) : std::move(data);
  return setup;
}

nn::NetworkSpec network_spec(const TrialSettings& settings, const LoadedData& data) {
  const data::ImageShape& shape = data.set.train.shape;
  const bool has_scales = settings.trainable == settings::Trainable::scales ||
                          settings.trainable == settings::Trainable::head_and_scales;
  return {settings.network, data.set.classes,  shape.channels,   shape.height, shape.width,   data.mean,
          data.std,         settings.bfloat16, settings.kernels, {},           settings.head, has_scales};
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
