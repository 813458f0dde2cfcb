#include "methods/translation_trace.hpp"

#include <utility>

namespace m2m::methods {
namespace {

/// The probabilities that a network gives two classes of each image, a column a step.
struct Course {
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
  const torch::Tensor seeds = context.images_of(work.seeds);
  context.f.refresh();
  settings::M2mSettings one_step = settings;
  one_step.steps = 1;
  Course of_f, of_g;
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

}  // namespace m2m::methods
