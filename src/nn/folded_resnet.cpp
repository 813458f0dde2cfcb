#include "nn/folded_resnet.hpp"

#include <ATen/Parallel.h>

#include <algorithm>

namespace m2m::nn {
namespace {

Normalisation normalisation_of(const NetworkSpec& spec) {
  Normalisation normalisation;
  for (std::size_t c = 0; c < spec.mean.size(); ++c) {
    normalisation.mean.push_back(static_cast<float>(spec.mean[c]));
    normalisation.inverse_deviation.push_back(static_cast<float>(1 / spec.std[c]));
  }
  return normalisation;
}

}  // namespace

template <typename T>
FoldedResNet<T>::FoldedResNet(const ResNet& network, InstructionSet set)
    : FrozenNetwork(network),
      layers_(network, set == InstructionSet::amx),
      normalisation_(normalisation_of(network.spec())),
      set_(set),
      mask_words_(mask_words(layers_)) {}

template <typename T>
ImageRunner<T>& FoldedResNet<T>::runner_of_this_thread() {
  auto& runner = runners_[static_cast<std::size_t>(at::get_thread_num())];
  if (!runner) runner = std::make_unique<ImageRunner<T>>(layers_, normalisation_, set_);
  return *runner;
}

template <typename T>
torch::Tensor FoldedResNet<T>::run(const torch::Tensor& pixels, std::uint16_t* masks) {
  const torch::NoGradGuard no_gradient;
  const std::int64_t count = pixels.size(0);
  const std::int64_t values = count > 0 ? pixels.numel() / count : 0;
  runners_.resize(std::max<std::size_t>(runners_.size(), at::get_num_threads()));
  torch::Tensor features = torch::empty({count, ResNet::channels.back()}, torch::kFloat32);
  const float* in = pixels.const_data_ptr<float>();
  auto* out = features.data_ptr<float>();
  at::parallel_for(0, count, 1, [&](std::int64_t first, std::int64_t last) {
    ImageRunner<T>& runner = runner_of_this_thread();
    for (std::int64_t i = first; i < last; ++i) {
      runner.forward(in + i * values, masks != nullptr ? masks + i * mask_words_ : nullptr,
                     out + i * features.size(1));
    }
  });
  return features;
}

template <typename T>
torch::Tensor FoldedResNet<T>::features(const torch::Tensor& pixels) {
  return run(pixels.contiguous(), nullptr);
}

template <typename T>
torch::Tensor FoldedResNet<T>::remembered_features(const torch::Tensor& pixels) {
  pixels_ = pixels.detach().contiguous();
  masks_.resize(static_cast<std::size_t>(pixels_.size(0) * mask_words_));
  return run(pixels_, masks_.data());
}

template <typename T>
torch::Tensor FoldedResNet<T>::pixel_gradient_of_features(const torch::Tensor& of_features) {
  const torch::NoGradGuard no_gradient;
  const torch::Tensor features = of_features.contiguous();
  torch::Tensor gradient = torch::empty_like(pixels_);
  const std::int64_t count = pixels_.size(0);
  const std::int64_t values = count > 0 ? pixels_.numel() / count : 0;
  const float* pixels = pixels_.const_data_ptr<float>();
  const float* in = features.const_data_ptr<float>();
  auto* out = gradient.data_ptr<float>();
  at::parallel_for(0, count, 1, [&](std::int64_t first, std::int64_t last) {
    ImageRunner<T>& runner = runner_of_this_thread();
    for (std::int64_t i = first; i < last; ++i) {
      runner.backward(in + i * features.size(1), masks_.data() + i * mask_words_, pixels + i * values,
                      out + i * values);
    }
  });
  return gradient;
}

template class FoldedResNet<float>;
template class FoldedResNet<kernels::Bf16>;

}  // namespace m2m::nn
