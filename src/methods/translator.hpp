#pragma once
// Translations of one trial after the other, each iteration recorded once for as many images and then replayed.
#include <map>
#include <memory>

#include "methods/translate.hpp"
#include "nn/frozen_network.hpp"
#include "settings/m2m_settings.hpp"

namespace m2m::methods {

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
