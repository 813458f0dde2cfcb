#pragma once
// The base plan: which image each slot of an epoch takes and how it is augmented. Everything in it follows from
// (seeds, epoch, labels, class counts), so every rank computes the same one.
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "core/class_counts.hpp"
#include "core/philox.hpp"
#include "data/data_set.hpp"
#include "kernels/gather.hpp"
#include "settings/choices.hpp"

namespace m2m::data {

/// One slot: an image of the training part and how it is shifted and flipped.
struct Slot {
  std::int32_t image;           // position in the training part, 0 .. N-1
  std::int8_t dy, dx;           // crop offset minus the padding, in -pad .. pad
  std::uint8_t flip;            // 1: mirrored left to right
  kernels::Window window = {};  // the part that is resized to the whole; height 0: none
  bool operator==(const Slot&) const = default;
};

/// An epoch of ceil(N / batch) batches, the last one short, N slots in all.
struct EpochPlan {
  int epoch = 0;
  std::int64_t batch = 0;
  std::vector<Slot> slots;
  std::int64_t steps() const { return (static_cast<std::int64_t>(slots.size()) + batch - 1) / batch; }
  /// The slots of one step, in order.
  std::span<const Slot> step(std::int64_t index) const;
};

/// What a base plan is drawn from; made once a trial. `labels` are those of the training part, in its order; where
/// that was filled up, more than the N slots of an epoch.
struct PlanInputs {
  std::vector<std::int32_t> labels;                           // [N] or more
  ClassCounts counts;                                         // [K]
  std::vector<std::vector<std::int32_t>> positions_by_class;  // [K] positions of each class, ascending
  Augmentation augmentation;
  std::int64_t batch = 128;
  Key order;  // permutation and augmentation
  Key plan;   // re-sampling, generation, coins, noise
  ImageShape shape = {};
};

PlanInputs make_plan_inputs(const DataSet& data, const Split& split, std::int64_t batch, Key order, Key plan);

/// N, the slots of an epoch.
std::int64_t epoch_size(const PlanInputs& inputs);

/// A slot from outside the batch for slot `slot` of a step: a class-balanced draw with an augmentation of its own.
/// Pure; bit-identical everywhere.
Slot partner_slot(const PlanInputs& inputs, int epoch, std::int64_t step, std::size_t slot);

/// An image of the training part, augmented by the numbers of `stream`. Pure.
Slot augment_slot(const PlanInputs& inputs, std::int32_t image, Stream stream);

/// A part of an image of that shape: of a share of its area from min_scale to 1, uniform, sides 3:4 to 4:3 by the
/// log, at a uniform place; the whole where ten tries do not fit, as torchvision's RandomResizedCrop but for that.
kernels::Window draw_window(Stream& stream, ImageShape shape, double min_scale);

/// The base plan of an epoch. Pure and local; bit-identical everywhere.
EpochPlan plan_epoch(const PlanInputs& inputs, int epoch, settings::Sampling sampling);

/// Only the slots [first, last) of that plan, for a rank that needs no others: equal to that range of plan_epoch.
std::vector<Slot> plan_slots(const PlanInputs& inputs, int epoch, settings::Sampling sampling, std::int64_t first,
                             std::int64_t last);

// Which slots of a step each rank of a trial takes.

/// The slots of a step that `rank` of `ranks` takes, ascending.
///
/// slots: how many the step has; costly: those of them whose images will be translated, ascending. Both all slots
/// and the costly ones are dealt as evenly as they go: two ranks' shares differ by one at most. Each slot goes to
/// one rank; a rank may have none where slots < ranks. Pure: the same on every rank.
std::vector<std::int32_t> shard_slots(std::int64_t slots, std::span<const std::int32_t> translated_slots, int rank,
                                      int ranks);

/// The part [first, second) of `count` things that `rank` of `ranks` takes, as evenly as they go.
std::pair<std::int64_t, std::int64_t> shard_range(std::int64_t count, int rank, int ranks);

}  // namespace m2m::data
