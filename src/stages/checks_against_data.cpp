#include "stages/checks_against_data.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "core/error.hpp"
#include "methods/m2m.hpp"
#include "nn/fused_resnet.hpp"
#include "settings/augment_settings.hpp"
#include "settings/m2m_settings.hpp"
#include "settings/recipe.hpp"
#include "settings/sharpness_settings.hpp"
#include "settings/train_settings.hpp"
#include "train/trial_setup.hpp"

namespace m2m::stages {
namespace {

using settings::M2mSettings, settings::TrainSettings, settings::name_of;
using train::LoadedData;

/// Throws Error (usage) unless the network takes vectors of features.
void check_network(const std::string& setting, const std::string& network, const LoadedData& data) {
  if (settings::find_network(network).takes_features) return;
  throw usage_error(fmt::format("{0} = '{1}' takes images, but {2} has vectors of features; set {0} = 'mlp'",
                                setting, network, data.set.name));
}

/// A setting that needs images, and values of it that do not; empty if there is none.
struct ImageNeed {
  std::string reason, remedy;
};

ImageNeed need_of_images(const settings::Recipe& recipe) {
  if (!recipe.trains()) return {};
  if (recipe.adds_noise())
    return {"recipe.noise_images = 'open': noise has the distribution of pixels", "recipe.noise_images = 'none'"};
  if (recipe.mixing == settings::Mixing::cmo || recipe.mixing == settings::Mixing::cutmix) {
    return {fmt::format("recipe.mixing = '{}': patches need images", settings::to_text(recipe.mixing)),
            "recipe.mixing = 'mixup', 'remix', 'unimix', 'mamix', 'balanced-mixup' or 'none'"};
  }
  return {};
}

/// Throws Error (usage) if the data are features and a setting needs images.
void check_features(const Config& resolved, const LoadedData& data) {
  if (!data.set.has_features()) return;
  const auto recipe = settings::read<settings::Recipe>(resolved);
  check_network(name_of(&TrainSettings::network), settings::value_of(resolved, &TrainSettings::network), data);
  const auto g_network = settings::read<settings::M2mSettings>(resolved).g_network;
  if (recipe.translates() && g_network) check_network(name_of(&M2mSettings::g_network), *g_network, data);
  const ImageNeed need = need_of_images(recipe);
  if (need.reason.empty()) return;
  throw usage_error(
      fmt::format("{}, but {} has vectors of features; set {}", need.reason, data.set.name, need.remedy));
}

/// The same of the method of a g.
void check_features_of_g(const Config& config_of_g, const LoadedData& data) {
  const ImageNeed need = need_of_images(settings::read<settings::Recipe>(config_of_g));
  if (need.reason.empty() || !data.set.has_features()) return;
  throw usage_error(fmt::format("{0}: {1}, but {2} has vectors of features; set {0} = 'ERM'",
                                name_of(&M2mSettings::g_method), need.reason, data.set.name));
}

void check_random_label(const Config& resolved, const LoadedData& data) {
  const bool is_random = settings::read<settings::M2mSettings>(resolved).label == settings::TrainLabel::random;
  if (!settings::read<settings::Recipe>(resolved).translates() || !is_random || data.set.classes > 2) return;
  throw usage_error(
      fmt::format("m2m.label = 'random': needs a third class besides seed and target, but {} has {}; "
                  "set m2m.label = 'target'",
                  data.set.name, data.set.classes));
}

/// Throws Error (usage) if ImbSAM has no tail to minimise the sharpness of.
void check_tail(const Config& resolved, const LoadedData& data) {
  const auto sharpness = settings::read<settings::SharpnessSettings>(resolved);
  if (!settings::read<settings::Recipe>(resolved).trains() || sharpness.kind != settings::Sharpness::imbsam) return;
  const std::int64_t rarest = *std::min_element(data.split.counts.begin(), data.split.counts.end());
  if (rarest < sharpness.tail_below) return;
  using settings::SharpnessSettings;
  throw usage_error(fmt::format(
      "{0} = {1}: the rarest class of {2} has {3} training samples, so ImbSAM has no tail; set {0} = {4}, or {5} = "
      "'sam'",
      name_of(&SharpnessSettings::tail_below), sharpness.tail_below, data.set.name, rarest, rarest + 1,
      name_of(&SharpnessSettings::kind)));
}

/// Setting and value that change images after crop and flip, and the advice to change none; of several the first.
std::array<std::string, 2> first_transform(const settings::AugmentSettings& augment) {
  using settings::AugmentSettings;
  if (augment.has_policy()) {
    const std::string& name = name_of(&AugmentSettings::policy);
    return {fmt::format("{} = '{}'", name, settings::to_text(augment.policy)),
            fmt::format("{} = '{}'", name, settings::to_text(settings::AugmentPolicy::plain))};
  }
  const bool cuts = augment.cutout > 0;
  const std::string& name = cuts ? name_of(&AugmentSettings::cutout) : name_of(&AugmentSettings::erasing);
  return {fmt::format("{} = {}", name, cuts ? augment.cutout : augment.erasing), fmt::format("{} = 0", name)};
}

/// Throws Error (usage) if the data cannot be augmented as a trial asks for.
void check_augmentation(const Config& resolved, const LoadedData& data) {
  const auto augment = settings::read<settings::AugmentSettings>(resolved);
  if (!settings::read<settings::Recipe>(resolved).trains() || !augment.transforms()) return;
  const auto& [channels, height, width] = data.set.train.shape;
  std::string has;
  if (channels != 1 && channels != 3) has = fmt::format("images of {} channels", channels);
  if (data.set.has_features()) has = "vectors of features";
  if (!has.empty()) {
    const auto& [given, none] = first_transform(augment);
    throw usage_error(
        fmt::format("{} needs images of 1 or 3 channels, but {} has {}; set {}", given, data.set.name, has, none));
  }
  const int side = std::max(height, width);
  if (augment.cutout <= 2 * side - 2) return;
  throw usage_error(fmt::format("{0} = {1} always hides the whole image of {2}x{3} pixels; set {0} to at most {4}",
                                name_of(&settings::AugmentSettings::cutout), augment.cutout, height, width,
                                2 * side - 2));
}

/// Throws Error (usage) if an oracle is asked for and the data set has no balanced full set.
void check_oracle(const Config& resolved, const LoadedData& data) {
  const bool is_oracle = settings::read<settings::M2mSettings>(resolved).g_data == settings::GData::balanced;
  if (!settings::read<settings::Recipe>(resolved).translates() || !is_oracle || data.set.default_largest > 0)
    return;
  throw usage_error(
      fmt::format("m2m.g_data = 'balanced': {} is imbalanced as it comes, so there is no balanced full "
                  "set; set m2m.g_data = 'same'",
                  data.set.name));
}

/// check_fused(), with the name of the setting that the network's precision comes from.
void check_fused_network(const Config& resolved, const LoadedData& data, const std::string& precision) {
  if (!settings::read<settings::Recipe>(resolved).trains()) return;
  const train::TrialSettings settings = train::planned_settings(resolved);
  if (!settings.fused) return;
  const nn::NetworkSpec spec = train::network_spec(settings, data);
  std::string trouble = nn::fused_network_trouble(spec, precision);
  // The head is libtorch's, except in a translation.
  if (trouble.empty() && methods::translates_in_one_launch(resolved)) trouble = nn::fused_head_trouble(spec);
  if (trouble.empty()) return;
  throw usage_error(fmt::format("{0} = 'fused' {1}; set {0} = 'auto'", name_of(&TrainSettings::executor), trouble));
}

}  // namespace

void check_fused(const Config& resolved, const LoadedData& data) {
  check_fused_network(resolved, data, name_of(&TrainSettings::precision));
}

void check_fused_g(const Config& config_of_g, const LoadedData& data, bool has_own_precision) {
  check_fused_network(config_of_g, data,
                      has_own_precision ? name_of(&M2mSettings::g_precision) : name_of(&TrainSettings::precision));
}

void check_against_data(const Config& resolved, const LoadedData& data) {
  check_features(resolved, data);
  check_fused(resolved, data);
  check_random_label(resolved, data);
  check_oracle(resolved, data);
  check_tail(resolved, data);
  check_augmentation(resolved, data);
}

void check_g_against_data(const Config& config_of_g, const LoadedData& data) {
  check_features_of_g(config_of_g, data);
  check_tail(config_of_g, data);
}

std::vector<std::string> unfused_notices(const Config& resolved, int ranks) {
  const settings::Recipe recipe = settings::read<settings::Recipe>(resolved);
  if (!recipe.trains()) return {};
  const train::TrialSettings settings = train::planned_settings(resolved);
  if (!settings.fused) return {};
  std::vector<std::string> notices;
  const std::string& name = name_of(&TrainSettings::executor);
  if (settings::read<settings::AugmentSettings>(resolved).transforms() && recipe.translates()) {
    notices.push_back(
        fmt::format("{} = 'fused': a translation in one launch would gather seed images without augment.*; "
                    "translations are recorded steps instead",
                    name));
  }
  const std::string reason = train::unfused_steps_reason(settings, recipe, ranks);
  if (!reason.empty() && !recipe.is_second_stage())
    notices.push_back(fmt::format("{} = 'fused': {}; such steps run operation by operation", name, reason));
  return notices;
}

}  // namespace m2m::stages
