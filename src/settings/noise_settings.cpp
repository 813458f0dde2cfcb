// The settings of images of noise, and checks of what they are combined with.
#include "settings/noise_settings.hpp"

#include <fmt/format.h>

#include "core/error.hpp"
#include "settings/recipe.hpp"
#include "settings/resolve.hpp"

namespace m2m::settings {

template <>
const Rows<NoiseSettings>& rows<NoiseSettings>() {
  static const Rows<NoiseSettings> all = {
      setting("open.delta", &NoiseSettings::delta)
          .range(0, 1)
          .acts_if({"recipe.noise_images", {to_text(NoiseImages::open)}})
          .silent_at_default()
          .help("OPeN: a slot of class k shows noise with probability delta * (1 - N_k / N_1)."),
  };
  return all;
}

void check_noise_images(const Config& resolved) {
  const auto recipe = read<Recipe>(resolved);
  if (!recipe.trains() || !recipe.adds_noise()) return;
  if (recipe.translates()) {
    throw usage_error(
        "recipe.noise_images = 'open' and recipe.translate = 'm2m': both would fill the same slots; set "
        "recipe.noise_images = 'none', or recipe.translate = 'none'");
  }
  if (recipe.mixing != Mixing::none) {
    throw usage_error(
        fmt::format("recipe.noise_images = 'open' and recipe.mixing = '{}': batch norm has no statistics for a "
                    "mixture of noise with an image; set recipe.noise_images = 'none', or recipe.mixing = 'none'",
                    to_text(recipe.mixing)));
  }
  if (recipe.is_second_stage()) {
    throw usage_error(
        "recipe.noise_images = 'open': a second stage has frozen features; set recipe.noise_images = 'none'");
  }
}

}  // namespace m2m::settings
