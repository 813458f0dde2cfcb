#include "core/allocation.hpp"

#include <malloc.h>

namespace m2m {

void keep_freed_memory() {
  ::mallopt(M_MMAP_THRESHOLD, 32 << 20);  // the most that the library takes
  ::mallopt(M_TRIM_THRESHOLD, 1 << 30);
}

}  // namespace m2m
