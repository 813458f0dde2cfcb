#pragma once
// The memory that interpreted kernels see, which checks every access.
//
// Refused are accesses outside of memory or unaligned, loads of what nobody stored, and races: two threads use a
// byte, one of them stores it, and nothing orders them. Threads of a block are ordered by its barriers, blocks of a
// cluster by those of the cluster, launches by their sequence; two other blocks of a launch are never ordered. A
// byte that is loaded by the path for constants (ld.global.nc) must not be stored in that launch at all.
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace m2m::testing::ptx {

/// When something happens: in which launch, block and interval between barriers.
struct Moment {
  std::uint32_t launch = 0, cluster = 0, block = 0, interval = 0, cluster_interval = 0;
};

/// A thread at a moment; moment: its number in Timeline.
struct Actor {
  std::uint32_t moment = 0;
  std::uint16_t warp = 0, lane = 0;
};

/// The moments so far, by number; 0 is the time before any launch.
class Timeline {
 public:
  std::uint32_t add(const Moment& moment);
  const Moment& operator[](std::uint32_t number) const { return moments_[number]; }

  /// True if a barrier or a new launch lies between the two, or they are of one warp, which is taken as ordered.
  bool is_ordered(const Actor& before, const Actor& now) const;

  /// The same of a use by several blocks, the last of which is `before`.
  bool is_ordered_for_all(const Actor& before, const Actor& now) const;

  bool is_same_block(const Actor& a, const Actor& b) const;

 private:
  std::vector<Moment> moments_{1};
};

enum class Use { load, load_constant, store, add };

/// The last uses of a byte.
struct ByteHistory {
  Actor stored, loaded;
  bool is_stored = false, is_loaded = false, is_added = false;
  bool is_loaded_by_warps = false, is_loaded_by_blocks = false;  // several that nothing orders
  std::uint32_t constant_in = 0;                                 // the launch that loaded it as a constant
};

/// Some bytes in a row, with the history of each.
class Region {
 public:
  /// name: what an error calls it. bytes: memory that outlives the region.
  Region(std::string name, std::byte* bytes, std::size_t size);

  std::byte* bytes() const { return bytes_; }
  std::size_t size() const { return size_; }

  /// The bytes at `offset`. Throws std::runtime_error if the use is refused.
  std::byte* use(const Timeline& timeline, std::size_t offset, std::uint32_t count, Use use, const Actor& actor);

  /// Marks bytes as stored by the host.
  void store_by_host(std::size_t offset, std::size_t count);

 private:
  void load(const Timeline& timeline, std::size_t offset, Use use, const Actor& actor);
  void store(const Timeline& timeline, std::size_t offset, Use use, const Actor& actor);
  [[noreturn]] void refuse(std::size_t offset, const std::string& why) const;

  std::string name_;
  std::byte* bytes_;
  std::size_t size_;
  std::vector<ByteHistory> history_;
};

/// The regions of device memory; addresses are those of the host.
class DeviceMemory {
 public:
  Region& add(std::string name, std::byte* bytes, std::size_t size);
  void remove(const std::byte* bytes);

  /// The region that an address lies in. Throws std::runtime_error if there is none.
  Region& find(std::uint64_t address, std::uint32_t count);

  /// As find; null if there is none.
  Region* find_or_null(std::uint64_t address);

 private:
  std::map<std::uint64_t, Region> regions_;
  Region* last_ = nullptr;
};

}  // namespace m2m::testing::ptx
