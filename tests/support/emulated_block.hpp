#pragma once
// A thread block of a GPU, run on a CPU warp by warp, that checks every access to memory.
//
// It throws std::logic_error if code on tiles loads or stores outside of memory or unaligned, loads shared memory
// that was never written, stores one address from two lanes at once, or races: if, between two barriers, a warp
// stores what another one loads or stores. It counts products and bank conflicts. Two blocks that read each other's
// memory are in emulated_pair.hpp.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <map>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

#include "kernels/mma_tiles.hpp"
#include "kernels/storage.hpp"
#include "support/emulated_memory.hpp"
#include "support/warp_value.hpp"

namespace m2m::testing {

/// What a block has done.
struct BlockCounts {
  std::int64_t products = 0;   // mma
  std::int64_t conflicts = 0;  // accesses to 16 bytes that wait for another one's banks
};

/// The warp of DeviceBlock (kernels/mma_device.cuh), emulated.
class EmulatedWarp {
 public:
  using Word = WarpValue<std::uint32_t>;
  using Real = WarpValue<float>;
  using Flag = WarpValue<bool>;
  using Quad = kernels::Quad<Word>;

  /// peer: the memory of the other block of a pair, or null.
  EmulatedWarp(int index, SharedMemory& shared, SharedMemory* peer, BlockCounts& counts)
      : index_(index), shared_(&shared), peer_(peer), counts_(&counts) {}

  int index() const { return index_; }
  Word lane() const {
    Word lanes;
    for (std::uint32_t i = 0; i < 32; ++i) lanes[i] = i;
    return lanes;
  }
  template <typename T>
  static T select(const Flag& condition, const T& if_true, const T& if_false) {
    T chosen;
    for (std::size_t i = 0; i < 32; ++i) chosen[i] = condition[i] ? if_true[i] : if_false[i];
    return chosen;
  }

  Quad load_matrices(const Word& address) const {
    Quad tile;
    count_conflicts(address, Flag(true));
    for (std::size_t matrix = 0; matrix < 4; ++matrix) {
      for (std::size_t lane = 0; lane < 32; ++lane) {
        const std::uint32_t row = aligned16(address[matrix * 8 + lane / 4]);
        tile.of[matrix][lane] = shared_->load(row + static_cast<std::uint32_t>(lane % 4 * 4), index_);
      }
    }
    return tile;
  }
  Quad load_matrices_transposed(const Word& address) const {
    Quad tile;
    count_conflicts(address, Flag(true));
    for (std::size_t matrix = 0; matrix < 4; ++matrix) {
      for (std::size_t lane = 0; lane < 32; ++lane) {
        const std::size_t row = matrix * 8 + lane % 4 * 2, column = lane / 4;
        tile.of[matrix][lane] = half_at(address[row], column) | half_at(address[row + 1], column) << 16;
      }
    }
    return tile;
  }
  void store_matrices(const Word& address, const Quad& tile) const {
    count_conflicts(address, Flag(true));
    refuse_same(address, Flag(true));
    for (std::size_t matrix = 0; matrix < 4; ++matrix) {
      for (std::size_t lane = 0; lane < 32; ++lane) {
        const std::uint32_t row = aligned16(address[matrix * 8 + lane / 4]);
        shared_->store(row + static_cast<std::uint32_t>(lane % 4 * 4), tile.of[matrix][lane], index_);
      }
    }
  }

  /// As the PTX manual defines mma.m16n8k16: lane 4 g + t holds row g (and g + 8) of a, column g of b.
  void multiply_add(Real (&sums)[4], const Quad& a, const Word& b0, const Word& b1) const {
    ++counts_->products;
    float left[16][16], right[16][8];
    for (std::size_t lane = 0; lane < 32; ++lane) {
      const std::size_t g = lane / 4, t = lane % 4 * 2;
      for (std::size_t q = 0; q < 4; ++q) unpack(a.of[q][lane], &left[g + q % 2 * 8][t + q / 2 * 8], 1);
      unpack(b0[lane], &right[t][g], 8);
      unpack(b1[lane], &right[t + 8][g], 8);
    }
    for (std::size_t row = 0; row < 16; ++row) {
      for (std::size_t column = 0; column < 8; ++column) {
        float sum = 0;
        for (std::size_t k = 0; k < 16; ++k) sum += left[row][k] * right[k][column];
        sums[row / 8 * 2 + column % 2][row % 8 * 4 + column / 2] += sum;
      }
    }
  }

  Quad load_shared16(const Word& address, const Flag& active) const {
    Quad loaded;
    count_conflicts(address, active);
    for_each_active(active, [&](std::size_t lane) {
      for (std::size_t i = 0; i < 4; ++i)
        loaded.of[i][lane] = shared_->load(aligned16(address[lane]) + static_cast<std::uint32_t>(4 * i), index_);
    });
    return loaded;
  }
  void store_shared16(const Word& address, const Quad& value, const Flag& active) const {
    count_conflicts(address, active);
    refuse_same(address, active);
    for_each_active(active, [&](std::size_t lane) {
      for (std::size_t i = 0; i < 4; ++i)
        shared_->store(aligned16(address[lane]) + static_cast<std::uint32_t>(4 * i), value.of[i][lane], index_);
    });
  }
  Word load_shared(const Word& address, const Flag& active) const {
    Word loaded;
    for_each_active(active, [&](std::size_t lane) { loaded[lane] = shared_->load(address[lane], index_); });
    return loaded;
  }
  void store_shared(const Word& address, const Word& value, const Flag& active) const {
    refuse_same(address, active);
    for_each_active(active, [&](std::size_t lane) { shared_->store(address[lane], value[lane], index_); });
  }

  Word load_peer(const Word& address, const Flag& active) const {
    if (peer_ == nullptr) throw std::logic_error("a block without another one loads from it");
    Word loaded;
    for_each_active(active, [&](std::size_t lane) { loaded[lane] = peer_->load_by_peer(address[lane]); });
    return loaded;
  }

  Quad load16(const CheckedPointer<const kernels::Words4>& from, const Word& at) const {
    Quad loaded;
    for (std::size_t lane = 0; lane < 32; ++lane) {
      for (std::size_t i = 0; i < 4; ++i) loaded.of[i][lane] = from.at(at[lane]).of[i];
    }
    return loaded;
  }
  void store16(const CheckedPointer<kernels::Words4>& to, const Word& at, const Quad& value) const {
    for (std::size_t lane = 0; lane < 32; ++lane) {
      for (std::size_t i = 0; i < 4; ++i) to.at(at[lane]).of[i] = value.of[i][lane];
    }
  }
  Real load(const CheckedPointer<const float>& from, const Word& at, const Flag& active) const {
    Real loaded;
    for_each_active(active, [&](std::size_t lane) { loaded[lane] = from.at(at[lane]); });
    return loaded;
  }
  Real read(const CheckedPointer<const float>& from, const Word& at, const Flag& active) const {
    Real loaded;
    for_each_active(active, [&](std::size_t lane) { loaded[lane] = from.at(at[lane]); });
    return loaded;
  }
  void store(const CheckedPointer<float>& to, const Word& at, const Real& value, const Flag& active) const {
    for_each_active(active, [&](std::size_t lane) { to.at(at[lane]) = value[lane]; });
  }
  Word load_word(const CheckedPointer<std::uint32_t>& from, const Word& at) const {
    Word loaded;
    for (std::size_t lane = 0; lane < 32; ++lane) loaded[lane] = from.at(at[lane]);
    return loaded;
  }
  void store_word(const CheckedPointer<std::uint32_t>& to, const Word& at, const Word& value) const {
    for (std::size_t lane = 0; lane < 32; ++lane) to.at(at[lane]) = value[lane];
  }

  template <typename Function>
  Real map(const Word& value, const Flag& active, Function f) const {
    Real mapped;
    for_each_active(active, [&](std::size_t lane) { mapped[lane] = f(value[lane]); });
    return mapped;
  }
  float first_lane(const Real& v) const { return v[0]; }
  template <typename Function>
  void once(Function f) const {
    f();
  }

  Word pack(const Real& low, const Real& high) const {
    return lane_by_lane(low, high, [](float l, float h) {
      return std::uint32_t{kernels::to_bf16(l).bits} | std::uint32_t{kernels::to_bf16(h).bits} << 16;
    });
  }
  Word pack_relu(const Real& low, const Real& high) const { return pack(positive_part(low), positive_part(high)); }
  Real as_real(const Word& bits) const {
    return each_lane(bits, [](std::uint32_t x) { return real_of(x); });
  }
  Word as_word(const Real& v) const {
    return each_lane(v, [](float x) { return word_of(x); });
  }
  Real low_half(const Word& v) const { return as_real(v << 16U); }
  Real high_half(const Word& v) const { return as_real(v & 0xffff0000U); }
  Word nonzero_halves(const Word& v) const {
    return each_lane(v, [](std::uint32_t x) {
      return ((x & 0x7fffU) != 0 ? 0xffffU : 0U) | ((x & 0x7fff0000U) != 0 ? 0xffff0000U : 0U);
    });
  }
  Word spread_bits(const Word& bits, int i) const {
    return each_lane(bits, [i](std::uint32_t x) {
      return ((x >> i & 1U) != 0 ? 0xffffU : 0U) | ((x >> (i + 16) & 1U) != 0 ? 0xffff0000U : 0U);
    });
  }
  Real clamp(const Real& v) const {
    return each_lane(v, [](float x) { return std::clamp(x, 0.0F, 1.0F); });  // keeps NaN
  }
  Real product(const Real& a, const Real& b) const { return a * b; }
  Real sqrt(const Real& v) const {
    return each_lane(v, [](float x) { return std::sqrt(x); });
  }
  Real exp(const Real& v) const {
    return each_lane(v, [](float x) { return std::exp(x); });
  }
  Real max(const Real& a, const Real& b) const {
    return lane_by_lane(a, b, [](float x, float y) { return std::isnan(x) || x > y ? x : y; });
  }
  Real max_of_lanes(const Real& v) const { return *std::max_element(v.of.begin(), v.of.end()); }
  Real sum(const Real& v) const { return sum_of_every(1, v); }
  Real sum_of_every(int stride, const Real& v) const {
    Real sums = v;
    for (std::size_t distance = 16; distance >= static_cast<std::size_t>(stride); distance /= 2) {
      const Real before = sums;
      for (std::size_t lane = 0; lane < 32; ++lane) sums[lane] = before[lane] + before[lane ^ distance];
    }
    return sums;
  }

 private:
  /// The 16 bits of a column of a matrix, in the row at `row`.
  std::uint32_t half_at(std::uint32_t row, std::size_t column) const {
    const std::uint32_t word = shared_->load(aligned16(row) + static_cast<std::uint32_t>(column / 2 * 4), index_);
    return word >> column % 2 * 16 & 0xffffU;
  }
  static float real_of(std::uint32_t word) {
    float real;
    std::memcpy(&real, &word, sizeof real);
    return real;
  }
  static std::uint32_t word_of(float real) {
    std::uint32_t word;
    std::memcpy(&word, &real, sizeof word);
    return word;
  }
  static void unpack(std::uint32_t word, float* to, std::ptrdiff_t stride) {
    to[0] = real_of(word << 16);
    to[stride] = real_of(word & 0xffff0000U);
  }
  static Real positive_part(const Real& v) {
    return each_lane(v, [](float x) { return std::isnan(x) || x > 0 ? x : 0.0F; });
  }
  static std::uint32_t aligned16(std::uint32_t address) {
    if (address % 16 != 0) throw std::logic_error("16 bytes at address " + std::to_string(address));
    return address;
  }
  template <typename F>
  static void for_each_active(const Flag& active, F f) {
    for (std::size_t lane = 0; lane < 32; ++lane) {
      if (active[lane]) f(lane);
    }
  }
  static void refuse_same(const Word& address, const Flag& active) {
    std::map<std::uint32_t, std::size_t> seen;
    for_each_active(active, [&](std::size_t lane) {
      if (!seen.emplace(address[lane], lane).second) throw std::logic_error("two lanes store one address");
    });
  }
  /// The rows of a matrix, and the 16 bytes of each 8 lanes, are taken at once if they lie in different groups of 4
  /// banks or in one place.
  void count_conflicts(const Word& address, const Flag& active) const {
    for (std::size_t eight = 0; eight < 32; eight += 8) {
      std::map<std::uint32_t, std::set<std::uint32_t>> of_banks;
      std::size_t most = 1;
      for (std::size_t lane = eight; lane < eight + 8; ++lane) {
        if (!active[lane]) continue;
        auto& addresses = of_banks[address[lane] / 16 % 8];
        addresses.insert(address[lane]);
        most = std::max(most, addresses.size());
      }
      counts_->conflicts += static_cast<std::int64_t>(most) - 1;
    }
  }

  int index_;
  SharedMemory *shared_, *peer_;
  BlockCounts* counts_;
};

/// A block of warp_count warps.
template <int warp_count>
class EmulatedBlock {
 public:
  using Warp = EmulatedWarp;
  using Word = Warp::Word;
  using Real = Warp::Real;
  using Flag = Warp::Flag;
  template <typename T>
  using Global = CheckedPointer<T>;
  template <typename T>
  class PerWarp {
   public:
    T& operator[](const Warp& warp) { return values_[static_cast<std::size_t>(warp.index())]; }

   private:
    std::array<T, warp_count> values_;
  };
  static constexpr int warps = warp_count;

  /// last_first: the warps run in the order from the last to the first.
  explicit EmulatedBlock(std::uint32_t shared_bytes, bool last_first = false)
      : shared(shared_bytes), last_first_(last_first) {}

  template <typename Function>
  void each_warp(Function f) {
    for (int i = 0; i < warp_count; ++i) {
      Warp warp(last_first_ ? warp_count - 1 - i : i, shared, peer_, counts);
      f(warp);
    }
  }
  void sync() { shared.next_interval(); }

  template <typename T>
  static Global<T> global(T* first, int count) {
    return {first, static_cast<std::size_t>(count)};
  }

  SharedMemory shared;
  BlockCounts counts;

 protected:
  SharedMemory* peer_ = nullptr;

 private:
  bool last_first_;
};

}  // namespace m2m::testing
