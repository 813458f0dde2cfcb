#pragma once
// A step's translations as tensors, for the kernel that makes them in one launch (kernels/translate.hpp).
#include <torch/types.h>

#include <cstdint>
#include <optional>

#include "kernels/translate.hpp"

namespace m2m::nn {

/// m translations, from their seeds to the batch of b images that they change. Tensors: contiguous, on one device.
struct FusedTranslation {
  // Starts
  torch::Tensor pixels;  // uint8 [n, 3, 32, 32], the training images
  double divisor = 255;  // of pixels
  torch::Tensor seeds;   // the bytes of kernels::GatherIndex, m of them
  std::optional<kernels::StartNoise> noise;

  // Steps
  torch::Tensor seed_classes, targets;  // int64 [m]
  int steps = 0;
  double step_size = 0, lambda = 0;
  std::int64_t n = 1;  // divisor of the mean loss

  // Acceptance
  kernels::GammaRule gamma_rule{};
  torch::Tensor coins;         // bool [m]
  bool shows_seed = false;     // writes the seed without noise instead of x*
  torch::Tensor rows, labels;  // int64 [m]

  // Results
  torch::Tensor images, batch_labels;  // float32 [b, 3, 32, 32] and int64 [b], changed in place
  torch::Tensor accepted, beliefs;     // bool [m], and float32 [m]: softmax(g(x*))[target]
};

/// The memory of a translation's kernel beside its arguments, for m images and ResNets with at most `blocks` blocks
/// a stage.
class TranslationMemory {
 public:
  TranslationMemory(int blocks, std::int64_t m, torch::Device device);

  /// Lets the kernel use this memory.
  void show_in(kernels::TranslationBatch& batch);
  std::size_t bytes() const;

  /// [2, m, 3 * 32 * 32]; behind the kernel its first half is x*.
  const torch::Tensor& x() const { return x_; }

 private:
  torch::Tensor x_, gradients_, signs_;
};

/// TranslationMemory::bytes(), without the memory. Pure.
std::int64_t fused_translation_bytes(int blocks, std::int64_t m);

/// The same as pointers, without the memory that is the kernel's own. Throws c10::Error if a tensor has another
/// type.
kernels::TranslationBatch kernel_batch(const FusedTranslation& translation);

/// Translates in the fastest form for the current device; f is not used if lambda is 0. Queued on the current
/// stream. Throws Error (internal) in a build without CUDA.
void translate_fused(const kernels::DeviceNetwork& f, const kernels::DeviceNetwork& g,
                     const FusedTranslation& translation);

}  // namespace m2m::nn
