#pragma once
// What an epoch counts, on the device, read once when it ends: no step waits for the host.
#include <torch/types.h>

#include <map>
#include <string>
#include <vector>

#include "comm/tensors/communicator.hpp"
#include "methods/batch.hpp"
#include "nn/tensor_kernels.hpp"
#include "results/record.hpp"
#include "train/epoch_work.hpp"

namespace m2m::train {

/// Accumulates losses, hits and M2m's outcomes over the steps of an epoch, of this rank's share until they are
/// added up. Memory: 8 bytes a slot of the epoch on the device, and what was chosen on the host, whatever the
/// number of classes.
class EpochCounters {
 public:
  /// slots: of the epoch, over all ranks.
  EpochCounters(int classes, std::int64_t slots, torch::Device device);

  /// One step in the order of the epoch: its work, the answers of the training-mode forward before the update, what
  /// was edited.
  void add(std::int64_t step, const StepWork& work, const nn::StepAnswers& answers,
           const methods::TranslatedSlots& edited);
  /// One step of which this rank has no slot.
  void add_planned(const StepWork& work);

  /// Collective: every rank's counts become those of all ranks together; the first bad step the earliest.
  void all_reduce(comm::Communicator& ranks);
  /// Forgets this rank's share; what the plan alone decides stays. After all_reduce, on all ranks but one, where
  /// counting goes on.
  void clear_local();

  /// Fills in the epoch's means and counts. Waits for the device.
  void read(results::EpochRecord& record) const;

  /// The first step whose loss was not a number, -1 if none. Waits for the device.
  std::int64_t first_nonfinite_step() const;

  /// What was counted, as tensors on the host, and back: before the first step that is added. load throws Error
  /// (bad_data) where a tensor is missing or of another size; reads states of format 1 too.
  std::map<std::string, torch::Tensor> state() const;
  void load(const std::map<std::string, torch::Tensor>& state);

 private:
  /// A slot chosen for generation, by its place in the epoch.
  struct Chosen {
    std::int64_t slot;
    std::int32_t seed_class, target;
  };

  results::GenerationCounts counts() const;

  torch::Tensor sums_;            // float64 [kernels::epoch_sum_count]
  torch::Tensor nonfinite_step_;  // int64 []
  torch::Tensor accepted_;        // int64 [slots of the epoch]: 1 where a translation was kept
  std::int64_t slots_ = 0;        // of the steps that were added
  std::vector<Chosen> chosen_;
  results::GenerationCounts counted_;  // what the plan alone decides, and all outcomes of steps before a resume
};

}  // namespace m2m::train
