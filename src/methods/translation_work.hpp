#pragma once
// A step's translations as tensors: what is translated, from what, to what, and where it begins.
#include <vector>

#include "methods/m2m.hpp"

namespace m2m {

/// m translations of one step, where the networks are.
struct TranslationWork {
  torch::Tensor seed_classes, targets;  // int64 [m]
  torch::Tensor labels;                 // int64 [m], what accepted images are trained on
  torch::Tensor coins;                  // bool [m]
  torch::Tensor seeds;                  // x0, as augmented: [m, c, h, w]
};

/// translations: one or more. Local; gathers the seeds by context.images_of.
TranslationWork translation_work(const EditContext& context, const std::vector<Translation>& translations);

/// Where they begin: clamp(x0 + noise, 0, 1), or x0 without a random start. Local; draws by counter only.
torch::Tensor start_images(const M2mSettings& settings, const EditContext& context, const StepTranslations& planned,
                           const std::vector<Translation>& translations, const torch::Tensor& seeds);

}  // namespace m2m
