#pragma once
// The base plan of an epoch: which image each slot takes, how it is augmented, and which rank takes the slot. It
// follows from seeds, epoch, labels and class counts, so every rank computes the same plan.
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "core/class_counts.hpp"
#include "core/philox.hpp"
#include "data/data_set.hpp"
#include "kernels/gather.hpp"
#include "kernels/transforms.hpp"
#include "settings/choices.hpp"

namespace m2m::data {

/// A batch slot: an image of the training part and how it is augmented: shifted and flipped, then changed.
struct Slot {
  std::int32_t image;           // position in the training part, 0 .. N-1
  std::int8_t dy, dx;           // crop offset minus the padding, in -pad .. pad
  std::uint8_t flip;            // 1: flipped left to right
  kernels::Window window = {};  // the window that is resized to the whole image; height 0: none
  kernels::Transforms transforms = {};
  bool operator==(const Slot&) const = default;
};

/// An epoch of N slots in ceil(N / batch) batches; the last batch may be short.
struct EpochPlan {
  int epoch = 0;
  std::int64_t batch = 0;
  std::vector<Slot> slots;
  std::int64_t steps() const { return (static_cast<std::int64_t>(slots.size()) + batch - 1) / batch; }
  /// Slots of one step, in order. Pure.
  std::span<const Slot> step(std::int64_t index) const;
};

/// Inputs of a base plan, made once per trial. `labels` are those of the training part, in its order; with SMOTE
/// there are more of them than the N slots of an epoch.
struct PlanInputs {
  std::vector<std::int32_t> labels;                           // [N] or more
  ClassCounts counts;                                         // [K]
  std::vector<std::vector<std::int32_t>> positions_by_class;  // [K] positions of each class, ascending
  Augmentation augmentation;
  std::int64_t batch = 128;
  Key order;  // permutation and augmentation
  Key plan;   // re-sampling, generation, coins, noise
  ImageShape shape = {};
  std::vector<std::uint8_t> levels = {};  // [K] of augmentation, if it follows the curriculum by class; else empty
};

/// Collects the inputs of the plans of a trial. batch: slots of a step. Pure.
PlanInputs make_plan_inputs(const DataSet& data, const Split& split, std::int64_t batch, Key order, Key plan);

/// N, the number of slots of an epoch. Pure.
std::int64_t epoch_size(const PlanInputs& inputs);

/// Draws a partner from outside the batch for slot `slot` of a step: a class-balanced draw with its own
/// augmentation. Pure; bit-identical everywhere.
Slot partner_slot(const PlanInputs& inputs, int epoch, std::int64_t step, std::size_t slot);

/// Draws such a partner plainly: every image of the training part has the same probability. Pure; bit-identical
/// everywhere.
Slot plain_partner_slot(const PlanInputs& inputs, int epoch, std::int64_t step, std::size_t slot);

/// The random numbers of an image's augmentation.
struct AugmentStreams {
  Stream crop;        // shift or window, and flip
  Stream transforms;  // everything after that
};

/// Augments an image of the training part by these numbers. Pure.
Slot augment_slot(const PlanInputs& inputs, std::int32_t image, AugmentStreams streams);

/// Draws a window of an image of that shape: share of the area uniform in [min_scale, 1], ratio of the sides
/// log-uniform in [3/4, 4/3], position uniform. Returns the whole image if ten tries do not fit; torchvision's
/// RandomResizedCrop differs in this only.
kernels::Window draw_window(Stream& stream, ImageShape shape, double min_scale);

/// Makes the base plan of an epoch. Pure; bit-identical everywhere.
EpochPlan plan_epoch(const PlanInputs& inputs, int epoch, settings::Sampling sampling);

/// Makes only the slots [first, last) of the plan: equal to that range of plan_epoch. Pure.
/// Throws Error (internal) if the range is not within [0, N].
std::vector<Slot> plan_slots(const PlanInputs& inputs, int epoch, settings::Sampling sampling, std::int64_t first,
                             std::int64_t last);

/// Slots of a step that `rank` of `ranks` takes, ascending. Pure: the same on every rank.
///
/// slots: number of slots of the step; edited_slots: those whose images will be translated or noise, ascending.
/// All slots and the edited ones are both divided evenly: the shards of two ranks differ by at most one. Each
/// slot goes to one rank; a rank has none if slots < ranks.
std::vector<std::int32_t> shard_slots(std::int64_t slots, std::span<const std::int32_t> edited_slots, int rank,
                                      int ranks);

/// Range [first, second) of `count` items that `rank` of `ranks` takes, divided evenly. Pure.
std::pair<std::int64_t, std::int64_t> shard_range(std::int64_t count, int rank, int ranks);

}  // namespace m2m::data
