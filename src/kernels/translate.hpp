#pragma once
// The translation of images in one launch: one or two thread blocks per image (fused_translation.hpp).
#include <cstdint>

#include "kernels/gather.hpp"
#include "kernels/mma_tiles.hpp"
#include "kernels/steps.hpp"

namespace m2m::kernels {

/// A frozen ResNet of 32x32 images of 3 channels, with its head. Pointers: device memory.
struct DeviceNetwork {
  int blocks;                        // of a stage: (depth - 2) / 6
  const Words4 *forward, *backward;  // pack_weights
  const float* bias;                 // of the convolutions, one after the other
  const float *mean, *inverse_deviation;
  const float* head_weight;              // [classes][64]; of cosines: vectors of length 1
  const float *head_bias, *head_scales;  // [classes]
  int classes;
  bool is_cosine;
};

/// The gamma test: belief >= gamma, or -log(belief) < gamma.
struct GammaRule {
  bool tests_probability;
  float gamma;
};

/// The translations of one step, from their seeds to the batch that they change. Pointers: device memory.
struct TranslationBatch {
  int count;

  // Starts: seeds gathered from the training images, pixels uint8 [*][3][32][32], and noise.
  const std::uint8_t* pixels;
  const GatherIndex* seeds;  // [count]
  float divisor;             // of pixels
  bool is_random;            // starts with noise
  StartNoise noise;          // of the slots of these translations

  // Steps
  const std::int64_t *seed_classes, *targets;  // [count]
  int steps;
  float step_size, lambda;
  float per_image;  // 1 / n

  // Acceptance: the image and the label of an accepted translation are written to its row of the batch.
  GammaRule gamma_rule;
  const bool* coins;                  // [count]
  bool shows_seed;                    // writes the seed without noise instead of x*
  const std::int64_t *rows, *labels;  // [count]
  float* images;                      // [b][3][32][32]
  std::int64_t* batch_labels;         // [b]
  bool* accepted;                     // [count]
  float* beliefs;                     // [count]: softmax(g(x*))[target]

  // Memory of the kernel's own: two copies, for two blocks an image.
  float *x, *gradients;  // [2][count][3][32][32]; afterwards the first copy of x is x*
  std::uint32_t* signs;  // [2][count][sign_words] (fused_resnet.hpp)
};

/// How blocks share the translations: an image by one block, or by two, of which one runs g and one f.
struct TranslationForm {
  int warps;  // of a block
  bool is_pair;
  bool operator==(const TranslationForm& other) const {  // not defaulted: CUDA sources are C++17
    return warps == other.warps && is_pair == other.is_pair;
  }
};

/// The fastest form for `count` translations: 8 warps a block while each block has a multiprocessor of its own,
/// else
/// 4. uses_f: lambda is not 0; has_clusters: the device joins blocks to clusters (compute capability 9.0). Pure.
inline TranslationForm fastest_form(int count, bool uses_f, int multiprocessors, bool has_clusters) {
  const bool is_pair = uses_f && has_clusters;
  const int blocks = is_pair ? 2 * count : count;
  return {blocks <= multiprocessors ? 8 : 4, is_pair};
}

/// The form in which the current device translates `count` images. Throws Error (internal) without a device.
TranslationForm form_on_device(int count, bool uses_f);

/// Gathers each seed, translates it by `steps` steps, asks g about the result, and writes what is accepted into the
/// batch; f is not used if lambda is 0. Kim et al. 2020, algorithm 1; rounding: docs/protocol.md. stream: a
/// cudaStream_t. Asynchronous, deterministic, the same bits in each form with as many warps; does not allocate. In
/// CUDA builds only, for compute capability 8.0 and newer, pairs for 9.0. Throws Error (internal) if the kernel
/// cannot be launched.
void translate_cuda(const DeviceNetwork& f, const DeviceNetwork& g, const TranslationBatch& batch,
                    const TranslationForm& form, void* stream);

/// The features of images [count][3][32][32]: [count][64]. signs: [count][sign_words] for pixel_gradient_cuda, or
/// null. As translate_cuda.
void features_cuda(const DeviceNetwork& network, int count, const float* images, std::uint32_t* signs,
                   float* features, void* stream);

/// The gradient of sum(features * gradient) for the pixels of those images: gradient [count][64] -> out
/// [count][3][32][32], 0 at pixels outside of [0, 1]. As translate_cuda.
void pixel_gradient_cuda(const DeviceNetwork& network, int count, const float* images, const std::uint32_t* signs,
                         const float* gradient, float* out, void* stream);

}  // namespace m2m::kernels
