#pragma once
// What a method may do to a batch between gathering and training: plan it on the host, apply it on the device.
#include <torch/types.h>

#include <functional>
#include <span>
#include <vector>

#include "core/config.hpp"
#include "methods/m2m_plan.hpp"
#include "methods/translation.hpp"
#include "nn/frozen_network.hpp"

namespace m2m::methods {

/// A rank's share of one step: images and labels, as gathered and augmented.
struct Batch {
  torch::Tensor images;               // [b, c, h, w], pixels in [0, 1]
  torch::Tensor labels;               // int64 [b]
  std::vector<std::int32_t> slots;    // [b], which of the step's slots they are, ascending
  torch::Tensor partner_labels = {};  // int64 [b], of whom they are mixed with; undefined where nothing is mixed
  torch::Tensor label_shares = {};    // [b], of their own label
};

/// The images a method translated in a rank's share of a step: m of them, in the order of their slots. m may be 0
/// (undefined tensors).
struct TranslatedSlots {
  torch::Tensor rows;                   // int64 [m], of the batch
  torch::Tensor seed_classes, targets;  // int64 [m]
  torch::Tensor coins;                  // bool [m]
  torch::Tensor accepted;               // bool [m]: these now stand in the batch
};

/// The networks and the place in the trial that an edit happens at.
struct EditContext {
  nn::FrozenNetwork& f;  // as of its last refresh: an edit that asks f refreshes it first
  nn::FrozenNetwork& g;
  Key plan;
  int epoch = 0;
  std::int64_t step = 0;
  /// Any images of the training part, gathered and augmented: seeds may lie in the shares of other ranks, or
  /// outside of the step. picks: as AddIndicesFn noted them. [m, c, h, w]
  std::function<torch::Tensor(const torch::Tensor& picks)> gather;
};

/// Translations on their way from their start to x*, T steps: m of them (undefined tensors where none is traced).
struct TranslationTrace {
  torch::Tensor seed_classes, targets;  // int64 [m]
  torch::Tensor kept;                   // bool [m]: coin and gamma test
  torch::Tensor seeds, translated;      // x0 as augmented, and x*: [m, c, h, w]
  // Probabilities that g and f give the target and the class of the seed: [m, T + 1], from the start on.
  torch::Tensor g_target, g_seed, f_target, f_seed;
};

using PlanEditsFn = std::function<StepTranslations(const data::PlanInputs&, std::span<const data::Slot>, int epoch,
                                                   std::int64_t step, data::ImageShape)>;
using ApplyEditsFn = std::function<TranslatedSlots(const EditContext&, const TranslationWork&, Batch&)>;
using TraceEditsFn =
    std::function<TranslationTrace(const EditContext&, const TranslationWork&, double logit_scale)>;

/// Made once a trial from its settings; all empty for a method that leaves its batches alone.
struct BatchEditing {
  PlanEditsFn plan;    // host, pure
  ApplyEditsFn apply;  // device; changes the batch in place
  double passes = 0;   // what an edited image costs, in forward passes of a network; for the profile
  TraceEditsFn trace;  // device; leaves everything as it is
};

}  // namespace m2m::methods
