#pragma once
// Thread blocks of a GPU for the code on tiles: compute capability 8.0 and newer.
#include <cuda_bf16.h>

#include "kernels/mma_tiles.hpp"

namespace m2m::kernels {

/// A warp, seen from one of its lanes.
class DeviceWarp {
 public:
  using Word = std::uint32_t;
  using Real = float;
  using Flag = bool;

  M2M_DEVICE int index() const { return static_cast<int>(threadIdx.x) / warp_lanes; }
  M2M_DEVICE Word lane() const { return threadIdx.x % warp_lanes; }

  template <typename T>
  M2M_DEVICE static T select(Flag condition, T if_true, T if_false) {
    return condition ? if_true : if_false;
  }

  /// Four 8x8 matrices; lane i gives the address of row i % 8 of matrix i / 8.
  M2M_DEVICE Quad<Word> load_matrices(Word address) const {
    Quad<Word> tile;
    asm volatile("ldmatrix.sync.aligned.m8n8.x4.shared.b16 {%0,%1,%2,%3}, [%4];"
                 : "=r"(tile.of[0]), "=r"(tile.of[1]), "=r"(tile.of[2]), "=r"(tile.of[3])
                 : "r"(address)
                 : "memory");
    return tile;
  }

  /// As load_matrices, each matrix transposed: lane 4 i + j gets the values of rows 2 j and 2 j + 1 in column i.
  M2M_DEVICE Quad<Word> load_matrices_transposed(Word address) const {
    Quad<Word> tile;
    asm volatile("ldmatrix.sync.aligned.m8n8.x4.trans.shared.b16 {%0,%1,%2,%3}, [%4];"
                 : "=r"(tile.of[0]), "=r"(tile.of[1]), "=r"(tile.of[2]), "=r"(tile.of[3])
                 : "r"(address)
                 : "memory");
    return tile;
  }

  /// The reverse of load_matrices. Before compute capability 9.0 word by word.
  M2M_DEVICE void store_matrices(Word address, const Quad<Word>& tile) const {
#if __CUDA_ARCH__ >= 900
    asm volatile("stmatrix.sync.aligned.m8n8.x4.shared.b16 [%0], {%1,%2,%3,%4};" ::"r"(address), "r"(tile.of[0]),
                 "r"(tile.of[1]), "r"(tile.of[2]), "r"(tile.of[3])
                 : "memory");
#else
    __syncwarp();  // other lanes may have loaded what is overwritten, and a shuffle orders no memory
    M2M_UNROLL
    for (int matrix = 0; matrix < 4; ++matrix) {
      const Word row = __shfl_sync(all_lanes, address, matrix * 8 + lane() / 4);
      asm volatile("st.shared.u32 [%0], %1;" ::"r"(row + lane() % 4 * 4), "r"(tile.of[matrix]) : "memory");
    }
#endif
  }

  /// sums += a b: a is a tile of 16 rows and 16 columns, b0 and b1 the upper and lower 8 of 16 rows of 8 columns.
  M2M_DEVICE void multiply_add(Real (&sums)[4], const Quad<Word>& a, Word b0, Word b1) const {
    asm volatile(
        "mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32 {%0,%1,%2,%3}, {%4,%5,%6,%7}, {%8,%9}, "
        "{%0,%1,%2,%3};"
        : "+f"(sums[0]), "+f"(sums[1]), "+f"(sums[2]), "+f"(sums[3])
        : "r"(a.of[0]), "r"(a.of[1]), "r"(a.of[2]), "r"(a.of[3]), "r"(b0), "r"(b1));
  }

  M2M_DEVICE Quad<Word> load_shared16(Word address, Flag active) const {
    Quad<Word> v{};
    if (active)
      asm volatile("ld.shared.v4.u32 {%0,%1,%2,%3}, [%4];"
                   : "=r"(v.of[0]), "=r"(v.of[1]), "=r"(v.of[2]), "=r"(v.of[3])
                   : "r"(address)
                   : "memory");
    return v;
  }
  M2M_DEVICE void store_shared16(Word address, const Quad<Word>& v, Flag active) const {
    if (active)
      asm volatile("st.shared.v4.u32 [%0], {%1,%2,%3,%4};" ::"r"(address), "r"(v.of[0]), "r"(v.of[1]), "r"(v.of[2]),
                   "r"(v.of[3])
                   : "memory");
  }
  M2M_DEVICE Word load_shared(Word address, Flag active) const {
    Word v = 0;
    if (active) asm volatile("ld.shared.u32 %0, [%1];" : "=r"(v) : "r"(address) : "memory");
    return v;
  }
  M2M_DEVICE void store_shared(Word address, Word v, Flag active) const {
    if (active) asm volatile("st.shared.u32 [%0], %1;" ::"r"(address), "r"(v) : "memory");
  }

  /// As load_shared, from the shared memory of the other block of a pair. Compute capability 9.0 and newer.
  M2M_DEVICE Word load_peer(Word address, Flag active) const {
    Word v = 0;
#if __CUDA_ARCH__ >= 900
    Word rank, there;
    asm("mov.u32 %0, %%cluster_ctarank;" : "=r"(rank));
    asm("mapa.shared::cluster.u32 %0, %1, %2;" : "=r"(there) : "r"(address), "r"(rank ^ 1U));
    if (active) asm volatile("ld.shared::cluster.u32 %0, [%1];" : "=r"(v) : "r"(there) : "memory");
#else
    __trap();                                                  // without clusters no pair is launched
#endif
    return v;
  }

  M2M_DEVICE Quad<Word> load16(const Words4* from, Word at) const {
    const uint4 v = __ldg(reinterpret_cast<const uint4*>(from) + at);
    return {{v.x, v.y, v.z, v.w}};
  }
  M2M_DEVICE void store16(Words4* to, Word at, const Quad<Word>& v) const {
    reinterpret_cast<uint4*>(to)[at] = {v.of[0], v.of[1], v.of[2], v.of[3]};
  }
  M2M_DEVICE Real load(const float* from, Word at, Flag active) const { return active ? __ldg(from + at) : 0.0F; }
  /// As load, of memory that the kernel changes.
  M2M_DEVICE Real read(const float* from, Word at, Flag active) const { return active ? from[at] : 0.0F; }
  M2M_DEVICE void store(float* to, Word at, Real v, Flag active) const {
    if (active) to[at] = v;
  }
  M2M_DEVICE Word load_word(const std::uint32_t* from, Word at) const { return from[at]; }
  M2M_DEVICE void store_word(std::uint32_t* to, Word at, Word v) const { to[at] = v; }

  /// f(value) of each active lane, else 0.
  template <typename Function>
  M2M_DEVICE Real map(Word value, Flag active, Function f) const {
    return active ? f(value) : 0.0F;
  }
  /// The value of the first lane, which all lanes have.
  M2M_DEVICE Real first_lane(Real v) const { return v; }
  /// Calls f() once, in the first lane.
  template <typename Function>
  M2M_DEVICE void once(Function f) const {
    if (lane() == 0) f();
  }

  /// Two Bf16 in a word, rounded to the nearest, ties to even.
  M2M_DEVICE Word pack(Real low, Real high) const {
    Word r;
    asm("cvt.rn.bf16x2.f32 %0, %1, %2;" : "=r"(r) : "f"(high), "f"(low));
    return r;
  }
  /// The same of max(value, 0).
  M2M_DEVICE Word pack_relu(Real low, Real high) const {
    Word r;
    asm("cvt.rn.relu.bf16x2.f32 %0, %1, %2;" : "=r"(r) : "f"(high), "f"(low));
    return r;
  }
  M2M_DEVICE Real as_real(Word bits) const { return __uint_as_float(bits); }
  M2M_DEVICE Word as_word(Real v) const { return __float_as_uint(v); }
  M2M_DEVICE Real low_half(Word v) const { return __uint_as_float(v << 16); }
  M2M_DEVICE Real high_half(Word v) const { return __uint_as_float(v & 0xffff0000U); }
  /// 0xffff in each half that is not 0 (NaN is not), for halves that are not negative.
  M2M_DEVICE Word nonzero_halves(Word v) const {
#if __CUDA_ARCH__ >= 900
    Word r;
    asm("set.neu.u32.bf16x2 %0, %1, %2;" : "=r"(r) : "r"(v), "r"(0U));
    return r;
#else
    return ((v + 0x7fff7fffU) >> 15 & 0x00010001U) * 0xffffU;  // a sum reaches bit 15 of its half unless v is 0
#endif
  }
  /// Bits i and i + 16, each widened to 16 bits: prmt with the sign of bytes 1 and 3.
  M2M_DEVICE Word spread_bits(Word bits, int i) const {
    Word r;
    asm("prmt.b32 %0, %1, 0, 0xbb99;" : "=r"(r) : "r"(bits << (15 - i)));
    return r;
  }

  /// Into [0, 1]; NaN stays NaN, so that the result of a lost gradient is not taken for an image.
  M2M_DEVICE Real clamp(Real v) const {
    Real r;
    asm("max.NaN.f32 %0, %1, 0f00000000;\nmin.NaN.f32 %0, %0, 0f3f800000;" : "=f"(r) : "f"(v));
    return r;
  }

  /// a * b rounded, never a part of a fused multiply-add.
  M2M_DEVICE Real product(Real a, Real b) const { return __fmul_rn(a, b); }
  M2M_DEVICE Real sqrt(Real v) const { return sqrtf(v); }
  M2M_DEVICE Real exp(Real v) const { return expf(v); }
  /// NaN if a or b is.
  M2M_DEVICE Real max(Real a, Real b) const {
    Real r;
    asm("max.NaN.f32 %0, %1, %2;" : "=f"(r) : "f"(a), "f"(b));
    return r;
  }
  M2M_DEVICE Real max_of_lanes(Real v) const {
    M2M_UNROLL
    for (int distance = 16; distance > 0; distance /= 2) v = fmaxf(v, __shfl_xor_sync(all_lanes, v, distance));
    return v;
  }

  /// The sum over the lanes, in each of them. Its order is fixed: pairs, then pairs of pairs.
  M2M_DEVICE Real sum(Real v) const {
    M2M_UNROLL
    for (int distance = 16; distance > 0; distance /= 2) v += __shfl_xor_sync(all_lanes, v, distance);
    return v;
  }
  /// The sum over the lanes that are equal modulo `stride`, a power of 2, in each of them; its order is fixed too.
  M2M_DEVICE Real sum_of_every(int stride, Real v) const {
    M2M_UNROLL
    for (int distance = 16; distance >= stride; distance /= 2) v += __shfl_xor_sync(all_lanes, v, distance);
    return v;
  }

 private:
  static constexpr unsigned all_lanes = 0xffffffffU;
};

/// A block of warp_count warps, seen from one of its threads.
template <int warp_count>
class DeviceBlock {
 public:
  using Warp = DeviceWarp;
  using Word = Warp::Word;
  using Real = Warp::Real;
  using Flag = Warp::Flag;
  template <typename T>
  using Global = T*;
  template <typename T>
  class PerWarp {
   public:
    M2M_DEVICE T& operator[](const Warp&) { return value_; }

   private:
    T value_;
  };
  static constexpr int warps = warp_count;

  template <typename Function>
  M2M_DEVICE void each_warp(Function f) {
    Warp warp;
    f(warp);
  }
  M2M_DEVICE void sync() const { __syncthreads(); }

  template <typename T>
  M2M_DEVICE static Global<T> global(T* first, int) {
    return first;
  }

  /// Of a cluster of two blocks, compute capability 9.0 and newer.
  M2M_DEVICE int rank() const {
    std::uint32_t rank = 0;
#if __CUDA_ARCH__ >= 900
    asm("mov.u32 %0, %%cluster_ctarank;" : "=r"(rank));
#else
    __trap();                                                  // without clusters no pair is launched
#endif
    return static_cast<int>(rank);
  }
  M2M_DEVICE void sync_pair() const {
#if __CUDA_ARCH__ >= 900
    asm volatile("barrier.cluster.arrive.release.aligned;\nbarrier.cluster.wait.acquire.aligned;" ::: "memory");
#else
    __trap();                                                  // without clusters no pair is launched
#endif
  }
};

}  // namespace m2m::kernels
