#include "settings/sharpness_settings.hpp"

namespace m2m::settings {
namespace {

Condition sharpness_is(const std::vector<Sharpness>& kinds) {
  Condition condition{"train.sharpness", {}};
  for (const Sharpness kind : kinds) condition.values.push_back(to_text(kind));
  return condition;
}

}  // namespace

template <>
const Rows<SharpnessSettings>& rows<SharpnessSettings>() {
  static const Rows<SharpnessSettings> all = {
      setting("train.sharpness", &SharpnessSettings::kind)
          .silent_at_default()
          .help("Sharpness-aware minimisation, of f and g: SAM, adaptive SAM, or ImbSAM for the tail classes. An "
                "update takes two passes, of ImbSAM three."),
      setting("sam.rho", &SharpnessSettings::rho)
          .derived()
          .range(0, 100)
          .acts_if(sharpness_is({Sharpness::sam, Sharpness::asam, Sharpness::imbsam}))
          .help("Radius of the perturbation of the weights; by default 0.05, for asam 0.5."),
      setting("asam.eta", &SharpnessSettings::eta)
          .range(0, 100)
          .acts_if(sharpness_is({Sharpness::asam}))
          .help("ASAM: added to the size of a weight, which scales its part of the perturbation."),
      setting("imbsam.tail_below", &SharpnessSettings::tail_below)
          .unit("images")
          .range(1, 1e9)
          .acts_if(sharpness_is({Sharpness::imbsam}))
          .help("ImbSAM: classes with fewer training samples than this are the tail."),
  };
  return all;
}

}  // namespace m2m::settings
