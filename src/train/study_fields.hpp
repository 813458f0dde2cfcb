#pragma once
// Every setting of a study, and how those not given follow from those that are.
#include <vector>

#include "core/config.hpp"

namespace m2m::settings {

/// The rows of all rooms: method, seed, protocol, data.*, train.*, m2m.*, seeds.*.
std::vector<Field> study_fields();

/// Fills in every default: fixed ones, those of the protocol, epochs as fractions of train.epochs, seeds from
/// `seed`.
///
/// Throws Error (usage) on the impossible; the sentence begins with the name of the field to change. Pure.
Config resolve(const Config& given);

}  // namespace m2m::settings
