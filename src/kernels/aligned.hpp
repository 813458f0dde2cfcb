#pragma once
// Vectors that begin with a cache line: no wide load of aligned rows then touches two.
#include <cstddef>
#include <new>
#include <vector>

namespace m2m::kernels {

template <typename T>
struct CacheLines {
  using value_type = T;
  static constexpr std::align_val_t line{64};

  CacheLines() = default;
  template <typename Other>
  CacheLines(const CacheLines<Other>&) {}

  T* allocate(std::size_t count) { return static_cast<T*>(::operator new(count * sizeof(T), line)); }
  void deallocate(T* memory, std::size_t) { ::operator delete(memory, line); }
  bool operator==(const CacheLines&) const = default;
};

template <typename T>
using Aligned = std::vector<T, CacheLines<T>>;

}  // namespace m2m::kernels
