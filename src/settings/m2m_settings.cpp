#include "settings/m2m_settings.hpp"

#include "settings/train_settings.hpp"

namespace m2m::settings {
namespace {

/// The rows of translation.
Rows<M2mSettings> translation_rows() {
  return {
      setting("m2m.beta", &M2mSettings::beta)
          .range(0, 0.9999999)
          .help("A translation from k0 to k may be kept with probability 1 - beta^(N_k0 - N_k)."),
      setting("m2m.lambda", &M2mSettings::lambda)
          .at_least(0)
          .help("Weight of f's logit of the seed class in the loss of a translation; 0: f is not evaluated."),
      setting("m2m.gamma", &M2mSettings::gamma)
          .at_least(0)
          .help("Threshold of the gamma test of a translation by g (see m2m.gamma_test)."),
      setting("m2m.steps", &M2mSettings::steps)
          .unit("steps")
          .range(1, 1000)
          .help("T, gradient steps of a translation."),
      setting("m2m.step_size", &M2mSettings::step_size)
          .unit("L2 in pixels")
          .at_least(0)
          .help("eta, length of a step."),
      setting("m2m.pool", &M2mSettings::pool)
          .unit("images")
          .range(0, 1e9)
          .help(
              "Images per class of the seed pool; a smaller pool is part of a larger one. 0: seed images come from "
              "the batch."),
      setting("m2m.random_start", &M2mSettings::random_start)
          .help("Start a translation with noise on the seed image."),
      setting("m2m.noise", &M2mSettings::noise)
          .unit("L2 in pixels")
          .at_least(0)
          .help("Largest norm of the noise: per channel over all images of a step, by default 0.5; for features, "
                "each of the n vectors of a step has at most this norm divided by sqrt(n), by default 0.866."),
      setting("m2m.seed_by", &M2mSettings::seed_by)
          .derived()
          .help(
              "How a seed image is drawn from the batch: by the weight of each sample (protocol code), or first a "
              "class, then a sample of it (paper)."),
      setting("m2m.gamma_test", &M2mSettings::gamma_test)
          .derived()
          .help("The gamma test: softmax(g(x*))[k] >= gamma (protocol code), or CE(g(x*), k) < gamma (paper)."),
      setting("m2m.order", &M2mSettings::order)
          .help("Toss the coin before the translation (exact and cheaper), or after it, as in the paper."),
      setting("m2m.label", &M2mSettings::label)
          .help("Label of an accepted image: its target class, or any class except its target and seed class."),
      setting("m2m.image", &M2mSettings::image)
          .help(
              "Image of an accepted slot: the translated image; the seed image; or the seed image, accepted by the "
              "coin only."),
  };
}

/// The rows of g and of its training.
Rows<M2mSettings> g_rows() {
  return {
      setting("m2m.g_from", &M2mSettings::g_from)
          .unit("file")
          .help(
              "File of a trained g (.safetensors, or the authors' .t7); empty: the sweep trains one for each data "
              "set, ratio and seed."),
      setting("m2m.g_epoch", &M2mSettings::g_epoch)
          .help(
              "Epoch of g: the best on validation after the last learning-rate drop (of all epochs if there is no "
              "drop), or the last."),
      setting("m2m.g_method", &M2mSettings::g_method).help("Method that trains g; it needs a linear head."),
      setting("m2m.g_network", &M2mSettings::g_network)
          .choices(network_names())
          .help("Network of g; by default that of f."),
      setting("m2m.g_precision", &M2mSettings::g_precision)
          .help("Precision of the training of g; by default that of f. Translations always use that of f."),
      setting("m2m.g_stop", &M2mSettings::g_stop)
          .unit("epochs")
          .range(1, 100000)
          .help("Epochs after which the training of g stops; by default the whole schedule, as with train.schedule "
                "= cosine."),
      setting("m2m.g_data", &M2mSettings::g_data)
          .help("Training data of g: those of f, or (an oracle) the balanced full set that they were cut from."),
  };
}

}  // namespace

template <>
const Rows<M2mSettings>& rows<M2mSettings>() {
  static const Rows<M2mSettings> all = [] {
    const Condition translates{"recipe.translate", {to_text(Translate::m2m)}};
    Rows<M2mSettings> made;
    for (Row<M2mSettings>& row : translation_rows()) made.push_back(std::move(row).acts_if(translates));
    for (Row<M2mSettings>& row : g_rows()) made.push_back(std::move(row).acts_if(translates).acts_elsewhere());
    return made;
  }();
  return all;
}

}  // namespace m2m::settings
