#pragma once
// A checksum inside a JSON object, for files that other programs read as well.
#include <string>

#include "core/config.hpp"

namespace m2m::results {

/// The object as it will be read (a number that is none becomes null), with "checksum": the SHA-256 of its compact
/// text without that member. Pure.
Json with_checksum(const Json& object);

/// What is wrong with a parsed object; "" if it is as it was written, or has no checksum, as in files of earlier
/// versions. Pure.
std::string checksum_fault(const Json& object);

}  // namespace m2m::results
