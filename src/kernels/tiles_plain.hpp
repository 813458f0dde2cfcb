#pragma once
// Eight tile registers for any processor: 16 rows of 64 bytes each, that is 16 float32 or 32 Bf16.
#include <cstdint>

#include "kernels/storage.hpp"

#define M2M_TILES  // the loops check that tiles are included before them

namespace m2m::kernels {
namespace {

class Tiles {
 public:
  /// Sets all values to 0.
  template <int tile>
  void clear() {
    for (auto& row : registers_[tile].sums) {
      for (float& sum : row) sum = 0;
    }
  }
  /// Loads rows that lie `stride` bytes apart; 0: each row the same.
  template <int tile>
  void load(const void* from, std::int64_t stride) {
    for (int r = 0; r < rows; ++r) {
      __builtin_memcpy(&registers_[tile].sums[r], static_cast<const char*>(from) + r * stride, row_bytes);
    }
  }
  /// to: [16][16]
  template <int tile>
  void store(float* to) const {
    __builtin_memcpy(to, registers_[tile].sums, rows * row_bytes);
  }
  /// sums[m][n] += a[m][2 k] b[k][2 n] + a[m][2 k + 1] b[k][2 n + 1] over k; as in the manual of the
  /// processor, the even and the odd products are summed separately first.
  template <int sums, int a, int b>
  void add_products() {
    for (int m = 0; m < rows; ++m) {
      for (int n = 0; n < rows; ++n) {
        float even = 0, odd = 0;
        for (int k = 0; k < rows; ++k) {
          const Pair x = pair<a>(m, k), w = pair<b>(k, n);
          even = __builtin_fmaf(to_float(x.even), to_float(w.even), even);
          odd = __builtin_fmaf(to_float(x.odd), to_float(w.odd), odd);
        }
        registers_[sums].sums[m][n] += even + odd;
      }
    }
  }

 private:
  static constexpr int rows = 16, row_bytes = 64;
  struct Register {
    float sums[rows][rows];
  };
  struct Pair {
    Bf16 even, odd;
  };

  template <int tile>
  Pair pair(int row, int column) const {
    Pair found;
    __builtin_memcpy(&found, &registers_[tile].sums[row][column], sizeof found);
    return found;
  }

  Register registers_[8];
};

}  // namespace
}  // namespace m2m::kernels
