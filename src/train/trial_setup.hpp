#pragma once
// What a trial is made from.
#include <functional>
#include <memory>
#include <optional>

#include "core/profile.hpp"
#include "comm/tensors/communicator.hpp"
#include "methods/batch_editing.hpp"
#include "methods/losses.hpp"
#include "methods/mixing.hpp"
#include "results/record.hpp"
#include "settings/loss_settings.hpp"
#include "settings/recipe.hpp"
#include "checkpoints/checkpoint.hpp"
#include "train/loaded_data.hpp"
#include "train/settings.hpp"
#include "checkpoints/trial_state.hpp"

namespace m2m::train {

/// The keys that a trial's random numbers are drawn with.
struct TrialKeys {
  Key init, order, plan;
};
TrialKeys keys_of_f(const Config& resolved);
/// g's own: never equal to f's, even where the seeds are the same number.
TrialKeys keys_of_g(const Config& resolved);

struct TrialSetup {
  TrialSettings settings;
  settings::Recipe recipe;
  methods::LossFn loss, weighted_loss;  // weighted: with the recipe's class weights, once it rebalances
  methods::BatchEditing editing;        // where the recipe translates
  settings::MixSettings mixing;
  TrialKeys keys;
  std::shared_ptr<const LoadedData> data;
  std::shared_ptr<nn::Network> g;                // where the method translates
  std::optional<checkpoints::Checkpoint> start;  // f, where it does not begin from its initialisation
  // where it goes on from an earlier run, or from a prefix that it shares
  std::optional<checkpoints::TrialState> resume;
  std::shared_ptr<comm::Communicator> ranks = comm::alone();  // that share the trial
  int best_from_epoch = 0;  // `best` is looked for among the epochs from this one on
  std::function<void(const results::EpochRecord&)> on_epoch;
  Profile* profile = nullptr;  // where to time the phases, if at all
};

/// Network weights and running statistics by name, as a copy.
checkpoints::NetworkState copy_state(const nn::Network& network);

/// All that follows from the settings of a trial; where the recipe samples from a filled-up set, `data` is that
/// one. g, and where the trial begins, are left to the caller.
TrialSetup trial_setup(const Config& resolved, std::shared_ptr<const LoadedData> data, int local_rank = 0);

/// The network of those settings on these data.
nn::NetworkSpec network_spec(const TrialSettings& settings, const LoadedData& data);

/// f as the data and settings want it, in their precision and on their device, with torch's own weights. With
/// `sum_over_ranks`, its batch norm is over the shares of all ranks.
std::shared_ptr<nn::Network> build_network(const TrialSettings& settings, const LoadedData& data,
                                           nn::SumOverRanks sum_over_ranks = {});

}  // namespace m2m::train
