#pragma once
// M2m as a method: the editor that puts accepted translations into a batch.
#include <memory>
#include <mutex>
#include <span>

#include "core/config.hpp"
#include "methods/batch.hpp"
#include "methods/m2m_plan.hpp"
#include "methods/translator.hpp"
#include "settings/m2m_settings.hpp"

namespace m2m::methods {

/// Translates images of frequent classes into the chosen batch slots of rare classes. Kim et al. 2020, algorithm 1.
class M2mEditor : public BatchEditor {
 public:
  /// translator: made with the same settings.
  M2mEditor(const settings::M2mSettings& settings, std::unique_ptr<Translator> translator);

  /// See plan_translations(). The first call draws the seed pools, if the settings ask for them.
  StepTranslations plan(const data::PlanInputs& inputs, std::span<const data::Slot> slots, int epoch,
                        std::int64_t step, data::ImageShape shape) override;

  /// Writes the accepted images and their labels into `batch`.
  ///
  /// The accepted slots are the same, and x* is the same up to rounding, for both orders of the coin and for any
  /// distribution of the step's slots over ranks. Local; draws by counter only.
  TranslatedSlots apply(const EditContext& context, const TranslationWork& work, Batch& batch) override;

  /// Traces translations, step by step; x* has the bits that apply() gives with the same networks, fused up to
  /// rounding. Undefined tensors for clean-coin, which translates nothing. Local.
  TranslationTrace trace(const EditContext& context, const TranslationWork& work, double logit_scale) override;

  /// 2 T passes for each network with a gradient and 1 for the gamma test; 0 for clean-coin.
  double forward_passes() const override;

 private:
  bool translates() const { return settings_.image != settings::AcceptedImage::clean_coin; }

  settings::M2mSettings settings_;
  std::unique_ptr<Translator> translator_;
  std::once_flag pools_drawn_;
  SeedPools pools_;
};

/// True if a fused trial translates by a launch that gathers, runs the networks with their heads, and writes: it
/// does not if seed images have operations or boxes of augment.*, which that launch lacks, or if the image is
/// clean-coin, which nothing is translated for. Pure.
bool translates_in_one_launch(const Config& resolved);

/// Makes the editor of a trial from its settings. graphed, fused: see make_translator(); a fused trial without
/// translates_in_one_launch() has a recorded one.
std::unique_ptr<BatchEditor> make_m2m_editor(const Config& resolved, bool graphed, bool fused);

}  // namespace m2m::methods
