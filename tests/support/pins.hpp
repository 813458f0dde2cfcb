#pragma once
// Pins: answers of the program in JSON files of tests/pins, which a change of structure must not change.
#include <string>

#include "core/config.hpp"

namespace m2m::testing {

/// Flattens nested objects; a key is the path to a value: "settings > m2m.beta". An empty object counts as a value.
/// Pure.
Json leaves(const Json& json);

/// Leaves of `to` that differ from those of `from`; leaves that only `from` has are null. 20 and 20.0 differ. Pure.
Json changes(const Json& from, const Json& to);

/// Fails the test if tests/pins/NAME.json and `actual` differ, and lists the differences.
///
/// If M2M_RENEW_PINS is set, writes `actual` to the file instead and prints the differences; see
/// scripts/renew_pins.sh.
void expect_pinned(const std::string& name, const Json& actual);

}  // namespace m2m::testing
