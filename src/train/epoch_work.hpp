#pragma once
// What a rank does in an epoch, by the plan alone: made on the host, sent to the device once.
#include <cstdint>
#include <future>
#include <vector>

#include "methods/mixing.hpp"
#include "methods/translation.hpp"
#include "train/loaded_data.hpp"
#include "train/trial_setup.hpp"

namespace m2m::train {

/// A rank's share of a step. Tensors lie on the device.
struct StepWork {
  std::size_t slots = 0;                  // of the step, over all ranks
  std::vector<std::int32_t> own;          // [b], which of them are the rank's, ascending
  torch::Tensor indices, labels;          // of these: which images, for gather_indices; int64 [b]
  methods::StepTranslations planned;      // of all ranks, for the counters
  methods::TranslationWork translations;  // of the rank
  methods::StepMix mix;                   // of all slots
  torch::Tensor partner_indices, partner_labels, label_shares;  // of the rank's slots, where the step is mixed
};

/// Whose slots: those that a rank of so many takes.
struct Shard {
  int rank = 0, ranks = 1;
};

class EpochWork {
 public:
  /// The plan of an epoch, edited as `setup` says, with a rank's share of it. Pure; every rank plans alike. Local,
  /// in any thread.
  EpochWork(const TrialSetup& setup, const data::PlanInputs& basis, int epoch, Shard share);

  /// Sends the share to the device, queued on the current stream. Once, before step().
  void send(torch::Device device) { upload_.send(device); }

  int epoch() const { return epoch_; }
  std::int64_t steps() const { return static_cast<std::int64_t>(steps_.size()); }
  std::int64_t slots() const { return slots_; }  // over all steps and ranks
  StepWork step(std::int64_t index) const;

 private:
  struct Planned {
    StepWork host;  // its tensors undefined
    nn::UploadSlice indices, labels, partner_indices, partner_labels, label_shares;
    methods::TranslationUpload translations;
  };

  int epoch_ = -1;
  std::int64_t slots_ = 0;
  std::vector<Planned> steps_;
  nn::Upload upload_;
};

// Plans a trial's epochs, on a GPU each while the epoch before it is trained.

/// A plan draws the noise of every translation to know its norm: some 0.1 s for an epoch of M2m, as long as the GPU
/// may need to train one. So another thread plans ahead if settings.plans_ahead is set; without a GPU nothing would
/// be gained, as the host's cores are busy with steps. One thread at a time calls this.
class EpochPlanner {
 public:
  EpochPlanner(TrialSetup setup, data::PlanInputs basis);
  EpochPlanner(const EpochPlanner&) = delete;  // the other thread refers to it
  EpochPlanner& operator=(const EpochPlanner&) = delete;

  /// Lets the other thread, if there is one, plan that epoch.
  void expect(int epoch);
  /// The work of an epoch, sent to the device. Waits for the plan if it is the expected one, else makes it.
  EpochWork take(int epoch);

 private:
  EpochWork plan(int epoch) const;

  TrialSetup setup_;
  data::PlanInputs basis_;
  int expected_ = -1;
  std::future<EpochWork> coming_;  // of the expected epoch; destroyed first, which waits for it
};

}  // namespace m2m::train
