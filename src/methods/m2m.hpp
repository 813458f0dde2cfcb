#pragma once
// What f and g say of translations along their steps. For people to look at; training does without.
#include "core/config.hpp"
#include "methods/batch.hpp"
#include "methods/m2m_plan.hpp"
#include "methods/translation.hpp"
#include "settings/m2m_settings.hpp"

namespace m2m::methods {

/// Translates what is planned for some slots of a step, and asks both networks about each image on its way.
///
/// x* is bit for bit that of apply_m2m with these networks. logit_scale: what f's outputs are multiplied by to be
/// logits. Nothing is traced where accepted slots show their seeds untranslated and untested (clean_coin). Local.
TranslationTrace trace_translations(const settings::M2mSettings& settings, const EditContext& context,
                                    const TranslationWork& work, double logit_scale);

// M2m as a method: its settings, and its edit of a batch.

/// Has `translator` translate what is planned for the slots of `batch`, and puts the accepted images, and their
/// labels, into them.
///
/// The same slots are kept, and x* is the same up to rounding, for both orders and however the step's slots are
/// dealt to batches. Local; draws by counter only.
TranslatedSlots apply_m2m(const settings::M2mSettings& settings, const EditContext& context,
                          const TranslationWork& work, Batch& batch, Translator& translator);

/// Where translations begin: clamp(x0 + noise, 0, 1), or x0 without a random start. seeds: x0, [m, c, h, w]. Local;
/// draws by counter only.
torch::Tensor start_images(const settings::M2mSettings& settings, const EditContext& context,
                           const TranslationWork& work, const torch::Tensor& seeds);

/// Both halves, with the settings bound. graphed: see Translator.
BatchEditing m2m_editing(const Config& resolved, bool graphed);

}  // namespace m2m::methods
