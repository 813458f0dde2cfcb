#pragma once
// The memory that interpreted kernels see, which checks every access.
//
// Refused are accesses outside of memory or unaligned, loads of what nobody stored, and races: two threads use a
// byte, one of them stores it, and nothing orders them. A byte that is loaded by the path for constants
// (ld.global.nc) must not be stored in that launch at all.
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "support/ptx/order.hpp"
#include "support/ptx/program.hpp"

namespace m2m::testing::ptx {

enum class Use { load, load_constant, store, add };

/// The last uses of a byte. added: by atomic instructions since it was stored.
struct ByteHistory {
  Uses stored, added, loaded;
  std::uint32_t constant_in = 0;  // the launch that loaded it as a constant

  bool operator==(const ByteHistory&) const = default;
};

/// Some bytes in a row, with the history of each.
class Region {
 public:
  /// name: what an error calls it. bytes: memory that outlives the region.
  Region(std::string name, Space space, std::byte* bytes, std::size_t size);

  const std::string& name() const { return name_; }
  Space space() const { return space_; }
  std::byte* bytes() const { return bytes_; }
  std::size_t size() const { return size_; }

  /// The bytes at `offset`. Throws std::runtime_error if the use is refused.
  std::byte* use(const Timeline& timeline, std::size_t offset, std::uint32_t count, Use use, const User& user);

  /// Marks bytes as stored by the host.
  void store_by_host(std::size_t offset, std::size_t count);

 private:
  void load(const Timeline& timeline, std::size_t offset, Use use, const User& user);
  void store(const Timeline& timeline, std::size_t offset, const User& user);
  void add(const Timeline& timeline, std::size_t offset, const User& user);
  /// Refuses the use unless the earlier ones are in front of it.
  void expect_before(const Timeline& timeline, const Uses& earlier, const Actor& now, std::size_t offset,
                     const char* use, const char* earlier_use) const;
  [[noreturn]] void refuse(std::size_t offset, const std::string& why) const;

  std::string name_;
  Space space_;
  std::byte* bytes_;
  std::size_t size_;
  std::vector<ByteHistory> history_;
};

/// The regions of device memory; addresses are those of the host.
class DeviceMemory {
 public:
  Region& add(std::string name, Space space, std::byte* bytes, std::size_t size);
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
