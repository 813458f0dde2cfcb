#pragma once
// Facts about the machine, the time of day, and how the process keeps freed memory.
#include <string>

namespace m2m {

/// The name of this host; "unknown" if the system has none.
std::string host_name();

/// Number of cores in the affinity mask of this process; a rank is often bound to one.
int affinity_cores();

/// The current time in UTC, as "2026-01-31T12:00:00.123Z".
std::string utc_now();

/// Memory of a device, in bytes.
struct DeviceMemory {
  double free = 0;  // available to further stages
  double used = 0;  // largest use by this process since the last query
};

/// Memory of the host, or what the control groups of this process leave of it, and the resident memory of this
/// process. Zeros if /proc lacks them.
DeviceMemory host_memory();

/// Total memory of the host, or the limit of its control groups, in bytes; 0 if /proc lacks it.
double host_memory_size();

/// Makes the C library keep up to 1 GiB of freed memory, and reuse it for tensors of up to 32 MiB.
///
/// Memory returned to the system comes back page by page. A training step frees the same few dozen tensors of 4 to
/// 8 MiB, which took about a sixth of a float32 step of 128 CIFAR images. HDF5 frees the compression buffers of
/// each dataset, which took nine tenths of merging small results. Call once, before threads start.
void keep_freed_memory();

}  // namespace m2m
