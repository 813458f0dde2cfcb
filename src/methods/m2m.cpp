#include "methods/m2m.hpp"

#include <utility>

#include "nn/tensor_kernels.hpp"

namespace m2m::methods {
namespace {

/// The probabilities that a network gives two classes of each image, a column a step.
struct ProbabilityTrace {
  std::vector<torch::Tensor> target, seed;  // [m] each

  void add(const torch::Tensor& logits, const TranslationWork& work) {
    const torch::Tensor probabilities = torch::softmax(logits, 1);
    target.push_back(probabilities.gather(1, work.targets.unsqueeze(1)));
    seed.push_back(probabilities.gather(1, work.seed_classes.unsqueeze(1)));
  }
};

}  // namespace

TranslationTrace trace_translations(const settings::M2mSettings& settings, const EditContext& context,
                                    const TranslationWork& work, double logit_scale) {
  if (work.empty() || settings.image == settings::AcceptedImage::clean_coin) return {};
  const torch::NoGradGuard no_gradient;
  const torch::Tensor seeds = context.gather(work.seeds);
  context.f.refresh();
  settings::M2mSettings one_step = settings;
  one_step.steps = 1;
  ProbabilityTrace of_f, of_g;
  torch::Tensor x = start_images(settings, context, work, seeds);
  for (int step = 0; step <= settings.steps; ++step) {
    if (step > 0) {
      x = translate(context.f, context.g, x, work.seed_classes, work.targets, work.n, one_step);
    }
    of_f.add(logit_scale * context.f.outputs(x), work);
    of_g.add(context.g.outputs(x), work);
  }
  const torch::Tensor kept =
      passes_gamma(target_probability(context.g, x, work.targets), settings).logical_and(work.coins);
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

namespace {

/// Each step goes forward and back through each network; g's test follows.
double forward_passes(const settings::M2mSettings& settings) {
  const double networks = settings.lambda == 0 ? 1 : 2;
  return settings.steps * networks * 2 + 1;
}

}  // namespace

torch::Tensor start_images(const settings::M2mSettings& settings, const EditContext& context,
                           const TranslationWork& work, const torch::Tensor& seeds) {
  if (!settings.random_start) return seeds;
  return nn::random_start(
      seeds, {context.plan, static_cast<std::uint32_t>(context.epoch), static_cast<std::uint32_t>(context.step),
              work.slots.const_data_ptr<std::int32_t>(), work.image_scales.const_data_ptr<double>(),
              work.channel_scales.const_data_ptr<double>()});
}

TranslatedSlots apply_m2m(const settings::M2mSettings& settings, const EditContext& context,
                          const TranslationWork& work, Batch& batch, Translator& translator) {
  if (work.empty()) return {};
  TranslatedSlots edited{work.rows, work.seed_classes, work.targets, work.coins, work.coins};
  const torch::Tensor seeds = context.gather(work.seeds);
  torch::Tensor shown = seeds;
  if (settings.image != settings::AcceptedImage::clean_coin) {
    if (settings.lambda != 0) translator.refresh(context.f);
    const torch::Tensor start = start_images(settings, context, work, seeds);
    const torch::Tensor translated =
        translator(context.f, context.g, start, work.seed_classes, work.targets, work.n, settings);
    const torch::Tensor believed =
        passes_gamma(translator.probability(context.g, translated, work.targets), settings);
    edited.accepted = believed.logical_and(work.coins);
    if (settings.image == settings::AcceptedImage::translated) shown = translated;
  }
  const torch::NoGradGuard no_gradient;
  const torch::Tensor own = batch.images.index_select(0, edited.rows);
  batch.images.index_copy_(0, edited.rows, torch::where(edited.accepted.view({-1, 1, 1, 1}), shown, own));
  const torch::Tensor own_labels = batch.labels.index_select(0, edited.rows);
  batch.labels.index_copy_(0, edited.rows, torch::where(edited.accepted, work.labels, own_labels));
  return edited;
}

BatchEditing m2m_editing(const Config& resolved, bool graphed) {
  const settings::M2mSettings settings = settings::read<settings::M2mSettings>(resolved);
  return {[settings, pools = SeedPools()](const data::PlanInputs& basis, std::span<const data::Slot> slots,
                                          int epoch, std::int64_t step, data::ImageShape shape) mutable {
            if (settings.pool > 0 && pools.empty()) pools = seed_pools(basis, settings.pool);
            return plan_translations(basis, slots, epoch, step, settings, shape, pools);
          },
          [settings, translator = std::make_shared<Translator>(graphed)](
              const EditContext& context, const TranslationWork& work, Batch& batch) {
            return apply_m2m(settings, context, work, batch, *translator);
          },
          settings.image == settings::AcceptedImage::clean_coin ? 0 : forward_passes(settings),
          [settings](const EditContext& context, const TranslationWork& work, double logit_scale) {
            return trace_translations(settings, context, work, logit_scale);
          }};
}

}  // namespace m2m::methods
