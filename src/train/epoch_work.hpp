#pragma once
// The work of a rank in an epoch, as the plan decides it: made on the host and sent to the device once.
#include <cstdint>
#include <future>
#include <memory>
#include <vector>

#include "data/class_curriculum.hpp"
#include "methods/batch.hpp"
#include "methods/mixing.hpp"
#include "methods/noise_images.hpp"
#include "methods/translation.hpp"
#include "train/loaded_data.hpp"
#include "train/trial_setup.hpp"

namespace m2m::train {

/// The work of a rank in one step. Tensors are on the device.
struct StepWork {
  std::size_t slots = 0;                    // batch slots of the step, over all ranks
  std::vector<std::int32_t> slots_of_rank;  // [b], ascending; those that show noise follow the others
  torch::Tensor indices;                    // of the rank's images, for gather_indices
  torch::Tensor labels;                     // int64 [b]
  methods::StepTranslations planned;        // of all ranks, for the counters
  methods::TranslationWork translations;    // of the rank
  methods::StepMix mix;                     // of all slots
  // Of the rank's slots; undefined if the step is not mixed.
  torch::Tensor partner_indices, partner_labels, label_shares;
  methods::NoiseWork noise;  // of the rank
  torch::Tensor clouds;      // float32 [b, K], taken off the outputs in the loss; undefined without logit noise
  torch::Tensor replaced_features;  // bool [F], of all slots; undefined unless features are mixed
};

/// The slots that one rank of a group takes.
struct Shard {
  int rank = 0, ranks = 1;
};

/// The parts of a trial that decide the plan of an epoch.
struct EpochInputs {
  TrialPlan plan;
  std::shared_ptr<const LoadedData> data;
  std::shared_ptr<methods::BatchEditor> editor;  // null unless the recipe translates
  data::PlanInputs plan_inputs;
  std::vector<double> cloud_sizes;  // [K], of the noise on the logits; empty: none
  std::int64_t features = 0;        // F, of the head's input
};

/// Makes the inputs of a trial's plans. features: of the head's input. Local.
EpochInputs make_epoch_inputs(const TrialPlan& plan, const TrialParts& parts, std::int64_t features);

/// The work of one rank in an epoch.
class EpochWork {
 public:
  /// Plans the epoch and selects the shard of a rank. Local, in any thread. Deterministic: every rank makes the
  /// same plan.
  EpochWork(const EpochInputs& inputs, int epoch, Shard shard);

  /// Sends the work to the device, queued on the current stream. Call it once, before step().
  void send(torch::Device device) { upload_.send(device); }

  int epoch() const { return epoch_; }
  std::int64_t steps() const { return static_cast<std::int64_t>(steps_.size()); }
  std::int64_t slots() const { return slots_; }  // over all steps and ranks
  /// Returns the work of one step, with its tensors on the device.
  StepWork step(std::int64_t index) const;

 private:
  struct Planned {
    StepWork host;  // its tensors undefined
    nn::UploadSlice indices, labels, partner_indices, partner_labels, label_shares, clouds, replaced_features;
    nn::UploadSlice noise_slots;
    bool has_noise = false;  // on any rank
    methods::TranslationUpload translations;
  };

  void plan_step(const EpochInputs& inputs, const settings::Phase& phase, std::span<const data::Slot> slots,
                 Shard shard);
  void select_slots_of_rank(const EpochInputs& inputs, bool adds_noise, std::span<const data::Slot> slots,
                            Shard shard);

  int epoch_ = -1;
  std::int64_t slots_ = 0;
  std::vector<Planned> steps_;
  nn::UploadSlice pixel_means_, pixel_deviations_;  // empty without noise
  nn::Upload upload_;
};

/// Plans the epochs of a trial, on a GPU each while the epoch before it is trained.
///
/// A plan draws the noise of every translation to know its norm: about 0.1 s for an epoch of M2m, as long as a GPU
/// may need to train one. So a second thread plans ahead if settings.plans_ahead is set. Without a GPU this gains
/// nothing, because the steps keep the host's cores busy. Not thread-safe.
class EpochPlanner {
 public:
  EpochPlanner(EpochInputs inputs, Shard shard);
  EpochPlanner(const EpochPlanner&) = delete;  // the second thread refers to it
  EpochPlanner& operator=(const EpochPlanner&) = delete;

  /// Starts to plan that epoch in the second thread, if there is one.
  void expect(int epoch);
  /// Returns the work of an epoch, sent to the device. Waits for the plan if it is the expected one, else makes it.
  EpochWork take(int epoch);

  const EpochInputs& inputs() const { return inputs_; }
  /// Sets the levels of augmentation of the plans to come. Call it only if no epoch is expected.
  void set_levels(data::ClassLevels levels) { inputs_.plan_inputs.levels = std::move(levels); }

 private:
  EpochInputs inputs_;
  Shard shard_;
  int expected_ = -1;
  std::future<EpochWork> coming_;  // of the expected epoch; destroyed first, which waits for it
};

}  // namespace m2m::train
