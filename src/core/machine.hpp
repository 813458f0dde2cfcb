#pragma once
// Facts about the machine and the moment, and how the process keeps memory that it has freed.
#include <string>

namespace m2m {

/// This host's name, "unknown" if the system does not say.
std::string host_name();

/// How many cores this process may run on: those of its affinity mask. A rank is often bound to one.
int affinity_cores();

/// The time as "2026-01-31T12:00:00.123Z".
std::string utc_now();

/// Bytes of a device. free: what further stages could have; used: the most that this process had in use since it
/// was last asked.
struct DeviceMemory {
  double free = 0;
  double used = 0;
};

/// MemAvailable of the host, and this process' resident memory; of the host even where a container has less. Zeros
/// where /proc says nothing.
DeviceMemory host_memory();

/// Bytes of memory that the host has, used or not; 0 where /proc says nothing.
double host_memory_size();

/// Has the C library keep up to 1 GiB of freed memory and take no tensor of up to 32 MiB straight from the system.
///
/// What is handed back to the system comes again page by page. A training step frees the same few dozen tensors of
/// 4 to 8 MiB, which took about a sixth of a float32 step of 128 CIFAR images; HDF5 frees what each data set is
/// compressed with, which took nine tenths of merging small results. Call once, before threads.
void keep_freed_memory();

}  // namespace m2m
