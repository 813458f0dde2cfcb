#pragma once
// Plans a trial's epochs, on a GPU each while the epoch before it is trained.
#include <future>

#include "train/epoch_work.hpp"

namespace m2m::train {

/// A plan draws the noise of every translation to know its norm: some 0.1 s for an epoch of M2m, as long as the GPU
/// may need to train one. So another thread plans ahead if settings.plans_ahead is set; without a GPU nothing would
/// be gained, as the host's cores are busy with steps. One thread at a time calls this.
class EpochPlanner {
 public:
  EpochPlanner(TrialSetup setup, data::PlanBasis basis);
  EpochPlanner(const EpochPlanner&) = delete;  // the other thread refers to it
  EpochPlanner& operator=(const EpochPlanner&) = delete;

  /// Lets the other thread, if there is one, plan that epoch.
  void expect(int epoch);
  /// The work of an epoch, sent to the device. Waits for the plan if it is the expected one, else makes it.
  EpochWork take(int epoch);

 private:
  EpochWork plan(int epoch) const;

  TrialSetup setup_;
  data::PlanBasis basis_;
  int expected_ = -1;
  std::future<EpochWork> coming_;  // of the expected epoch; destroyed first, which waits for it
};

}  // namespace m2m::train
