// Admission over random sequences of stages whose estimates are exact.
#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <utility>
#include <vector>

#include "sweep/admission.hpp"

namespace m2m::sweep {
namespace {

/// A device whose stages take just their estimates, some of it before their first epoch ends. The order of all
/// events is random, and so is which of the stages left a slot gets.
class RandomSweep {
 public:
  explicit RandomSweep(unsigned seed)
      : random_(seed),
        slots_(2 + below(6)),
        admission_(
            static_cast<int>(slots_.size()), [this] { return measure(); }, [](const std::string&) {}) {
    const std::size_t bound = 1 + below(120);  // a stage may need more than there is
    for (std::size_t stages = 5 + below(20); stages > 0; --stages)
      left_.push_back(1 + double(below(below(3) == 0 ? bound : 1 + bound / 8)));
    admission_.set_memory_to_come(heaviest_left());
  }

  /// Runs all stages; false if that takes too long.
  bool run() {
    for (int event = 0; event < 10000; ++event) {
      if (left_.empty() && running() == 0) return true;
      const std::size_t slot = below(slots_.size());
      const bool is_admitted = !slots_[slot].runs && !admission_.is_withdrawn(int(slot));
      if (slots_[slot].runs) {
        go_on(slot);
      } else if (is_admitted && !left_.empty()) {
        start(slot);
      } else if (!is_admitted) {
        admission_.admit(int(slot));
      }
    }
    return false;
  }

  std::size_t max_running() const { return max_running_; }
  /// The largest sum of the estimates of stages that ran at once.
  double max_shared() const { return max_shared_; }

  static constexpr double size = 100;

 private:
  struct Slot {
    bool runs = false, has_reported = false;
    double estimate = 0, taken = 0;
  };

  std::size_t below(std::size_t n) { return random_() % n; }
  double heaviest_left() const { return left_.empty() ? 0 : *std::max_element(left_.begin(), left_.end()); }
  std::size_t running() const {
    return static_cast<std::size_t>(
        std::count_if(slots_.begin(), slots_.end(), [](const Slot& slot) { return slot.runs; }));
  }
  double sum(double Slot::*of) const {
    double all = 0;
    for (const Slot& slot : slots_) all += slot.*of;
    return all;
  }
  DeviceMemory measure() {
    const double taken = sum(&Slot::taken);
    return {size - taken, std::exchange(peak_, taken)};
  }
  void take(Slot& slot, double bytes) {
    slot.taken = bytes;
    peak_ = std::max(peak_, sum(&Slot::taken));
  }

  void start(std::size_t slot) {
    const auto chosen = left_.begin() + static_cast<std::ptrdiff_t>(below(left_.size()));
    slots_[slot] = {true, false, *chosen, 0};
    left_.erase(chosen);
    if (below(2) == 0) admission_.set_memory_to_come(heaviest_left());  // else the number is out of date
    admission_.start(int(slot), slots_[slot].estimate);
    max_running_ = std::max(max_running_, running());
    if (running() > 1) max_shared_ = std::max(max_shared_, sum(&Slot::estimate));
  }

  void go_on(std::size_t slot) {
    Slot& stage = slots_[slot];
    if (!stage.has_reported && below(2) == 0)
      return take(stage, std::max(stage.taken, double(below(std::size_t(stage.estimate)))));
    take(stage, stage.estimate);
    stage.has_reported = true;
    admission_.on_progress(int(slot));
    if (below(4) != 0) return;
    stage = {};
    admission_.finish(int(slot));
    admission_.admit(int(slot));
  }

  std::mt19937 random_;
  std::vector<Slot> slots_;
  std::vector<double> left_;  // estimates of the stages that have not started
  double peak_ = 0, max_shared_ = 0;
  std::size_t max_running_ = 0;
  Admission admission_;
};

TEST(Admission, OfStagesThatTakeTheirEstimatesNeverExceedsTheMemoryAndEndsAtLast) {
  std::vector<std::size_t> max_running;
  for (unsigned seed = 0; seed < 1000; ++seed) {
    RandomSweep sweep(seed);
    ASSERT_TRUE(sweep.run()) << seed;
    ASSERT_LE(sweep.max_shared(), RandomSweep::size) << seed;
    max_running.push_back(sweep.max_running());
  }
  EXPECT_GE(std::count(max_running.begin(), max_running.end(), 1U), 1);  // the test knows full devices,
  EXPECT_GE(std::count(max_running.begin(), max_running.end(), 2U), 100);
  EXPECT_GE(*std::max_element(max_running.begin(), max_running.end()), 5U);  // and such with much left
}

}  // namespace
}  // namespace m2m::sweep
