#include "methods/translation_work.hpp"

#include <algorithm>

namespace m2m {
namespace {

torch::Tensor column(const std::vector<Translation>& translations, std::int32_t Translation::*member,
                     torch::Device device) {
  std::vector<std::int64_t> values(translations.size());
  std::transform(translations.begin(), translations.end(), values.begin(),
                 [member](const auto& t) { return t.*member; });
  return torch::tensor(values, torch::kInt64).to(device);
}

torch::Tensor coins(const std::vector<Translation>& translations, torch::Device device) {
  torch::Tensor values = torch::empty({static_cast<std::int64_t>(translations.size())}, torch::kBool);
  for (std::size_t i = 0; i < translations.size(); ++i) values.data_ptr<bool>()[i] = translations[i].coin;
  return values.to(device);
}

/// The random start's noise, scaled: [m, c, h, w] on the host in the precision of `like`.
torch::Tensor scaled_noise(const EditContext& context, const std::vector<Translation>& translations,
                           const std::vector<double>& scale, const torch::Tensor& like) {
  torch::Tensor noise = torch::empty(like.sizes(), torch::kFloat64);
  const auto size = static_cast<std::size_t>(like.numel()) / translations.size();
  for (std::size_t i = 0; i < translations.size(); ++i) {
    const std::span<double> image(noise.data_ptr<double>() + i * size, size);
    draw_noise(context.plan, context.epoch, context.step, translations[i].slot, image);
    for (double& value : image) value *= translations[i].noise_scale;
  }
  noise.mul_(torch::tensor(scale, torch::kFloat64).view({1, -1, 1, 1}));
  return noise.to(like.options());
}

std::vector<Slot> seeds_of(const std::vector<Translation>& translations) {
  std::vector<Slot> seeds(translations.size());
  std::transform(translations.begin(), translations.end(), seeds.begin(), [](const auto& t) { return t.seed; });
  return seeds;
}

}  // namespace

TranslationWork translation_work(const EditContext& context, const std::vector<Translation>& translations) {
  TranslationWork work;
  work.seeds = context.images_of(seeds_of(translations));
  const torch::Device device = work.seeds.device();
  work.seed_classes = column(translations, &Translation::seed_class, device);
  work.targets = column(translations, &Translation::target, device);
  work.labels = column(translations, &Translation::label, device);
  work.coins = coins(translations, device);
  return work;
}

torch::Tensor start_images(const M2mSettings& settings, const EditContext& context, const StepTranslations& planned,
                           const std::vector<Translation>& translations, const torch::Tensor& seeds) {
  if (!settings.plan.random_start) return seeds;
  return (seeds + scaled_noise(context, translations, planned.noise_scale, seeds)).clamp_(0, 1);
}

}  // namespace m2m
