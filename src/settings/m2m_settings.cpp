#include "settings/m2m_settings.hpp"

#include "settings/networks.hpp"

namespace m2m::settings {
namespace {

/// What is translated, and how.
Rows<M2mSettings> translation_rows() {
  return {
      setting("m2m.beta", &M2mSettings::beta)
          .range(0, 0.9999999)
          .help("A translation from k0 to k may be kept with probability 1 - beta^(N_k0 - N_k)."),
      setting("m2m.lambda", &M2mSettings::lambda)
          .at_least(0)
          .help("Weight of f's logit of the seed class in the translation's loss; 0: f is not evaluated."),
      setting("m2m.gamma", &M2mSettings::gamma)
          .at_least(0)
          .help("How sure g must be of a translation (see m2m.gamma_test)."),
      setting("m2m.steps", &M2mSettings::steps)
          .unit("steps")
          .range(1, 1000)
          .help("T, gradient steps of a translation."),
      setting("m2m.step_size", &M2mSettings::step_size)
          .unit("L2 in pixels")
          .at_least(0)
          .help("eta, the length of a step."),
      setting("m2m.pool", &M2mSettings::pool)
          .unit("images")
          .at_least(0)
          .help(
              "Seed images come from a fixed pool of that many images a class, nested for smaller numbers; 0: from "
              "the batch."),
      setting("m2m.random_start", &M2mSettings::random_start)
          .help("Begin a translation with a little noise on the seed image."),
      setting("m2m.noise", &M2mSettings::noise)
          .unit("L2 in pixels")
          .at_least(0)
          .help("Largest norm of that noise: per channel over all images of a step, by default 0.5; for vectors of "
                "features each by itself, over the root of their number, by default 0.866."),
      setting("m2m.seed_by", &M2mSettings::seed_by)
          .derived()
          .help(
              "How a seed image is drawn from the batch: by the weight of each sample (protocol code), or a class "
              "first (paper)."),
      setting("m2m.gamma_test", &M2mSettings::gamma_test)
          .derived()
          .help("softmax(g(x*))[k] >= gamma (protocol code), or CE(g(x*), k) < gamma (paper)."),
      setting("m2m.order", &M2mSettings::order)
          .help("Toss the coin before translating (exact and cheaper), or after, as the paper words it."),
      setting("m2m.label", &M2mSettings::label)
          .help("What an accepted image is trained on: its target, or any class that is neither that nor the "
                "seed's."),
      setting("m2m.image", &M2mSettings::image)
          .help("What an accepted slot shows: the translated image; the seed image; the seed image, with the coin "
                "alone deciding."),
  };
}

/// Which g, and how it is trained if the sweep trains it.
Rows<M2mSettings> g_rows() {
  return {
      setting("m2m.g_from", &M2mSettings::g_from)
          .unit("file")
          .help("A trained g (.safetensors, or the authors' .t7); empty: the sweep trains one per data, ratio and "
                "seed."),
      setting("m2m.g_epoch", &M2mSettings::g_epoch)
          .help("Which g: best validation among the epochs after the last learning-rate drop, or the last."),
      setting("m2m.g_method", &M2mSettings::g_method)
          .help("The method that g is trained by: one with a linear head."),
      setting("m2m.g_network", &M2mSettings::g_network)
          .choices(network_names())
          .help("The network of g; by default that of f."),
      setting("m2m.g_precision", &M2mSettings::g_precision)
          .help("The precision that g is trained in, by default that of f; it answers in that of f."),
      setting("m2m.g_stop", &M2mSettings::g_stop)
          .unit("epochs")
          .range(1, 100000)
          .help("After how many epochs of its schedule the training of g ends; by default at the schedule's end."),
      setting("m2m.g_data", &M2mSettings::g_data)
          .help("What g is trained on: f's training data, or (an oracle) the balanced full set that they were cut "
                "from."),
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
