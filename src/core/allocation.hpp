#pragma once
// How the process keeps memory that it has freed.

namespace m2m {

/// Has the C library keep up to 1 GiB of freed memory and take no tensor of up to 32 MiB straight from the system.
///
/// What is handed back to the system comes again page by page. A training step frees the same few dozen tensors of
/// 4 to 8 MiB, which took about a sixth of a float32 step of 128 CIFAR images; HDF5 frees what each data set is
/// compressed with, which took nine tenths of merging small results. Call once, before threads.
void keep_freed_memory();

}  // namespace m2m
