#pragma once
// A rank's batch and what a method may change in it: planned on the host, applied on the device.
#include <torch/types.h>

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "methods/m2m_plan.hpp"
#include "methods/translation.hpp"

namespace m2m::methods {

/// A rank's shard of one step: images and labels, as gathered and augmented.
struct Batch {
  torch::Tensor images;               // [b, c, h, w], pixels in [0, 1]
  torch::Tensor labels;               // int64 [b]
  std::vector<std::int32_t> slots;    // [b], the batch slots of the step that these are, ascending but for noise
  torch::Tensor partner_labels = {};  // int64 [b], of the samples mixed in; undefined if nothing is mixed
  torch::Tensor label_shares = {};    // [b], weight of the sample's label; the rest is the partner's
  torch::Tensor clouds = {};          // [b, K], taken off the outputs in the loss; undefined without logit noise
  // Of a mixture of features, else undefined: the partners' images, [b, c, h, w], and bool [F], true for the
  // features that are the partners'.
  torch::Tensor partner_images = {}, replaced_features = {};
  // The row from which on images are noise; empty if no rank has such an image in this step.
  std::optional<std::int64_t> first_noise = {};
};

/// The m translations of a rank's shard of a step, in the order of their slots. All tensors are undefined if m = 0.
struct TranslatedSlots {
  torch::Tensor rows;                   // int64 [m], of the batch
  torch::Tensor seed_classes, targets;  // int64 [m]
  torch::Tensor coins;                  // bool [m]
  torch::Tensor accepted;               // bool [m]: these images now stand in the batch
};

/// The T steps of m translations, from the start image to x*. All tensors are undefined if m = 0.
struct TranslationTrace {
  torch::Tensor seed_classes, targets;  // int64 [m]
  torch::Tensor kept;                   // bool [m]: coin and gamma test
  torch::Tensor seeds, translated;      // x0 as augmented, and x*: [m, c, h, w]
  // Probabilities that g and f give the target and the class of the seed: [m, T + 1], from the start on.
  torch::Tensor g_target, g_seed, f_target, f_seed;
};

/// The change that a method makes to each batch of a trial, with the settings of that trial.
class BatchEditor {
 public:
  BatchEditor() = default;
  BatchEditor(const BatchEditor&) = delete;
  BatchEditor& operator=(const BatchEditor&) = delete;
  virtual ~BatchEditor() = default;

  /// Plans the translations of one step. slots: that step of the base plan. Deterministic: bit-identical on every
  /// rank. Thread-safe.
  virtual StepTranslations plan(const data::PlanInputs& inputs, std::span<const data::Slot> slots, int epoch,
                                std::int64_t step, data::ImageShape shape) = 0;

  /// Changes `batch` in place and returns its translations. Local; draws by counter only.
  virtual TranslatedSlots apply(const EditContext& context, const TranslationWork& work, Batch& batch) = 0;

  /// Repeats the translations of `work` and records what f and g answer after each step. Changes no batch. Local.
  /// logit_scale: factor from f's outputs to logits.
  virtual TranslationTrace trace(const EditContext& context, const TranslationWork& work, double logit_scale) = 0;

  /// Cost of one translated image in forward passes of a network, for the profile. Pure.
  virtual double forward_passes() const = 0;
};

}  // namespace m2m::methods
