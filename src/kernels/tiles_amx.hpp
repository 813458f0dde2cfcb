#pragma once
// The eight tile registers of the processor. tiles_plain.hpp documents the functions.
//
// In inline assembly: GCC's intrinsics need the number of a register as a literal, so no template can choose it.
#include <cstdint>

#define M2M_TILES  // the loops check that tiles are included before them

namespace m2m::kernels {
namespace {

/// Sets up this thread's tiles, and gives them back: a thread that holds tiles is slower to switch.
class Tiles {
 public:
  Tiles() {
    Configuration whole_tiles{};
    whole_tiles.palette = 1;
    for (int tile = 0; tile < 8; ++tile) {
      whole_tiles.rows[tile] = 16;
      whole_tiles.row_bytes[tile] = 64;
    }
    asm volatile("ldtilecfg %0" : : "m"(whole_tiles));
  }
  ~Tiles() { asm volatile("tilerelease"); }
  Tiles(const Tiles&) = delete;
  Tiles& operator=(const Tiles&) = delete;

  template <int tile>
  [[gnu::always_inline]] void clear() {
    asm volatile("tilezero %%tmm%c0" : : "i"(tile));
  }
  template <int tile>
  [[gnu::always_inline]] void load(const void* from, std::int64_t stride) {
    asm volatile("tileloadd (%0,%1,1), %%tmm%c2" : : "r"(from), "r"(stride), "i"(tile) : "memory");
  }
  template <int tile>
  [[gnu::always_inline]] void store(float* to) const {
    asm volatile("tilestored %%tmm%c2, (%0,%1,1)" : : "r"(to), "r"(std::int64_t{64}), "i"(tile) : "memory");
  }
  template <int sums, int a, int b>
  [[gnu::always_inline]] void add_products() {
    asm volatile("tdpbf16ps %%tmm%c2, %%tmm%c1, %%tmm%c0" : : "i"(sums), "i"(a), "i"(b));
  }

 private:
  /// As the processor reads it.
  struct Configuration {
    std::uint8_t palette, start_row, reserved[14];
    std::uint16_t row_bytes[16];
    std::uint8_t rows[16];
  };
  static_assert(sizeof(Configuration) == 64);
};

}  // namespace
}  // namespace m2m::kernels
