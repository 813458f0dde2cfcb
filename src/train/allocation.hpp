#pragma once
// How the process keeps memory that tensors give back.

namespace m2m {

/// Has the C library keep up to 1 GiB of freed memory and take no tensor of up to 32 MiB straight from the system.
///
/// A training step allocates and frees the same few dozen tensors of 4 to 8 MiB; handed back to the system each
/// time, they come again page by page, which took about a sixth of a float32 step of 128 CIFAR images. Call once,
/// before threads.
void keep_freed_memory();

}  // namespace m2m
