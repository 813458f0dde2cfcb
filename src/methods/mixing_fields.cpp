// The settings of mixing.
#include <cmath>

#include "methods/mixing.hpp"

namespace m2m::settings {
namespace {

Field number(const char* name, double standard, double least, double most, const char* help,
             std::vector<std::string> kinds) {
  return {.name = name,
          .type = FieldType::number,
          .standard = standard,
          .unit = "",
          .help = help,
          .least = least,
          .most = most,
          .acts_where = {"recipe.mixing", std::move(kinds)}};
}

Field epoch(const char* name, const char* help) {
  return {.name = name,
          .type = FieldType::integer,
          .standard = nullptr,
          .unit = "epochs",
          .help = help,
          .least = 0,
          .acts_where = {"recipe.mixing", {"cmo"}}};
}

}  // namespace

std::vector<Field> mixing_fields() {
  return {
      number("mixup.alpha", 1, 1e-3, 1000, "Shares are drawn from Beta(alpha, alpha).", {"mixup", "remix", "cmo"}),
      number("remix.kappa", 3, 1, 1e6, "Remix: how many times more frequent one of the two classes has to be.",
             {"remix"}),
      number("remix.tau", 0.5, 0, 1, "Remix: the share below which the frequent class loses the label.", {"remix"}),
      number("cmo.probability", 0.5, 0, 1, "CMO: how often a batch is mixed.", {"cmo"}),
      epoch("cmo.from", "CMO: the first epoch with it; .02 of train.epochs unless given."),
      epoch("cmo.until", "CMO: the epoch to stop before; .985 of train.epochs unless given."),
  };
}

void derive_mixing(Config& config) {
  const auto epochs = static_cast<double>(config.integer("train.epochs"));
  if (!config.has("cmo.from")) config.set("cmo.from", std::llround(0.02 * epochs));
  if (!config.has("cmo.until")) config.set("cmo.until", std::llround(0.985 * epochs));
}

MixSettings mix_settings(const Config& resolved) {
  return {recipe_of(resolved).mixing,
          resolved.number("mixup.alpha"),
          resolved.number("remix.kappa"),
          resolved.number("remix.tau"),
          resolved.number("cmo.probability"),
          static_cast<int>(resolved.integer("cmo.from")),
          static_cast<int>(resolved.integer("cmo.until"))};
}

}  // namespace m2m::settings
