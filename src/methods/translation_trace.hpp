#pragma once
// What f and g say of translations along their steps. For people to look at; training does without.
#include "methods/m2m.hpp"
#include "settings/m2m_settings.hpp"

namespace m2m::methods {

/// Translates what is planned for some slots of a step, and asks both networks about each image on its way.
///
/// x* is bit for bit that of apply_m2m with these networks. logit_scale: what f's outputs are multiplied by to be
/// logits. Nothing is traced where accepted slots show their seeds untranslated and untested (clean_coin). Local.
TranslationTrace trace_translations(const settings::M2mSettings& settings, const EditContext& context,
                                    const TranslationWork& work, double logit_scale);

}  // namespace m2m::methods
