#pragma once
// Code of a thread block on tensor core tiles, written once for the GPU and for tests on a CPU.
//
// Such code is a template over Block. DeviceBlock (mma_device.cuh) is a block of a GPU; the EmulatedBlock of the
// tests runs the same code on a CPU and checks every access to memory. A Block has
//   Word, Real, Flag     a 32-bit word, a float, a bool of each of the 32 lanes of a warp
//   Global<T>            a pointer to device memory
//   PerWarp<T>           a T of each warp, kept from one each_warp to the next; [warp] is a warp's own
//   each_warp(f)         f(warp) for every warp; the warps run in any order
//   sync()               a barrier: what warps stored before it, all may load behind it
//   rank(), sync_pair()  of two blocks that share an image: 0 or 1, and a barrier of both
//   global(p, count)     a Global from a pointer to `count` values
// and its Warp the operations on tiles: a warp's matrices have 8 rows of 16 bytes, that is of 8 Bf16.
#include <cstdint>

#ifdef __CUDACC__
#define M2M_DEVICE __device__ __forceinline__
#define M2M_UNROLL _Pragma("unroll")
#define M2M_NO_UNROLL _Pragma("unroll 1")
#else
#define M2M_DEVICE inline
#define M2M_UNROLL
#define M2M_NO_UNROLL
#endif

namespace m2m::kernels {

inline constexpr int warp_lanes = 32;

/// 16 bytes of memory: the unit of wide loads.
struct alignas(16) Words4 {
  std::uint32_t of[4];
};

/// Four words of each lane: a 16x16 tile of Bf16 as fragment A of an mma, or 16 bytes of memory.
template <typename Word>
struct Quad {
  Word of[4];
};

/// The bytes of a tile of 16 rows (pixels) and 16 columns (channels) that a lane addresses, as load_matrices and
/// store_matrices expect it: row lane % 16, and the first or the second 8 channels.
template <typename Warp>
M2M_DEVICE auto tile_row(const Warp& warp) {
  return warp.lane() & 15U;
}
template <typename Warp>
M2M_DEVICE auto tile_half(const Warp& warp) {
  return warp.lane() >> 4;
}

/// Spreads `count` items over the threads of the block: f(warp, item, is_item) for items 0, 1, ..; is_item is false
/// in lanes past the end. No barrier.
template <typename Block, typename Function>
M2M_DEVICE void for_each_item(Block& block, int count, Function f) {
  block.each_warp([&](auto& warp) {
    for (int first = warp.index() * warp_lanes; first < count; first += Block::warps * warp_lanes) {
      const auto item = warp.lane() + static_cast<std::uint32_t>(first);
      f(warp, item, item < static_cast<std::uint32_t>(count));
    }
  });
}

}  // namespace m2m::kernels
