#include "report/data_setting.hpp"

#include <fmt/format.h>

namespace m2m::settings {
namespace {

std::string set_name(const std::string& set, bool long_tail) {
  for (const auto& [name, title] :
       {std::pair{"reuters36", "Reuters-36"}, std::pair{"twitter", "Twitter"}, std::pair{"celeba5", "CelebA-5"},
        std::pair{"sun397", "SUN397"}, std::pair{"imagenet-lt", "ImageNet-LT"}}) {
    if (set == name) return title;
  }
  const std::string cifar = "cifar";
  if (!set.starts_with(cifar)) return set;
  return (long_tail ? "CIFAR-LT-" : "CIFAR-") + set.substr(cifar.size());
}

}  // namespace

std::string text_or(const Config& config, const std::string& name, const std::string& otherwise) {
  return config.has(name) ? config.text(name) : otherwise;
}

std::string setting_text(const Config& config, const std::string& name, const std::string& otherwise) {
  if (!config.has(name)) return otherwise;
  const Json& value = config.json().at(name);
  if (value.is_string()) return value.get<std::string>();
  return value.is_number_float() ? fmt::format("{}", value.get<double>()) : canonical_json(value);
}

std::string seeds_of(const Config& config) {
  Json seeds = Json::object();
  for (const auto& [name, value] : config.json().items()) {
    if (name == "seed" || name.starts_with("seeds.")) seeds[name] = value;
  }
  return canonical_json(seeds);
}

std::string data_setting_name(const Config& config) {
  const std::string imbalance = text_or(config, "data.imbalance", "longtail");
  std::string name = set_name(text_or(config, "data.set", "unnamed data"), imbalance == "longtail");
  if (imbalance == "none") name += " balanced";
  if (imbalance == "step") name += " step";
  const bool has_ratio = imbalance == "longtail" || imbalance == "step";
  if (has_ratio && config.has("data.ratio")) name += fmt::format(" rho={}", config.number("data.ratio"));
  if (imbalance != "own" && config.has("data.largest") && config.integer("data.largest") > 0) {
    name += fmt::format(", N_1={}", config.integer("data.largest"));
  }
  if (text_or(config, "data.subset", "head") == "random") name += ", random subset";
  if (text_or(config, "data.rounding", "field") == "truncated") name += ", truncated counts";
  return name;
}

}  // namespace m2m::settings
