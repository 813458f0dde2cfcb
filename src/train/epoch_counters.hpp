#pragma once
// The counters of an epoch: they stay on the device until the epoch ends, so no step waits for the host.
#include <torch/types.h>

#include <map>
#include <string>
#include <vector>

#include "comm/tensors/communicator.hpp"
#include "methods/batch.hpp"
#include "nn/download.hpp"
#include "nn/tensor_kernels.hpp"
#include "results/record.hpp"
#include "train/epoch_work.hpp"

namespace m2m::train {

/// Accumulates losses, hits and M2m's outcomes over the steps of an epoch: of this rank until all_reduce(). Memory:
/// 8 bytes per slot of the epoch on the device, and the chosen slots on the host, for any number of classes.
class EpochCounters {
 public:
  /// Starts at zero. slots: of the epoch, over all ranks.
  EpochCounters(int classes, std::int64_t slots, torch::Device device);

  /// Adds the next step of the epoch. answers: of the forward pass in training mode, before the update. Local; does
  /// not wait for the device.
  void add(std::int64_t step, const StepWork& work, const nn::StepAnswers& answers,
           const methods::TranslatedSlots& translated);
  /// Adds the next step if this rank has no slot of it. Local.
  void add_planned(const StepWork& work);

  /// Sums the counters over the ranks, and takes the earliest step with a loss that is not finite. Collective.
  void all_reduce(comm::Communicator& ranks);
  /// Resets the counters of this rank; counts that come from the plan are kept. Call it after all_reduce() on all
  /// ranks but one if the epoch continues. Local.
  void clear_local();

  /// Queues a copy of the counters as they are now, for the two functions below. Local; does not wait for the
  /// device.
  nn::Download download() const;
  /// Sets the epoch's means and counts in `record`, from a download of these counters. Waits for it.
  void read(const nn::Download& copy, results::EpochRecord& record) const;
  /// Returns the first step whose loss is not finite, -1 if there is none. Waits for the download.
  static std::int64_t first_nonfinite_step(const nn::Download& copy);

  /// Copies the counters to tensors on the host. Waits for the device.
  std::map<std::string, torch::Tensor> state() const;
  /// Sets the counters from state(), also from one of format 1; call it before add(). Throws Error (bad_data) if a
  /// tensor is missing or has another size.
  void load(const std::map<std::string, torch::Tensor>& state);

 private:
  /// A slot chosen for generation, by its position in the epoch.
  struct Chosen {
    std::int64_t slot;
    std::int32_t seed_class, target;
  };

  /// accepted: of each slot, on the host.
  results::GenerationCounts counts(const torch::Tensor& accepted) const;

  torch::Tensor sums_;            // float64 [kernels::epoch_sum_count]
  torch::Tensor nonfinite_step_;  // int64 []
  torch::Tensor accepted_;        // int64 [slots of the epoch]: 1 if a translation was accepted
  std::int64_t slots_ = 0;        // of the steps added so far
  std::vector<Chosen> chosen_;
  results::GenerationCounts counted_;  // outcomes decided by the plan, and all outcomes of steps before a resume
};

}  // namespace m2m::train
