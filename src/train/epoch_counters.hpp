#pragma once
// What an epoch counts, on the device, read once when it ends: no step waits for the host.
#include <torch/types.h>

#include "methods/batch_editing.hpp"
#include "results/record.hpp"

namespace m2m {

/// Accumulates losses, hits and M2m's outcomes over the steps of an epoch.
class EpochCounters {
 public:
  EpochCounters(int classes, torch::Device device);

  /// One step: logits of the training-mode forward before the update, per-sample losses, what was planned and
  /// edited.
  void add(std::int64_t step, const torch::Tensor& logits, const torch::Tensor& losses, const torch::Tensor& labels,
           const StepTranslations& planned, const Edited& edited);

  /// Fills in the epoch's means and counts. Waits for the device.
  void read(EpochRecord& record) const;

  /// The first step whose loss was not a number, -1 if none. Waits for the device.
  std::int64_t first_bad_step() const;

 private:
  void add_planned(const StepTranslations& planned);
  void add_edited(const torch::Tensor& logits, const torch::Tensor& losses, const Edited& edited);

  int classes_;
  bool translated_ = false;
  std::int64_t slots_ = 0;
  torch::Tensor sums_;        // float64 [7]: loss, hits, generated: count, loss, hits, p of target, p of seed
  torch::Tensor bad_step_;    // int64 []
  torch::Tensor accepted_;    // int64 [K * K], (seed class, target)
  GenerationCounts planned_;  // what the plan alone decides
};

}  // namespace m2m
