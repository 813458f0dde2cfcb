#pragma once
// The choices and parts of one trial on this rank, from its settings and this machine.
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
#include "methods/batch_loss.hpp"
#include "methods/losses.hpp"
#include "methods/mixing.hpp"
#include "nn/frozen_network.hpp"
#include "nn/fused_training.hpp"
#include "results/record.hpp"
#include "settings/choices.hpp"
#include "settings/loss_settings.hpp"
#include "settings/recipe.hpp"
#include "settings/sharpness_settings.hpp"
#include "settings/train_settings.hpp"
#include "train/loaded_data.hpp"
#include "train/sgd.hpp"

namespace m2m::train {

/// The settings of a trial, with the choices that depend on this machine made.
struct TrialSettings {
  std::string network;
  int width = 16;   // channels of its first stage, if it takes train.width
  int experts = 1;  // its last stages with heads, if it takes train.width
  int epochs = 200;
  std::int64_t batch_size = 128;
  Schedule schedule;
  SgdRule sgd;
  settings::SharpnessSettings sharpness;
  int defer_until = 160;
  torch::Dtype precision = torch::kFloat32;  // of weights and pixels
  bool bfloat16 = false;                     // convolutions compute in bfloat16
  bool tf32 = false;                         // a GPU multiplies with ten bits of mantissa
  std::string kernels = "auto";              // one of settings::kernel_names()
  torch::Device device = torch::kCPU;
  bool graphed = false;      // steps are recorded once and replayed
  bool fused = false;        // translation and evaluation run an image in one launch, a step a layer in one
  bool plans_ahead = false;  // another thread plans the next epoch
  int threads = 1;
  bool synchronised = true;    // batch norm over the shards of all ranks; false: each rank over its own
  bool deterministic = false;  // shards and sums in a fixed order for any number of ranks
  std::int64_t evaluation_batch = 500;
  double checkpoint_seconds = 600;  // between two checkpoints to resume from; 0: only if the stage is stopped
  int test_every = 1;               // epochs between two tests; 0: only for a snapshot
  int features_per_class = 0;       // training images per class with recorded features
  int samples = 0;                  // translations that are recorded
  std::string start_from;           // checkpoint file of f; empty: none
  int start_epoch = 0;
  settings::HeadKind head = settings::HeadKind::linear;
  double logit_scale = 1;  // factor from the head's outputs to logits
  settings::Trainable trainable = settings::Trainable::everything;
  double head_lr_factor = 1;
  std::optional<double>
      max_norm;  // bound of the lengths of class vectors, from the shortest (0) to the longest (1)
};

/// Makes the settings of a trial without looking for GPUs, for plans, which are also made where nothing is trained:
/// as on a CPU, or if it is to run fused as on a GPU but with the device kCPU. A second stage takes its schedule
/// from second.*. Throws Error (usage) if this processor lacks the instruction set of train.kernels.
TrialSettings planned_settings(const Config& resolved);

/// Makes the settings of a trial on this machine. local_rank: number of the rank on its host; it selects the GPU.
/// Throws Error (usage) as checked_device() does.
TrialSettings trial_settings(const Config& resolved, int local_rank = 0);

/// Why the steps of a trial are not fused although it is to run so: images of noise, or `ranks` ranks share it; ""
/// otherwise. Pure.
std::string unfused_steps_reason(const TrialSettings& settings, const settings::Recipe& recipe, int ranks);

/// How a trial that `ranks` ranks share runs, for its record: "eager", "graph" or "fused"; "fused steps", "fused
/// translations" or "fused evaluation" if of steps and translations only those, or neither, run in fused kernels.
/// Pure.
std::string executor_name(const TrialSettings& settings, const Config& resolved, int ranks);

/// The keys that a trial's random numbers are drawn with.
struct TrialKeys {
  Key init, order, plan;
};
/// Returns the keys of f. Pure.
TrialKeys f_keys(const Config& resolved);
/// Returns the keys of g, which never equal those of f, even if the seeds are the same number. Pure.
TrialKeys g_keys(const Config& resolved);

/// The choices of a trial, constant while it trains.
struct TrialPlan {
  TrialSettings settings;
  settings::Recipe recipe;
  settings::MixSettings mixing;
  double logit_noise = 0;  // of the Gaussian-clouded loss
  double noise_delta = 0;  // of OPeN
  TrialKeys keys;
  int best_from_epoch = 0;  // first epoch that can be `best`
};

/// How a trial makes the forms of its networks that run on its device. Tests give emulated kernels, to run a fused
/// trial without a GPU.
struct NetworkForms {
  std::function<std::unique_ptr<nn::FrozenNetwork>(nn::Network& network)> freeze = [](nn::Network& network) {
    return network.freeze();
  };
  std::function<std::unique_ptr<nn::TrainingKernels>()> training_kernels = nn::make_training_kernels;
};

/// The parts that a trial owns or shares with others.
struct TrialParts {
  methods::LossFn loss, weighted_loss;            // weighted: with class weights, once it re-balances
  methods::LossFn tail_loss, weighted_tail_loss;  // of tail classes alone; empty unless the optimiser is ImbSAM
  methods::BatchLossFn batch_loss;                // added to each of them; empty unless the loss has such a term
  std::shared_ptr<methods::BatchEditor> editor;   // null unless the recipe translates
  std::shared_ptr<const LoadedData> data;
  std::shared_ptr<nn::Network> g;  // null unless the recipe translates
  // f at the start; else it is initialised. Also beside `resume` if the trial bounds the lengths of class vectors.
  std::optional<checkpoints::Checkpoint> start;
  std::optional<checkpoints::TrialState> resume;                    // of an earlier run, or of a shared prefix
  std::shared_ptr<comm::Communicator> ranks = comm::single_rank();  // the group that trains the trial
  std::function<void(const results::EpochRecord&)> on_epoch;        // called after each epoch; may be empty
  Profile* profile = nullptr;                                       // times the phases unless it is null
  NetworkForms forms;
};

/// Makes the choices of a trial from its settings. local_rank: see trial_settings(). Throws Error (usage) as
/// trial_settings() does.
TrialPlan make_trial_plan(const Config& resolved, int local_rank = 0);

/// Makes the losses, the editor and the training data of a trial: augmentation is noted in a copy of `data`, SMOTE
/// adds its samples to one. The caller sets g, and the start or resumed state, if there is one. resolved: the
/// settings of `plan`. Local, deterministic.
TrialParts make_trial_parts(const Config& resolved, const TrialPlan& plan, std::shared_ptr<const LoadedData> data);

/// Copies a network's weights and running statistics by name. Local.
checkpoints::NetworkState copy_state(const nn::Network& network);

/// Returns the names of the parameters to train; empty for all. Pure.
std::vector<std::string> trained_parameters(settings::Trainable trainable);

/// Describes the network for these settings and data. Pure.
nn::NetworkSpec network_spec(const TrialSettings& settings, const LoadedData& data);

/// Makes the network for these settings and data, in their precision and on their device, with libtorch's random
/// weights. sum_over_ranks: sums batch norm's moments over the shards of all ranks; empty: of this rank. Local.
std::shared_ptr<nn::Network> build_network(const TrialSettings& settings, const LoadedData& data,
                                           nn::SumOverRanks sum_over_ranks = {});

}  // namespace m2m::train
