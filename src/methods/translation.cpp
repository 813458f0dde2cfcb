#include "methods/translation.hpp"

#include <algorithm>

#include "methods/losses.hpp"
#include "settings/m2m_settings.hpp"

namespace m2m::methods {

using nn::FrozenNetwork;

namespace {

/// Returns a row per image with a 1 at its class, shaped like `like`.
torch::Tensor one_hot(const torch::Tensor& classes, const torch::Tensor& like) {
  return torch::zeros_like(like).scatter_(1, classes.unsqueeze(1), 1);
}

}  // namespace

torch::Tensor loss_gradient(FrozenNetwork& f, FrozenNetwork& g, const TranslationBatch& images,
                            const settings::M2mSettings& settings, torch::Tensor* loss) {
  const auto& [x, seed_classes, targets, n] = images;
  const torch::Tensor of_g = g.outputs_for_gradient(x);
  // d CE(z, k) / dz = softmax(z) - one_hot(k)
  torch::Tensor gradient = g.pixel_gradient((torch::softmax(of_g, 1) - one_hot(targets, of_g)) / n);
  if (loss != nullptr) *loss = cross_entropy(of_g, targets).sum() / n;
  if (settings.lambda != 0) {
    const torch::Tensor of_f = f.outputs_for_gradient(x);
    gradient += f.pixel_gradient(one_hot(seed_classes, of_f) * (settings.lambda / n));
    if (loss != nullptr) *loss += settings.lambda / n * of_f.gather(1, seed_classes.unsqueeze(1)).sum();
  }
  return gradient;
}

torch::Tensor translate(FrozenNetwork& f, FrozenNetwork& g, const torch::Tensor& start,
                        const torch::Tensor& seed_classes, const torch::Tensor& targets, std::int64_t divisor,
                        const settings::M2mSettings& settings, const TranslationObserver& observer) {
  const torch::NoGradGuard no_gradient;
  const torch::Tensor n = torch::tensor(static_cast<double>(divisor), torch::kFloat64);
  torch::Tensor x = start.detach().clone(at::MemoryFormat::Contiguous);
  for (int step = 0; step < settings.steps; ++step) {
    torch::Tensor loss;
    const torch::Tensor gradient =
        loss_gradient(f, g, {x, seed_classes, targets, n}, settings, observer ? &loss : nullptr);
    if (observer) observer(step, loss, gradient);
    nn::pixel_step(x, gradient, settings.step_size);
  }
  return x;
}

torch::Tensor class_probability(const torch::Tensor& outputs, const torch::Tensor& targets) {
  return torch::softmax(outputs, 1).gather(1, targets.unsqueeze(1)).squeeze(1);
}

torch::Tensor target_probability(FrozenNetwork& g, const torch::Tensor& images, const torch::Tensor& targets) {
  return class_probability(g.outputs(images), targets);
}

torch::Tensor passes_gamma(const torch::Tensor& target_probability, const settings::M2mSettings& settings) {
  if (settings.gamma_test == settings::GammaTest::probability) return target_probability >= settings.gamma;
  return -target_probability.log() < settings.gamma;
}

namespace {

/// A translation of the rank, and the row of its batch slot in the rank's batch.
struct RankTranslation {
  const Translation* translation;
  std::int64_t row;
};

std::vector<RankTranslation> select_translations(const StepTranslations& planned,
                                                 std::span<const std::int32_t> slots_of_rank) {
  std::vector<RankTranslation> selected;
  for (const Translation& translation : planned.chosen) {
    if (!translation.is_translated) continue;
    const auto found = std::lower_bound(slots_of_rank.begin(), slots_of_rank.end(), translation.slot);
    if (found != slots_of_rank.end() && *found == translation.slot) {
      selected.push_back({&translation, found - slots_of_rank.begin()});
    }
  }
  return selected;
}

/// Returns value(translation) of each, as T.
template <typename T, typename Value>
std::vector<T> column(const std::vector<RankTranslation>& translations, Value value) {
  std::vector<T> values;
  for (const RankTranslation& each : translations) values.push_back(static_cast<T>(value(each)));
  return values;
}

}  // namespace

TranslationUpload add_translations(const StepTranslations& planned, std::span<const std::int32_t> slots_of_rank,
                                   const AddIndicesFn& add_indices, nn::Upload& upload) {
  using Each = const RankTranslation&;
  const std::vector<RankTranslation> selected = select_translations(planned, slots_of_rank);
  TranslationUpload pieces;
  pieces.n = planned.n();
  pieces.m = static_cast<std::int64_t>(selected.size());
  if (selected.empty()) return pieces;
  const auto add = [&]<typename T>(T, torch::Dtype type, auto value) {  // the first argument only names T
    return upload.add(std::span<const T>(column<T>(selected, value)), type);
  };
  constexpr std::int64_t index = 0;
  pieces.rows = add(index, torch::kInt64, [](Each each) { return each.row; });
  pieces.seed_classes = add(index, torch::kInt64, [](Each each) { return each.translation->seed_class; });
  pieces.targets = add(index, torch::kInt64, [](Each each) { return each.translation->target; });
  pieces.labels = add(index, torch::kInt64, [](Each each) { return each.translation->label; });
  pieces.coins = add(std::uint8_t{0}, torch::kBool, [](Each each) { return each.translation->coin ? 1 : 0; });
  pieces.slots = add(std::int32_t{0}, torch::kInt32, [](Each each) { return each.translation->slot; });
  pieces.image_scales = add(0.0, torch::kFloat64, [](Each each) { return each.translation->noise_scale; });
  pieces.channel_scales = upload.add(std::span<const double>(planned.noise_scale));
  std::vector<data::Slot> seeds;
  for (const RankTranslation& each : selected) seeds.push_back(each.translation->seed);
  pieces.seeds = add_indices(upload, seeds);
  return pieces;
}

TranslationWork TranslationUpload::in(const nn::Upload& upload) const {
  TranslationWork work;
  work.n = n;
  if (m == 0) return work;
  work.rows = upload[rows];
  work.seed_classes = upload[seed_classes];
  work.targets = upload[targets];
  work.labels = upload[labels];
  work.coins = upload[coins];
  work.seeds = upload[seeds];
  work.slots = upload[slots];
  work.image_scales = upload[image_scales];
  work.channel_scales = upload[channel_scales];
  return work;
}

kernels::StartNoise start_noise(const EditContext& context, const TranslationWork& work) {
  return {context.plan,
          static_cast<std::uint32_t>(context.epoch),
          static_cast<std::uint32_t>(context.step),
          work.slots.const_data_ptr<std::int32_t>(),
          work.image_scales.const_data_ptr<double>(),
          work.channel_scales.const_data_ptr<double>()};
}

torch::Tensor start_images(const settings::M2mSettings& settings, const EditContext& context,
                           const TranslationWork& work, const torch::Tensor& seeds) {
  return settings.random_start ? nn::random_start(seeds, start_noise(context, work)) : seeds;
}

}  // namespace m2m::methods
