#pragma once
// The translator that translates every image of a step in one launch, on a GPU.
#include "methods/translator.hpp"
#include "nn/fused_translation.hpp"

namespace m2m::methods {

/// Describes the translations of `work` for the kernel, with memory for their results. It shares the tensors of the
/// arguments and points into `work`. batch.images: float32. Local; draws nothing.
nn::FusedTranslation fused_translation(const settings::M2mSettings& settings, const EditContext& context,
                                       const TranslationWork& work, const Batch& batch);

/// Both networks are of the fused form.
class FusedTranslator : public Translator {
 public:
  explicit FusedTranslator(const settings::M2mSettings& settings) : settings_(settings) {}

  torch::Tensor operator()(const EditContext& context, const TranslationWork& work, Batch& batch) override;

 private:
  settings::M2mSettings settings_;
};

}  // namespace m2m::methods
