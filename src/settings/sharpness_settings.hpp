#pragma once
// Settings of sharpness-aware minimisation (train.sharpness, sam.*, asam.*, imbsam.*).
#include "settings/words.hpp"

namespace m2m::settings {

/// The values of train.sharpness and of its variants.
struct SharpnessSettings {
  Sharpness kind{};
  double rho = 0.05;             // radius of the perturbation
  double eta = 0.01;             // ASAM: added to the size of each weight
  std::int64_t tail_below = 20;  // ImbSAM: training samples that a tail class has fewer than

  /// Passes of a batch that an update takes.
  int passes() const {
    if (kind == Sharpness::none) return 1;
    return kind == Sharpness::imbsam ? 3 : 2;
  }
};
template <>
const Rows<SharpnessSettings>& rows<SharpnessSettings>();

}  // namespace m2m::settings
