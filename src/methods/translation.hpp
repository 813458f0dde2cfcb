#pragma once
// M2m, how to translate: gradient steps on pixels against g, away from f's seed class. Kim et al. 2020, equation 2.
#include <torch/types.h>

#include <cstdint>
#include <functional>
#include <span>

#include "methods/m2m_plan.hpp"
#include "nn/device.hpp"
#include "nn/frozen_network.hpp"
#include "nn/tensor_kernels.hpp"
#include "settings/m2m_settings.hpp"

namespace m2m::methods {

/// Receives, after each gradient, its step, the loss and the gradient [m, c, h, w]. For tests and benchmarks.
using TranslationObserver = std::function<void(int step, const torch::Tensor& loss, const torch::Tensor& gradient)>;

/// A batch of images in translation: their classes and the divisor of the loss.
struct TranslationBatch {
  torch::Tensor x;                      // [m, c, h, w]
  torch::Tensor seed_classes, targets;  // int64 [m]
  torch::Tensor n;                      // float64, a scalar
};

/// Returns the gradient [m, c, h, w] of translate()'s loss at x, and writes the loss to `loss` unless it is null.
/// Reads no value on the host, so it can be recorded. Local; draws nothing.
torch::Tensor loss_gradient(nn::FrozenNetwork& f, nn::FrozenNetwork& g, const TranslationBatch& images,
                            const settings::M2mSettings& settings, torch::Tensor* loss = nullptr);

/// Returns x* after T normalised steps from `start`.
///
/// start: [m, c, h, w] in [0, 1]; seed_classes, targets: int64 [m]. divisor: n, the number of images in the step's
/// mean loss; at least m, because images with a failed coin count in the mean but are not translated.
/// loss = sum_i (CE(g(x_i), k_i) + lambda * f(x_i)[k0_i]) / n; x = clamp(x - eta * grad / (||grad||_2 + 1e-10), 0,
/// 1). f is not called if lambda is 0. Local; draws nothing.
torch::Tensor translate(nn::FrozenNetwork& f, nn::FrozenNetwork& g, const torch::Tensor& start,
                        const torch::Tensor& seed_classes, const torch::Tensor& targets, std::int64_t divisor,
                        const settings::M2mSettings& settings, const TranslationObserver& observer = {});

/// Returns softmax(outputs)[k] of each image: outputs [m, K], targets int64 [m] -> [m]. Pure.
torch::Tensor class_probability(const torch::Tensor& outputs, const torch::Tensor& targets);

/// Returns softmax(g(x))[k] of each image, [m].
torch::Tensor target_probability(nn::FrozenNetwork& g, const torch::Tensor& images, const torch::Tensor& targets);

/// Applies the gamma test: bool [m], true if it is passed. Pure.
torch::Tensor passes_gamma(const torch::Tensor& target_probability, const settings::M2mSettings& settings);

/// The m translations of a rank in one step, on the networks' device. All tensors are undefined if m = 0.
struct TranslationWork {
  std::int64_t n = 0;                   // translations chosen in the step, over all ranks: divisor of the mean loss
  torch::Tensor rows;                   // int64 [m], of the rank's batch
  torch::Tensor seed_classes, targets;  // int64 [m]
  torch::Tensor labels;                 // int64 [m], labels that accepted images are trained on
  torch::Tensor coins;                  // bool [m]
  torch::Tensor seeds;                  // indices of the seed images, for EditContext::gather
  torch::Tensor slots;                  // int32 [m], of the step
  torch::Tensor image_scales;           // float64 [m], of the random start's noise
  torch::Tensor channel_scales;         // float64 [c]
  bool empty() const { return !rows.defined(); }
};

/// The pieces of an upload that become a TranslationWork on the device.
struct TranslationUpload {
  std::int64_t n = 0, m = 0;
  nn::UploadSlice rows, seed_classes, targets, labels, coins, seeds, slots, image_scales, channel_scales;

  /// Returns the tensors of these pieces in an upload that was sent.
  TranslationWork in(const nn::Upload& upload) const;
};

/// Adds the indices of training images to an upload, for EditContext::gather.
using AddIndicesFn = std::function<nn::UploadSlice(nn::Upload& upload, std::span<const data::Slot> images)>;

/// Adds the planned translations of a rank to `upload`.
///
/// slots_of_rank: slots of the step, ascending; they are the rows of the rank's batch. Local; changes only
/// `upload`.
TranslationUpload add_translations(const StepTranslations& planned, std::span<const std::int32_t> slots_of_rank,
                                   const AddIndicesFn& add_indices, nn::Upload& upload);

/// The training images as they lie in memory: uint8 [n, c, h, w], a pixel is a byte / divisor.
struct TrainingPixels {
  torch::Tensor bytes;
  double divisor = 1;
};

/// The networks of an edit and its place in the trial.
struct EditContext {
  nn::FrozenNetwork& f;  // as last refreshed: an edit that calls f refreshes it first
  nn::FrozenNetwork& g;
  Key plan;
  int epoch = 0;
  std::int64_t step = 0;
  /// Gathers and augments any images of the training part: seeds may lie in the shards of other ranks, or outside
  /// of the step. indices: as AddIndicesFn added them. Returns [m, c, h, w].
  std::function<torch::Tensor(const torch::Tensor& indices)> gather;
  TrainingPixels pixels;  // what gather reads, for kernels that gather by themselves
};

/// Where the noise of these translations is drawn; points into `work`. Pure.
kernels::StartNoise start_noise(const EditContext& context, const TranslationWork& work);

/// Returns the start of each translation: clamp(x0 + noise, 0, 1), or x0 without a random start. seeds: x0,
/// [m, c, h, w]. Local; draws by counter only.
torch::Tensor start_images(const settings::M2mSettings& settings, const EditContext& context,
                           const TranslationWork& work, const torch::Tensor& seeds);

}  // namespace m2m::methods
