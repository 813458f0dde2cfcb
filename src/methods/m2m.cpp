#include "methods/m2m.hpp"

#include <algorithm>
#include <utility>

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

std::vector<std::int32_t> column(const std::vector<Translation>& translations, std::int32_t Translation::*member) {
  std::vector<std::int32_t> values(translations.size());
  std::transform(translations.begin(), translations.end(), values.begin(),
                 [member](const auto& t) { return t.*member; });
  return values;
}

torch::Tensor on_device(const std::vector<std::int32_t>& values, torch::Device device) {
  return torch::tensor(std::vector<std::int64_t>(values.begin(), values.end()), torch::kInt64).to(device);
}

/// Where the translations' slots stand in the batch.
std::vector<std::int32_t> rows_in(const Batch& batch, const std::vector<Translation>& translations) {
  std::vector<std::int32_t> rows = column(translations, &Translation::slot);
  for (std::int32_t& row : rows) {
    const auto found = std::lower_bound(batch.slots.begin(), batch.slots.end(), row);
    row = static_cast<std::int32_t>(found - batch.slots.begin());
  }
  return rows;
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

/// x* of each translation, from its seed and the noise of its start.
torch::Tensor translated_images(const M2mSettings& settings, const EditContext& context,
                                const StepTranslations& planned, const std::vector<Translation>& translations,
                                const Edited& edited, const torch::Tensor& seeds) {
  torch::Tensor start = seeds;
  if (settings.plan.random_start) {
    start = (start + scaled_noise(context, translations, planned.noise_scale, start)).clamp_(0, 1);
  }
  if (settings.translate.lambda != 0) context.f.refresh();
  return translate(context.f, context.g, start, edited.seed_classes, edited.targets, planned.n(),
                   settings.translate);
}

/// Each step goes forward and back through each network; g's test follows.
double passes_of(const TranslateSettings& settings) {
  const double networks = settings.lambda == 0 ? 1 : 2;
  return settings.steps * networks * 2 + 1;
}

std::vector<Field> number_fields() {
  return {
      {"m2m.beta",
       FieldType::number,
       0.999,
       "",
       "A translation from k0 to k may be kept with probability 1 - beta^(N_k0 - N_k).",
       {},
       0,
       0.9999999},
      {"m2m.lambda",
       FieldType::number,
       0.5,
       "",
       "Weight of f's logit of the seed class in the translation's loss; 0: f is not evaluated.",
       {},
       0},
      {"m2m.gamma", FieldType::number, 0.9, "", "How sure g must be of a translation (see m2m.gamma_test).", {}, 0},
      {"m2m.steps", FieldType::integer, 10, "steps", "T, gradient steps of a translation.", {}, 1, 1000},
      {"m2m.step_size", FieldType::number, 0.1, "L2 in pixels", "eta, the length of a step.", {}, 0},
      {"m2m.pool",
       FieldType::integer,
       0,
       "images",
       "Seeds come from a fixed pool of that many images a class, nested for smaller numbers; 0: from the batch.",
       {},
       0},
      {"m2m.random_start", FieldType::flag, true, "", "Begin a translation with a little noise on the seed image."},
      {"m2m.noise",
       FieldType::number,
       nullptr,
       "L2 in pixels",
       "Largest norm of that noise, per channel over all images of a step: .5 unless given. For vectors of "
       "features, "
       "over the root of their number and by itself: .866 unless given.",
       {},
       0},
  };
}

std::vector<Field> choice_fields() {
  return {
      {"m2m.seed_by",
       FieldType::text,
       nullptr,
       "",
       "How a seed is drawn from the batch: by the weight of each sample (protocol code), or a class first "
       "(paper).",
       {"sample", "class"}},
      {"m2m.gamma_test",
       FieldType::text,
       nullptr,
       "",
       "softmax(g(x*))[k] >= gamma (protocol code), or CE(g(x*), k) < gamma (paper).",
       {"probability", "cross-entropy"}},
      {"m2m.order",
       FieldType::text,
       "coin-first",
       "",
       "Toss the coin before translating (exact and cheaper), or after, as the paper words it.",
       {"coin-first", "translate-first"}},
      {"m2m.label",
       FieldType::text,
       "target",
       "",
       "What an accepted image is trained on: its target, or any class that is neither that nor the seed's.",
       {"target", "random"}},
      {"m2m.image",
       FieldType::text,
       "translated",
       "",
       "What an accepted slot shows: the translated image; the seed itself; the seed, with the coin alone "
       "deciding.",
       {"translated", "clean", "clean-coin"}},
      {"m2m.g_from", FieldType::text, "", "file",
       "A trained g (.safetensors, or the authors' .t7); empty: the sweep trains one per data, ratio and seed."},
      {"m2m.g_epoch",
       FieldType::text,
       "best",
       "",
       "Which g: best validation among the epochs after the last learning-rate drop, or the last.",
       {"best", "last"}},
  };
}

}  // namespace

std::vector<Field> m2m_fields() {
  std::vector<Field> fields = number_fields();
  for (Field& field : choice_fields()) fields.push_back(std::move(field));
  for (Field& field : fields) field.acts_where = {"recipe.translate", {"m2m"}};
  return fields;
}

M2mSettings m2m_settings(const Config& resolved) {
  M2mSettings settings;
  settings.plan.beta = resolved.number("m2m.beta");
  settings.plan.seed_by = resolved.text("m2m.seed_by") == "sample" ? SeedBy::sample : SeedBy::class_first;
  settings.plan.random_start = resolved.flag("m2m.random_start");
  if (resolved.has("m2m.noise")) settings.plan.noise_norm = resolved.number("m2m.noise");
  settings.translate.lambda = resolved.number("m2m.lambda");
  settings.translate.step_size = resolved.number("m2m.step_size");
  settings.translate.steps = static_cast<int>(resolved.integer("m2m.steps"));
  settings.translate.gamma = resolved.number("m2m.gamma");
  settings.translate.gamma_test =
      resolved.text("m2m.gamma_test") == "probability" ? GammaTest::probability : GammaTest::cross_entropy;
  settings.plan.order =
      resolved.text("m2m.order") == "coin-first" ? CoinOrder::coin_first : CoinOrder::translate_first;
  settings.plan.pool = resolved.integer("m2m.pool");
  settings.plan.label = resolved.text("m2m.label") == "random" ? TrainLabel::random : TrainLabel::target;
  const std::string image = resolved.text("m2m.image");
  if (image == "clean") settings.image = AcceptedImage::clean;
  if (image == "clean-coin") settings.image = AcceptedImage::clean_coin;
  return settings;
}

Edited apply_m2m(const M2mSettings& settings, const EditContext& context, const StepTranslations& planned,
                 Batch& batch) {
  const std::vector<Translation> translations = own_work(planned, batch);
  if (translations.empty()) return {};
  const torch::Device device = batch.images.device();
  Edited edited;
  edited.rows = on_device(rows_in(batch, translations), device);
  edited.seed_classes = on_device(column(translations, &Translation::seed_class), device);
  edited.targets = on_device(column(translations, &Translation::target), device);
  edited.coins = coins(translations, device);
  edited.accepted = edited.coins;
  const torch::Tensor seeds = context.images_of(seeds_of(translations));
  torch::Tensor shown = seeds;
  if (settings.image != AcceptedImage::clean_coin) {
    const torch::Tensor translated = translated_images(settings, context, planned, translations, edited, seeds);
    const torch::Tensor believed =
        passes_gamma(target_probability(context.g, translated, edited.targets), settings.translate);
    edited.accepted = believed.logical_and(edited.coins);
    if (settings.image == AcceptedImage::translated) shown = translated;
  }
  const torch::NoGradGuard no_gradient;
  const torch::Tensor own = batch.images.index_select(0, edited.rows);
  batch.images.index_copy_(0, edited.rows, torch::where(edited.accepted.view({-1, 1, 1, 1}), shown, own));
  const torch::Tensor labels = on_device(column(translations, &Translation::label), device);
  const torch::Tensor own_labels = batch.labels.index_select(0, edited.rows);
  batch.labels.index_copy_(0, edited.rows, torch::where(edited.accepted, labels, own_labels));
  return edited;
}

BatchEditing m2m_editing(const Config& resolved) {
  const M2mSettings settings = m2m_settings(resolved);
  return {[settings, pools = SeedPools()](const PlanBasis& basis, std::span<const Slot> slots, int epoch,
                                          std::int64_t step, ImageShape shape) mutable {
            if (settings.plan.pool > 0 && pools.empty()) pools = seed_pools(basis, settings.plan.pool);
            return plan_translations(basis, slots, epoch, step, settings.plan, shape, pools);
          },
          [settings](const EditContext& context, const StepTranslations& planned, Batch& batch) {
            return apply_m2m(settings, context, planned, batch);
          },
          settings.image == AcceptedImage::clean_coin ? 0 : passes_of(settings.translate)};
}

}  // namespace m2m
