#pragma once
// Facts about the machine and the moment.
#include <string>

namespace m2m {

/// This host's name, "unknown" if the system does not say.
std::string host_name();

/// How many cores this process may run on: those of its affinity mask. A rank is often bound to one.
int affinity_cores();

/// The time as "2026-01-31T12:00:00.123Z".
std::string utc_now();

}  // namespace m2m
