#pragma once
// A step's translations as tensors: what is translated, from what, to what, and where it begins.
#include <functional>
#include <span>
#include <vector>

#include "methods/m2m_plan.hpp"
#include "nn/device.hpp"

namespace m2m::methods {

/// m translations of one step, where the networks are. m = 0: undefined tensors.
struct TranslationWork {
  std::int64_t n = 0;                   // chosen in the step, by all ranks: the divisor of the mean loss
  torch::Tensor rows;                   // int64 [m], of the rank's batch
  torch::Tensor seed_classes, targets;  // int64 [m]
  torch::Tensor labels;                 // int64 [m], what accepted images are trained on
  torch::Tensor coins;                  // bool [m]
  torch::Tensor seeds;                  // which images they begin from, as EditContext::images_of takes them
  torch::Tensor slots;                  // int32 [m], of the step
  torch::Tensor image_scales;           // float64 [m], of the random start's noise
  torch::Tensor channel_scales;         // float64 [c]
  bool empty() const { return !rows.defined(); }
};

/// The same on its way there.
struct TranslationPieces {
  std::int64_t n = 0, m = 0;
  nn::UploadSlice rows, seed_classes, targets, labels, coins, seeds, slots, image_scales, channel_scales;

  /// As it has arrived.
  TranslationWork from(const nn::Upload& upload) const;
};

/// Notes which images of the training part are to be gathered.
using AddPicksFn = std::function<nn::UploadSlice(nn::Upload& upload, std::span<const data::Slot> images)>;

/// Notes what `planned` says of a rank's own slots.
///
/// own: slots of the step, ascending; they are the rows of the rank's batch. Pure but for `upload`.
TranslationPieces add_translations(const StepTranslations& planned, std::span<const std::int32_t> own,
                                   const AddPicksFn& add_picks, nn::Upload& upload);

}  // namespace m2m::methods
