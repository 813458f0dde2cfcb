#include "methods/m2m.hpp"

#include <utility>
#include <vector>

#include "settings/augment_settings.hpp"
#include "settings/recipe.hpp"

namespace m2m::methods {
namespace {

/// The probabilities that a network gives to two classes of each image, a column per step.
struct ProbabilityTrace {
  std::vector<torch::Tensor> target, seed;  // [m, 1] each

  void add(const torch::Tensor& logits, const TranslationWork& work) {
    const torch::Tensor probabilities = torch::softmax(logits, 1);
    target.push_back(probabilities.gather(1, work.targets.unsqueeze(1)));
    seed.push_back(probabilities.gather(1, work.seed_classes.unsqueeze(1)));
  }
};

}  // namespace

M2mEditor::M2mEditor(const settings::M2mSettings& settings, std::unique_ptr<Translator> translator)
    : settings_(settings), translator_(std::move(translator)) {}

StepTranslations M2mEditor::plan(const data::PlanInputs& inputs, std::span<const data::Slot> slots, int epoch,
                                 std::int64_t step, data::ImageShape shape) {
  if (settings_.pool > 0) std::call_once(pools_drawn_, [&] { pools_ = seed_pools(inputs, settings_.pool); });
  return plan_translations(inputs, slots, epoch, step, settings_, shape, pools_);
}

TranslatedSlots M2mEditor::apply(const EditContext& context, const TranslationWork& work, Batch& batch) {
  if (work.empty()) return {};
  const torch::Tensor accepted = (*translator_)(context, work, batch);
  return {work.rows, work.seed_classes, work.targets, work.coins, accepted};
}

TranslationTrace M2mEditor::trace(const EditContext& context, const TranslationWork& work, double logit_scale) {
  if (work.empty() || !translates()) return {};
  const torch::NoGradGuard no_gradient;
  const torch::Tensor seeds = context.gather(work.seeds);
  context.f.refresh();
  settings::M2mSettings one_step = settings_;
  one_step.steps = 1;
  ProbabilityTrace of_f, of_g;
  torch::Tensor x = start_images(settings_, context, work, seeds);
  for (int step = 0; step <= settings_.steps; ++step) {
    if (step > 0) {
      x = translate(context.f, context.g, x, work.seed_classes, work.targets, work.n, one_step);
    }
    of_f.add(logit_scale * context.f.outputs(x), work);
    of_g.add(context.g.outputs(x), work);
  }
  torch::Tensor kept =
      passes_gamma(target_probability(context.g, x, work.targets), settings_).logical_and(work.coins);
  return {work.seed_classes,
          work.targets,
          kept,
          seeds,
          x,
          torch::cat(of_g.target, 1),
          torch::cat(of_g.seed, 1),
          torch::cat(of_f.target, 1),
          torch::cat(of_f.seed, 1)};
}

double M2mEditor::forward_passes() const {
  if (!translates()) return 0;
  const double networks = settings_.lambda == 0 ? 1 : 2;
  return settings_.steps * networks * 2 + 1;
}

bool translates_in_one_launch(const Config& resolved) {
  return settings::read<settings::Recipe>(resolved).translates() &&
         settings::read<settings::M2mSettings>(resolved).image != settings::AcceptedImage::clean_coin &&
         !settings::read<settings::AugmentSettings>(resolved).transforms();
}

std::unique_ptr<BatchEditor> make_m2m_editor(const Config& resolved, bool graphed, bool fused) {
  const auto settings = settings::read<settings::M2mSettings>(resolved);
  const bool in_one_launch = fused && translates_in_one_launch(resolved);
  return std::make_unique<M2mEditor>(settings, make_translator(settings, graphed, in_one_launch));
}

}  // namespace m2m::methods
