#pragma once
// One image's way through a folded ResNet and back, in the memory of one thread.
#include <cstdint>
#include <vector>

#include "kernels/kernel_set.hpp"
#include "nn/folded_layers.hpp"

namespace m2m::nn {

/// The mean and deviation that pixels are normalised by, per channel.
struct Normalisation {
  std::vector<float> mean, inverse_deviation;
};

/// Bits that backward needs of an image's way forward: where each convolution's result was above 0, 16-bit words,
/// the first convolution's first, then a and b of each block.
template <typename T>
std::int64_t mask_words(const FoldedLayers<T>& layers);

/// Memory for one image at a time; reused for the next. T: float or kernels::Bf16.
template <typename T>
class ImageRunner {
 public:
  ImageRunner(const FoldedLayers<T>& layers, const Normalisation& normalisation, InstructionSet set);

  /// pixels: [c, h, w] -> means of the last layer's channels [features]. masks: [mask_words] to fill in, or null.
  void forward(const float* pixels, std::uint16_t* masks, float* features);
  /// Gradient of the features -> gradient of the pixels [c, h, w], given what forward filled in for them.
  void backward(const float* feature_gradient, const std::uint16_t* masks, const float* pixels, float* gradient);

 private:
  /// Three images of one size, used in turn; their borders stay zero.
  struct Stage {
    int height, width, channels;
    kernels::Aligned<T> images[3];
  };

  void convolve(const PackedConv<T>& conv, const kernels::ConvBuffers<T>& memory);

  const FoldedLayers<T>& layers_;
  const Normalisation& normalisation_;
  kernels::KernelSet kernels_;
  kernels::Aligned<float> scratch_;  // of Winograd's convolution
  kernels::Aligned<T> input_;
  std::vector<float> raw_;  // [h + 2, w + 2, 16], the gradient of the normalised pixels
  std::vector<Stage> stages_;
};

}  // namespace m2m::nn
