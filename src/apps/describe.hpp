#pragma once
// m2m-sweep describe: settings and methods, from their own rows.
#include <string>

#include "apps/training.hpp"

namespace m2m::apps {

/// A line per setting and the methods' names where `subject` is empty; else all about that setting or method.
/// Throws Error (usage), with the nearest name, where there is none of that name.
std::string describe(const Training& training, const std::string& subject);

}  // namespace m2m::apps
