#pragma once
// Settings of images of pure noise in slots of rare classes (open.*).
#include "settings/words.hpp"

namespace m2m::settings {

/// The values of open.*.
struct NoiseSettings {
  double delta = 1.0 / 3;  // share of the slots of an infinitely rare class that show noise
};
template <>
const Rows<NoiseSettings>& rows<NoiseSettings>();

}  // namespace m2m::settings
