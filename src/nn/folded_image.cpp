// One image through a folded ResNet and back.
#include <algorithm>
#include <type_traits>

#include "kernels/stored_image.hpp"
#include "nn/folded_resnet.hpp"

namespace m2m::nn {
namespace {

template <typename T>
std::int64_t mask_word_count(const FoldedConv<T>& conv) {
  const kernels::ConvSizes& sizes = conv.sizes;
  return kernels::stored_pixels(sizes.out_height(), sizes.out_width()) * (sizes.out_channels / kernels::lanes);
}

/// The index of the image of a stage that is neither `a` nor `b`.
int third(int a, int b) { return 3 - a - b; }

/// Buffers of a forward convolution, with bias and ReLU; positive: null if no masks are needed.
template <typename T>
kernels::ConvBuffers<T> towards_output(const FoldedConv<T>& conv, const T* in, T* out, std::uint16_t* positive) {
  kernels::ConvBuffers<T> memory{in, conv.forward.weights.data()};
  memory.bias = conv.bias.data();
  memory.relu = true;
  memory.positive = positive;
  memory.out = out;
  return memory;
}

/// Buffers of a backward convolution. keep: masks that select the gradients to keep; null: all.
template <typename T>
kernels::ConvBuffers<T> towards_input(const FoldedConv<T>& conv, const T* in, T* out, const std::uint16_t* keep) {
  kernels::ConvBuffers<T> memory{in, conv.backward.weights.data()};
  memory.keep = keep;
  memory.out = out;
  return memory;
}

}  // namespace

template <typename T>
std::int64_t mask_words(const FoldedLayers<T>& layers) {
  std::int64_t words = mask_word_count(layers.first);
  for (const FoldedBlock<T>& block : layers.blocks) words += mask_word_count(block.a) + mask_word_count(block.b);
  return words;
}

template <typename T>
ImageRunner<T>::ImageRunner(const FoldedLayers<T>& layers, const Normalisation& normalisation, InstructionSet set)
    : layers_(layers), normalisation_(normalisation), kernels_(kernels::kernel_set(set)) {
  const auto add_stage = [&](const kernels::ConvSizes& sizes) {
    Stage stage{sizes.out_height(), sizes.out_width(), sizes.out_channels, {}};
    const std::int64_t size =
        kernels::stored_pixels(stage.height, stage.width) * stage.channels + kernels::tile_overrun;
    for (auto& image : stage.images) image.assign(static_cast<std::size_t>(size), T{});
    stages_.push_back(std::move(stage));
  };
  const kernels::ConvSizes& first = layers.first.sizes;
  const std::int64_t pixels = kernels::stored_pixels(first.height, first.width);
  const std::int64_t stored = pixels * kernels::stored_channels(first.in_channels);
  input_.assign(static_cast<std::size_t>(stored + kernels::tile_overrun), T{});
  raw_.assign(static_cast<std::size_t>(pixels * kernels::padded_to_lanes(first.in_channels)), 0.0F);
  add_stage(first);
  for (const FoldedBlock<T>& block : layers.blocks) {
    if (block.halves) add_stage(block.a.sizes);
  }
  const auto make_scratch = [&](const FoldedConv<T>& conv) {
    for (const PackedConv<T>* packed : {&conv.forward, &conv.backward}) {
      const std::int64_t wanted = packed->winograd ? kernels::winograd_scratch(*packed->winograd) : 0;
      scratch_.resize(std::max(scratch_.size(), static_cast<std::size_t>(wanted)));
    }
  };
  make_scratch(layers.first);
  for (const FoldedBlock<T>& block : layers.blocks) {
    make_scratch(block.a);
    make_scratch(block.b);
  }
}

template <typename T>
void ImageRunner<T>::convolve(const PackedConv<T>& conv, const kernels::ConvBuffers<T>& memory) {
  if constexpr (std::is_same_v<T, float>) {
    if (conv.winograd) return kernels_.winograd(*conv.winograd, memory, scratch_.data());
  } else {
    if (conv.tiles) return kernels_.tile_conv(*conv.tiles, memory);
  }
  kernels_.typed<T>().conv3x3(conv.direct, memory);
}

template <typename T>
void ImageRunner<T>::forward(const float* pixels, std::uint16_t* masks, float* features) {
  const FoldedConv<T>& first = layers_.first;
  const auto next_masks = [&masks](const FoldedConv<T>& conv) {
    std::uint16_t* layer_masks = masks;
    if (masks != nullptr) masks += mask_word_count(conv);
    return layer_masks;
  };
  kernels::store_pixels(pixels, first.sizes.in_channels, first.sizes.height, first.sizes.width,
                        normalisation_.mean.data(), normalisation_.inverse_deviation.data(), input_.data());
  Stage* stage = stages_.data();
  int now = 0;
  convolve(first.forward, towards_output(first, input_.data(), stage->images[now].data(), next_masks(first)));
  for (const FoldedBlock<T>& block : layers_.blocks) {
    const T* in = stage->images[now].data();
    int shortcut = now;
    if (block.halves) {
      const Stage& before = *stage++;
      shortcut = 0;
      kernels::subsample(in, before.height, before.width, before.channels, stage->images[shortcut].data(),
                         stage->channels);
    }
    const int middle = (shortcut + 1) % 3;
    T* hidden = stage->images[middle].data();
    convolve(block.a.forward, towards_output(block.a, in, hidden, next_masks(block.a)));
    now = third(shortcut, middle);
    auto memory = towards_output(block.b, hidden, stage->images[now].data(), next_masks(block.b));
    memory.added = stage->images[shortcut].data();
    convolve(block.b.forward, memory);
  }
  kernels::global_average(stage->images[now].data(), stage->height, stage->width, stage->channels, features);
}

template <typename T>
void ImageRunner<T>::backward(const float* feature_gradient, const std::uint16_t* masks, const float* pixels,
                              float* gradient) {
  const std::uint16_t* layer_masks = masks + mask_words(layers_) - mask_word_count(layers_.blocks.back().b);
  Stage* stage = &stages_.back();
  int now = 0;
  kernels::global_average_backward(feature_gradient, layer_masks, stage->height, stage->width, stage->channels,
                                   stage->images[now].data());
  for (std::size_t i = layers_.blocks.size(); i-- > 0;) {
    const FoldedBlock<T>& block = layers_.blocks[i];
    const T* arriving = stage->images[now].data();
    T* hidden = stage->images[(now + 1) % 3].data();
    layer_masks -= mask_word_count(block.a);
    convolve(block.b.backward, towards_input(block.b, arriving, hidden, layer_masks));
    int shortcut = now;
    if (block.halves) {
      --stage;
      shortcut = 0;
      kernels::subsample_backward(arriving, stage->height, stage->width, stage->channels,
                                  stage->images[shortcut].data(), block.a.sizes.out_channels);
    }
    layer_masks -= mask_word_count(i > 0 ? layers_.blocks[i - 1].b : layers_.first);
    const int leaving = (shortcut + 2) % 3;
    auto memory = towards_input(block.a, hidden, stage->images[leaving].data(), layer_masks);
    memory.added = stage->images[shortcut].data();
    convolve(block.a.backward, memory);
    now = leaving;
  }
  const FoldedConv<T>& first = layers_.first;
  auto memory = towards_input(first, stage->images[now].data(), static_cast<T*>(nullptr), nullptr);
  memory.raw = raw_.data();
  convolve(first.backward, memory);
  kernels::load_pixel_gradient(raw_.data(), pixels, first.sizes.in_channels, first.sizes.height, first.sizes.width,
                               normalisation_.inverse_deviation.data(), gradient);
}

template std::int64_t mask_words<float>(const FoldedLayers<float>&);
template std::int64_t mask_words<kernels::Bf16>(const FoldedLayers<kernels::Bf16>&);
template class ImageRunner<float>;
template class ImageRunner<kernels::Bf16>;

}  // namespace m2m::nn
