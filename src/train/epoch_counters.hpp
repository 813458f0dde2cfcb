#pragma once
// What an epoch counts, on the device, read once when it ends: no step waits for the host.
#include <torch/types.h>

#include <map>
#include <string>

#include "dist/tensors/communicator.hpp"
#include "methods/batch_editing.hpp"
#include "results/record.hpp"

namespace m2m {

/// Accumulates losses, hits and M2m's outcomes over the steps of an epoch, of this rank's share until they are
/// added up.
class EpochCounters {
 public:
  EpochCounters(int classes, torch::Device device);

  /// One step: logits of the training-mode forward before the update, per-sample losses, what was planned and
  /// edited.
  void add(std::int64_t step, const torch::Tensor& logits, const torch::Tensor& losses, const torch::Tensor& labels,
           const StepTranslations& planned, const Edited& edited);
  /// One step of which this rank has no slot.
  void add_planned(const StepTranslations& planned);

  /// Collective: every rank's counts become those of all ranks together; the first bad step the earliest.
  void add_up(Communicator& ranks);
  /// Forgets this rank's share; what the plan alone decides stays. After add_up, on all ranks but one, where
  /// counting goes on.
  void forget_share();

  /// Fills in the epoch's means and counts. Waits for the device.
  void read(EpochRecord& record) const;

  /// The first step whose loss was not a number, -1 if none. Waits for the device.
  std::int64_t first_bad_step() const;

  /// What was counted, as tensors on the host, and back. load throws Error (bad_data) where a tensor is missing or
  /// of another size.
  std::map<std::string, torch::Tensor> state() const;
  void load(const std::map<std::string, torch::Tensor>& state);

 private:
  void add_edited(const torch::Tensor& logits, const torch::Tensor& losses, const Edited& edited);

  int classes_;
  bool translated_ = false;
  torch::Tensor sums_;      // float64 [8]: slots, loss, hits, generated: count, loss, hits, p of target, p of seed
  torch::Tensor bad_step_;  // int64 []
  torch::Tensor accepted_;  // int64 [K * K], (seed class, target)
  GenerationCounts planned_;  // what the plan alone decides
};

}  // namespace m2m
