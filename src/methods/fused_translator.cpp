#include "methods/fused_translator.hpp"

#include "core/error.hpp"

namespace m2m::methods {
namespace {

/// The fused form of a network. Throws Error (internal) if it has another form.
kernels::DeviceNetwork device_network(const nn::FrozenNetwork& network) {
  const auto fused = network.device_network();
  if (!fused) throw internal_error("a fused translation by a network of another form");
  return *fused;
}

}  // namespace

nn::FusedTranslation fused_translation(const settings::M2mSettings& settings, const EditContext& context,
                                       const TranslationWork& work, const Batch& batch) {
  nn::FusedTranslation fused;
  fused.pixels = context.pixels.bytes;
  fused.divisor = context.pixels.divisor;
  fused.seeds = work.seeds;
  if (settings.random_start) fused.noise = start_noise(context, work);
  fused.seed_classes = work.seed_classes;
  fused.targets = work.targets;
  fused.steps = settings.steps;
  fused.step_size = settings.step_size;
  fused.lambda = settings.lambda;
  fused.n = work.n;
  fused.gamma_rule = {settings.gamma_test == settings::GammaTest::probability, static_cast<float>(settings.gamma)};
  fused.coins = work.coins;
  fused.shows_seed = settings.image != settings::AcceptedImage::translated;
  fused.rows = work.rows;
  fused.labels = work.labels;
  fused.images = batch.images;
  fused.batch_labels = batch.labels;
  fused.accepted = torch::empty_like(work.coins);
  fused.beliefs = torch::empty({work.rows.size(0)}, batch.images.options());
  return fused;
}

torch::Tensor FusedTranslator::operator()(const EditContext& context, const TranslationWork& work, Batch& batch) {
  const torch::NoGradGuard no_gradient;
  if (settings_.lambda != 0) context.f.refresh();
  const nn::FusedTranslation translation = fused_translation(settings_, context, work, batch);
  nn::translate_fused(device_network(context.f), device_network(context.g), translation);
  return translation.accepted;
}

}  // namespace m2m::methods
