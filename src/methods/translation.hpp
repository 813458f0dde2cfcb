#pragma once
// M2m, how to translate: gradient steps on pixels against g, away from f's seed class. Kim et al. 2020, equation 2.
#include <torch/types.h>

#include <functional>
#include <map>
#include <memory>
#include <span>
#include <vector>

#include "methods/m2m_plan.hpp"
#include "nn/device.hpp"
#include "nn/frozen_network.hpp"
#include "settings/m2m_settings.hpp"

namespace m2m::methods {

/// Called after each gradient: its step, the loss it is of, and the gradient [n, c, h, w]. For tests and
/// laboratories.
using TranslationObserver = std::function<void(int step, const torch::Tensor& loss, const torch::Tensor& gradient)>;

/// Images on their way, from and to which classes, and by what the sum of their losses is divided.
struct TranslationBatch {
  torch::Tensor x;                      // [m, c, h, w]
  torch::Tensor seed_classes, targets;  // int64 [m]
  torch::Tensor n;                      // float64, a scalar
};

/// Gradient [m, c, h, w] of translate()'s loss at x, which is put into `loss` where that is wanted. Without any
/// look at a value, so that it can be recorded. Local; draws nothing.
torch::Tensor loss_gradient(nn::FrozenNetwork& f, nn::FrozenNetwork& g, const TranslationBatch& images,
                            const settings::M2mSettings& settings, torch::Tensor* loss = nullptr);

/// x* after T normalised steps from `start`.
///
/// start: [m, c, h, w] in [0, 1]; seed_classes, targets: int64 [m]. divisor: n, how many images the step's mean
/// loss is over; at least m, since images whose coin failed count in the mean but need no translation. loss = sum_i
/// (CE(g(x_i), k_i) + lambda * f(x_i)[k0_i]) / n; x = clamp(x - eta * grad / (||grad||_2 + 1e-10), 0, 1). With
/// lambda 0 f is not asked. Local; draws nothing.
torch::Tensor translate(nn::FrozenNetwork& f, nn::FrozenNetwork& g, const torch::Tensor& start,
                        const torch::Tensor& seed_classes, const torch::Tensor& targets, std::int64_t divisor,
                        const settings::M2mSettings& settings, const TranslationObserver& watcher = {});

/// softmax(outputs)[k] of each image: [m, K], [m] -> [m].
torch::Tensor class_probability(const torch::Tensor& outputs, const torch::Tensor& targets);

/// softmax(g(x))[k] of each image, [m].
torch::Tensor target_probability(nn::FrozenNetwork& g, const torch::Tensor& images, const torch::Tensor& targets);

/// Which translations g believes: bool [m].
torch::Tensor passes_gamma(const torch::Tensor& target_probability, const settings::M2mSettings& settings);

// A step's translations as tensors: what is translated, from what, to what, and where it begins.

/// m translations of one step, where the networks are. m = 0: undefined tensors.
struct TranslationWork {
  std::int64_t n = 0;                   // chosen in the step, by all ranks: the divisor of the mean loss
  torch::Tensor rows;                   // int64 [m], of the rank's batch
  torch::Tensor seed_classes, targets;  // int64 [m]
  torch::Tensor labels;                 // int64 [m], what accepted images are trained on
  torch::Tensor coins;                  // bool [m]
  torch::Tensor seeds;                  // which images they begin from, as EditContext::gather takes them
  torch::Tensor slots;                  // int32 [m], of the step
  torch::Tensor image_scales;           // float64 [m], of the random start's noise
  torch::Tensor channel_scales;         // float64 [c]
  bool empty() const { return !rows.defined(); }
};

/// The same on its way there.
struct TranslationUpload {
  std::int64_t n = 0, m = 0;
  nn::UploadSlice rows, seed_classes, targets, labels, coins, seeds, slots, image_scales, channel_scales;

  /// As it has arrived.
  TranslationWork from(const nn::Upload& upload) const;
};

/// Notes which images of the training part are to be gathered.
using AddIndicesFn = std::function<nn::UploadSlice(nn::Upload& upload, std::span<const data::Slot> images)>;

/// Notes what `planned` says of a rank's own slots.
///
/// own: slots of the step, ascending; they are the rows of the rank's batch. Pure but for `upload`.
TranslationUpload add_translations(const StepTranslations& planned, std::span<const std::int32_t> slots_of_rank,
                                   const AddIndicesFn& add_indices, nn::Upload& upload);

// Translations of one trial after the other, each iteration recorded once for as many images and then replayed.

class Translator {
 public:
  /// graphed: by a recorded iteration per number of images, rounded up to a multiple of 8; else as translate()
  /// does.
  explicit Translator(bool graphed) : graphed_(graphed) {}

  /// translate() of the same arguments, without its watcher. f, g and settings are those of the first call each
  /// time, and outlive this.
  torch::Tensor operator()(nn::FrozenNetwork& f, nn::FrozenNetwork& g, const torch::Tensor& start,
                           const torch::Tensor& seed_classes, const torch::Tensor& targets, std::int64_t divisor,
                           const settings::M2mSettings& settings);

  /// target_probability() of the same arguments, recorded for as many images as translations are. The same g each
  /// time.
  torch::Tensor probability(nn::FrozenNetwork& g, const torch::Tensor& images, const torch::Tensor& targets);

  /// f.refresh(), recorded once as well: a kernel for all folded layers, a few for the head. The same f each time.
  void refresh(nn::FrozenNetwork& f);

 private:
  nn::GraphedCall& iteration(nn::FrozenNetwork& f, nn::FrozenNetwork& g, const settings::M2mSettings& settings,
                             std::int64_t size);

  bool graphed_;
  std::map<std::int64_t, std::unique_ptr<nn::GraphedCall>> by_size_;
  std::unique_ptr<nn::RecordedOutputs> of_g_;
  std::unique_ptr<nn::GraphedCall> refresh_;
};

}  // namespace m2m::methods
