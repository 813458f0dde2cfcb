#pragma once
// Facts about the machine and the moment.
#include <string>

namespace m2m {

/// This host's name, "unknown" if the system does not say.
std::string host_name();

/// How many cores this process may run on: those of its affinity mask. A rank is often bound to one.
int affinity_cores();

/// Bytes of memory of a device. free: available for further work; used: the most that this process used since the
/// last call.
struct DeviceMemory {
  double free = 0;
  double used = 0;
};

/// MemAvailable of the host, and the resident memory of this process. A limit of a container is not considered.
/// Zeros if /proc gives no values. Thread-safe.
DeviceMemory host_memory();

/// Total memory of the host in bytes; 0 if /proc gives no value.
double host_memory_size();

/// The time as "2026-01-31T12:00:00.123Z".
std::string utc_now();

}  // namespace m2m
