// The rows of m2m.*, and what they say as typed values.
#include "methods/m2m.hpp"
#include "nn/network.hpp"

namespace m2m::settings {
namespace {

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
  };
}

/// Which g, and how it is trained where none is brought.
std::vector<Field> g_fields() {
  return {
      {"m2m.g_from", FieldType::text, "", "file",
       "A trained g (.safetensors, or the authors' .t7); empty: the sweep trains one per data, ratio and seed."},
      {"m2m.g_epoch",
       FieldType::text,
       "best",
       "",
       "Which g: best validation among the epochs after the last learning-rate drop, or the last.",
       {"best", "last"}},
      {"m2m.g_method", FieldType::text, "ERM", "", "The method that g is trained by: one with a linear head."},
      {"m2m.g_network", FieldType::text, nullptr, "", "The network of g; that of f unless given.", network_names()},
      {"m2m.g_precision",
       FieldType::text,
       nullptr,
       "",
       "The precision that g is trained in, that of f unless given; it answers in that of f.",
       {"float32", "bf16", "tf32", "float64"}},
      {"m2m.g_stop",
       FieldType::integer,
       nullptr,
       "epochs",
       "After how many epochs of its schedule the training of g ends; at the schedule's end unless given.",
       {},
       1,
       100000},
      {"m2m.g_data",
       FieldType::text,
       "same",
       "",
       "What g is trained on: f's training data, or (an oracle) the balanced full set that they were cut from.",
       {"same", "balanced"}},
  };
}

}  // namespace

std::vector<Field> m2m_fields() {
  std::vector<Field> fields = number_fields();
  for (auto rows : {choice_fields(), g_fields()}) {
    for (Field& field : rows) fields.push_back(std::move(field));
  }
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

}  // namespace m2m::settings
