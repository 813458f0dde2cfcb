#include "methods/m2m.hpp"

#include <algorithm>
#include <utility>

#include "methods/translation_trace.hpp"
#include "methods/translation_work.hpp"

namespace m2m {
namespace {

/// What is to be translated for the batch's own slots.
std::vector<Translation> own_work(const StepTranslations& planned, const Batch& batch) {
  std::vector<Translation> own;
  std::copy_if(planned.chosen.begin(), planned.chosen.end(), std::back_inserter(own), [&](const auto& translation) {
    return translation.worked && std::binary_search(batch.slots.begin(), batch.slots.end(), translation.slot);
  });
  return own;
}

/// Where the translations' slots stand in the batch.
torch::Tensor rows_in(const Batch& batch, const std::vector<Translation>& translations) {
  torch::Tensor rows = torch::empty({static_cast<std::int64_t>(translations.size())}, torch::kInt64);
  for (std::size_t i = 0; i < translations.size(); ++i) {
    const auto found = std::lower_bound(batch.slots.begin(), batch.slots.end(), translations[i].slot);
    rows.data_ptr<std::int64_t>()[i] = found - batch.slots.begin();
  }
  return rows.to(batch.images.device());
}

/// Each step goes forward and back through each network; g's test follows.
double passes_of(const TranslateSettings& settings) {
  const double networks = settings.lambda == 0 ? 1 : 2;
  return settings.steps * networks * 2 + 1;
}

}  // namespace

Edited apply_m2m(const M2mSettings& settings, const EditContext& context, const StepTranslations& planned,
                 Batch& batch, Translator& translator) {
  const std::vector<Translation> translations = own_work(planned, batch);
  if (translations.empty()) return {};
  const TranslationWork work = translation_work(context, translations);
  Edited edited{rows_in(batch, translations), work.seed_classes, work.targets, work.coins, work.coins};
  torch::Tensor shown = work.seeds;
  if (settings.image != AcceptedImage::clean_coin) {
    const torch::Tensor start = start_images(settings, context, planned, translations, work.seeds);
    if (settings.translate.lambda != 0) context.f.refresh();
    const torch::Tensor translated =
        translator(context.f, context.g, start, work.seed_classes, work.targets, planned.n(), settings.translate);
    const torch::Tensor believed =
        passes_gamma(target_probability(context.g, translated, work.targets), settings.translate);
    edited.accepted = believed.logical_and(work.coins);
    if (settings.image == AcceptedImage::translated) shown = translated;
  }
  const torch::NoGradGuard no_gradient;
  const torch::Tensor own = batch.images.index_select(0, edited.rows);
  batch.images.index_copy_(0, edited.rows, torch::where(edited.accepted.view({-1, 1, 1, 1}), shown, own));
  const torch::Tensor own_labels = batch.labels.index_select(0, edited.rows);
  batch.labels.index_copy_(0, edited.rows, torch::where(edited.accepted, work.labels, own_labels));
  return edited;
}

BatchEditing m2m_editing(const Config& resolved, bool graphed) {
  const M2mSettings settings = m2m_settings(resolved);
  return {[settings, pools = SeedPools()](const PlanBasis& basis, std::span<const Slot> slots, int epoch,
                                          std::int64_t step, ImageShape shape) mutable {
            if (settings.plan.pool > 0 && pools.empty()) pools = seed_pools(basis, settings.plan.pool);
            return plan_translations(basis, slots, epoch, step, settings.plan, shape, pools);
          },
          [settings, translator = std::make_shared<Translator>(graphed)](
              const EditContext& context, const StepTranslations& planned, Batch& batch) {
            return apply_m2m(settings, context, planned, batch, *translator);
          },
          settings.image == AcceptedImage::clean_coin ? 0 : passes_of(settings.translate),
          [settings](const EditContext& context, const StepTranslations& planned, double logit_scale) {
            return trace_translations(settings, context, planned, logit_scale);
          }};
}

}  // namespace m2m
