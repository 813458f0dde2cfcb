#include "train/epoch_planner.hpp"

#include <utility>

namespace m2m::train {

EpochPlanner::EpochPlanner(TrialSetup setup, data::PlanBasis basis)
    : setup_(std::move(setup)), basis_(std::move(basis)) {
  setup_.start.reset();  // their memory
  setup_.resume.reset();
}

EpochWork EpochPlanner::plan(int epoch) const {
  return {setup_, basis_, epoch, {setup_.ranks->rank(), setup_.ranks->size()}};
}

void EpochPlanner::expect(int epoch) {
  if (!setup_.settings.plans_ahead) return;
  if (coming_.valid()) coming_.wait();  // a method may keep what it needs for its plans: one thread at a time
  expected_ = epoch;
  coming_ = std::async(std::launch::async, [this, epoch] { return plan(epoch); });
}

EpochWork EpochPlanner::take(int epoch) {
  if (coming_.valid()) coming_.wait();
  const bool is_expected = std::exchange(expected_, -1) == epoch;
  EpochWork work = is_expected ? coming_.get() : plan(epoch);
  work.send(setup_.settings.device);
  return work;
}

}  // namespace m2m::train
