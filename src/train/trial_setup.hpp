#pragma once
// The settings of one trial as they hold on this rank: what a study gives, and what follows from it on this
// machine.
#include <torch/types.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "checkpoints/checkpoint.hpp"
#include "checkpoints/trial_state.hpp"
#include "comm/tensors/communicator.hpp"
#include "core/config.hpp"
#include "core/profile.hpp"
#include "methods/batch.hpp"
#include "methods/losses.hpp"
#include "methods/mixing.hpp"
#include "results/record.hpp"
#include "settings/choices.hpp"
#include "settings/loss_settings.hpp"
#include "settings/recipe.hpp"
#include "settings/train_settings.hpp"
#include "train/loaded_data.hpp"
#include "train/sgd.hpp"

namespace m2m::train {

struct TrialSettings {
  std::string network;
  int epochs = 200;
  std::int64_t batch_size = 128;
  Schedule schedule;
  double momentum = 0.9;
  double weight_decay = 2e-4;
  int defer_until = 160;
  torch::Dtype precision = torch::kFloat32;  // of weights and pixels
  bool bfloat16 = false;                     // convolve in bfloat16 all the same
  bool tf32 = false;                         // products on a GPU keep ten bits
  std::string kernels = "auto";              // one of settings::kernel_names()
  torch::Device device = torch::kCPU;
  bool graphed = false;      // steps are recorded once and replayed
  bool plans_ahead = false;  // another thread plans the next epoch
  int threads = 1;
  bool synchronised = true;    // batch norm over the shares of all ranks of a trial; false: each over its own
  bool deterministic = false;  // shards and sums in a fixed order, whatever the number of ranks
  std::int64_t evaluation_batch = 500;
  double checkpoint_seconds = 600;  // between two files to resume from; 0: only if a stage is stopped
  int test_every = 1;               // epochs; 0: only where a snapshot is taken
  int features_per_class = 0;       // whose features are recorded at the end
  int samples = 0;                  // translations that are
  std::string start_from;           // a checkpoint of f; empty: none
  int start_epoch = 0;
  settings::HeadKind head = settings::HeadKind::linear;
  double logit_scale = 1;  // what the head's outputs are multiplied by to be logits
  settings::Trainable trainable = settings::Trainable::everything;
  double head_lr_factor = 1;
};

/// Throws Error (usage) if `precision` is tf32 and the device a CPU; `setting` names it in the sentence. Pure.
void check_tf32(const std::string& setting, const std::string& precision, torch::Device device);

/// A second stage has a short schedule of its own: second.* instead of train.epochs and the learning rate's.
///
/// local_rank: which of its host's ranks this is; with several GPUs it takes that one, modulo their number.
///
/// Throws Error (usage) if train.device asks for a GPU, or train.kernels for instructions, that this build or
/// machine does not have, and if a GPU is to be deterministic.
TrialSettings trial_settings(const Config& resolved, int local_rank = 0);

// What a trial is made from.

/// The keys that a trial's random numbers are drawn with.
struct TrialKeys {
  Key init, order, plan;
};
TrialKeys f_keys(const Config& resolved);
/// g's own: never equal to f's, even where the seeds are the same number.
TrialKeys g_keys(const Config& resolved);

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
  std::shared_ptr<comm::Communicator> ranks = comm::single_rank();  // that share the trial
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
