#pragma once
// M2m as a method: its settings, and its edit of a batch.
#include "core/config.hpp"
#include "methods/batch_editing.hpp"
#include "methods/m2m_plan.hpp"
#include "methods/translate.hpp"
#include "methods/translator.hpp"
#include "settings/m2m_settings.hpp"

namespace m2m::methods {

/// Has `translator` translate what is planned for the slots of `batch`, and puts the accepted images, and their
/// labels, into them.
///
/// The same slots are kept, and x* is the same up to rounding, for both orders and however the step's slots are
/// dealt to batches. Local; draws by counter only.
Edited apply_m2m(const settings::M2mSettings& settings, const EditContext& context, const TranslationWork& work,
                 Batch& batch, Translator& translator);

/// Where translations begin: clamp(x0 + noise, 0, 1), or x0 without a random start. seeds: x0, [m, c, h, w]. Local;
/// draws by counter only.
torch::Tensor start_images(const settings::M2mSettings& settings, const EditContext& context,
                           const TranslationWork& work, const torch::Tensor& seeds);

/// Both halves, with the settings bound. graphed: see Translator.
BatchEditing m2m_editing(const Config& resolved, bool graphed);

}  // namespace m2m::methods
