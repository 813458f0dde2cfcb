#include "support/ptx/memory.hpp"

#include <stdexcept>
#include <utility>

namespace m2m::testing::ptx {
namespace {

/// Those whose use is in front.
std::string users(const Uses& uses) {
  switch (uses.scope) {
    case Scope::warp:
      return "several threads of warp " + std::to_string(uses.last.warp());
    case Scope::block:
      return "several warps";
    case Scope::cluster:
    case Scope::launch:
      return "several blocks";
    default:
      return "thread " + std::to_string(uses.last.thread());
  }
}

}  // namespace

Region::Region(std::string name, Space space, std::byte* bytes, std::size_t size)
    : name_(std::move(name)), space_(space), bytes_(bytes), size_(size), history_(size) {}

std::byte* Region::use(const Timeline& timeline, std::size_t offset, std::uint32_t count, Use use,
                       const User& user) {
  if (offset > size_ || count > size_ - offset)
    refuse(offset, "is outside of its " + std::to_string(size_) + " bytes");
  if (reinterpret_cast<std::uintptr_t>(bytes_ + offset) % count != 0)
    refuse(offset, "is not aligned to the " + std::to_string(count) + " bytes that are used there");
  // A byte with the history of one that has been looked at gets what that one got.
  ByteHistory before;
  const ByteHistory* after = nullptr;
  for (std::size_t i = offset; i < offset + count; ++i) {
    ByteHistory& byte = history_[i];
    // What this thread, or several of its warp, have loaded since the last meeting has been looked at.
    if (use == Use::load && byte.loaded.hold(user.as_loading)) continue;
    if (after != nullptr && byte == before) {
      byte = *after;
      continue;
    }
    before = byte;
    after = &byte;
    switch (use) {
      case Use::load:
      case Use::load_constant:
        load(timeline, i, use, user);
        break;
      case Use::store:
        store(timeline, i, user);
        break;
      case Use::add:
        add(timeline, i, user);
        break;
    }
  }
  return bytes_ + offset;
}

void Region::expect_before(const Timeline& timeline, const Uses& earlier, const Actor& now, std::size_t offset,
                           const char* use, const char* earlier_use) const {
  if (earlier.are_before(timeline, now)) return;
  refuse(offset, std::string("is ") + use + ", and nothing orders that behind the " + earlier_use + " by " +
                     users(earlier));
}

void Region::load(const Timeline& timeline, std::size_t offset, Use use, const User& user) {
  ByteHistory& byte = history_[offset];
  if (byte.stored.are_none()) refuse(offset, "is loaded before anything is stored there");
  expect_before(timeline, byte.stored, user.as_storing, offset, "loaded", "store");
  expect_before(timeline, byte.added, user.as_storing, offset, "loaded", "addition");
  const std::uint32_t launch = timeline[user.as_loading.moment()].launch;
  if (use == Use::load_constant) {
    if (byte.stored.last.moment() != 0 && timeline[byte.stored.last.moment()].launch == launch)
      refuse(offset, "is loaded as a constant in the launch that stored it");
    byte.constant_in = launch;
  }
  byte.loaded.add(timeline, user.as_loading);
}

void Region::store(const Timeline& timeline, std::size_t offset, const User& user) {
  ByteHistory& byte = history_[offset];
  expect_before(timeline, byte.stored, user.as_storing, offset, "stored", "store");
  expect_before(timeline, byte.added, user.as_storing, offset, "stored", "addition");
  expect_before(timeline, byte.loaded, user.as_loading, offset, "stored", "load");
  if (byte.constant_in != 0 && byte.constant_in == timeline[user.as_loading.moment()].launch)
    refuse(offset, "is stored in the launch that loads it as a constant");
  byte.stored.replace(user.as_storing);
  byte.added = {};
}

void Region::add(const Timeline& timeline, std::size_t offset, const User& user) {
  ByteHistory& byte = history_[offset];
  if (byte.stored.are_none()) refuse(offset, "is added to before anything is stored there");
  expect_before(timeline, byte.stored, user.as_storing, offset, "added to", "store");
  expect_before(timeline, byte.loaded, user.as_loading, offset, "added to", "load");
  byte.added.add(timeline, user.as_storing);
}

void Region::store_by_host(std::size_t offset, std::size_t count) {
  if (offset > size_ || count > size_ - offset)
    refuse(offset, "is outside of its " + std::to_string(size_) + " bytes");
  for (std::size_t i = offset; i < offset + count; ++i) {
    history_[i] = {};
    history_[i].stored.replace({});
  }
}

void Region::refuse(std::size_t offset, const std::string& why) const {
  throw std::runtime_error(name_ + ": byte " + std::to_string(offset) + " " + why);
}

Region& DeviceMemory::add(std::string name, Space space, std::byte* bytes, std::size_t size) {
  last_ = nullptr;
  return regions_.emplace(reinterpret_cast<std::uintptr_t>(bytes), Region(std::move(name), space, bytes, size))
      .first->second;
}

void DeviceMemory::remove(const std::byte* bytes) {
  last_ = nullptr;
  regions_.erase(reinterpret_cast<std::uintptr_t>(bytes));
}

Region* DeviceMemory::find_or_null(std::uint64_t address) {
  const auto holds = [&](const Region& region) {
    const auto begin = reinterpret_cast<std::uintptr_t>(region.bytes());
    return address >= begin && address - begin < region.size();
  };
  if (last_ != nullptr && holds(*last_)) return last_;
  auto found = regions_.upper_bound(address);
  if (found == regions_.begin()) return nullptr;
  --found;
  if (!holds(found->second)) return nullptr;
  last_ = &found->second;
  return last_;
}

Region& DeviceMemory::find(std::uint64_t address, std::uint32_t count) {
  if (Region* region = find_or_null(address)) return *region;
  throw std::runtime_error("device memory: " + std::to_string(count) + " bytes at address " +
                           std::to_string(address) + " lie in nothing that was allocated");
}

}  // namespace m2m::testing::ptx
