#include "support/ptx/memory.hpp"

#include <stdexcept>
#include <utility>

namespace m2m::testing::ptx {
namespace {

std::string thread_of(const Actor& actor) { return "thread " + std::to_string(actor.warp * 32 + actor.lane); }

}  // namespace

std::uint32_t Timeline::add(const Moment& moment) {
  moments_.push_back(moment);
  return static_cast<std::uint32_t>(moments_.size() - 1);
}

bool Timeline::is_ordered(const Actor& before, const Actor& now) const {
  if (before.moment == now.moment) return before.warp == now.warp;
  const Moment &a = moments_[before.moment], &b = moments_[now.moment];
  if (a.launch != b.launch) return true;
  if (a.block == b.block) return a.interval != b.interval || before.warp == now.warp;
  return a.cluster == b.cluster && a.cluster_interval != b.cluster_interval;
}

bool Timeline::is_ordered_for_all(const Actor& before, const Actor& now) const {
  const Moment &a = moments_[before.moment], &b = moments_[now.moment];
  return a.launch != b.launch || (a.cluster == b.cluster && a.cluster_interval != b.cluster_interval);
}

bool Timeline::is_same_block(const Actor& a, const Actor& b) const {
  return moments_[a.moment].launch == moments_[b.moment].launch &&
         moments_[a.moment].block == moments_[b.moment].block;
}

namespace {

/// Notes which earlier loads a new one stands beside, rather than behind.
void note_several(const Timeline& timeline, ByteHistory& byte, const Actor& actor) {
  if (!byte.is_loaded || timeline[byte.loaded.moment].launch != timeline[actor.moment].launch) {
    byte.is_loaded_by_warps = byte.is_loaded_by_blocks = false;
    return;
  }
  const bool is_beside = !timeline.is_ordered(byte.loaded, actor),
             is_same_block = timeline.is_same_block(byte.loaded, actor);
  byte.is_loaded_by_warps =
      is_same_block && (is_beside || (byte.is_loaded_by_warps && byte.loaded.moment == actor.moment));
  byte.is_loaded_by_blocks = (!is_same_block && is_beside) ||
                             (byte.is_loaded_by_blocks && !timeline.is_ordered_for_all(byte.loaded, actor));
}

}  // namespace

Region::Region(std::string name, std::byte* bytes, std::size_t size)
    : name_(std::move(name)), bytes_(bytes), size_(size), history_(size) {}

std::byte* Region::use(const Timeline& timeline, std::size_t offset, std::uint32_t count, Use use,
                       const Actor& actor) {
  if (offset > size_ || count > size_ - offset)
    refuse(offset, "is outside of its " + std::to_string(size_) + " bytes");
  if (reinterpret_cast<std::uintptr_t>(bytes_ + offset) % count != 0)
    refuse(offset, "is not aligned to the " + std::to_string(count) + " bytes that are used there");
  for (std::size_t i = offset; i < offset + count; ++i) {
    if (use == Use::load || use == Use::load_constant) {
      load(timeline, i, use, actor);
    } else {
      store(timeline, i, use, actor);
    }
  }
  return bytes_ + offset;
}

void Region::load(const Timeline& timeline, std::size_t offset, Use use, const Actor& actor) {
  ByteHistory& byte = history_[offset];
  // What this warp loads again since the last barrier has been looked at.
  if (byte.is_loaded && byte.loaded.moment == actor.moment && byte.loaded.warp == actor.warp && use == Use::load)
    return;
  if (!byte.is_stored) refuse(offset, "is loaded before anything is stored there");
  if (!timeline.is_ordered(byte.stored, actor))
    refuse(offset, "is loaded, and nothing orders that behind the store by " + thread_of(byte.stored));
  const std::uint32_t launch = timeline[actor.moment].launch;
  if (use == Use::load_constant) {
    if (byte.stored.moment != 0 && timeline[byte.stored.moment].launch == launch)
      refuse(offset, "is loaded as a constant in the launch that stored it");
    byte.constant_in = launch;
  }
  note_several(timeline, byte, actor);
  byte.is_loaded = true;
  byte.loaded = actor;
}

void Region::store(const Timeline& timeline, std::size_t offset, Use use, const Actor& actor) {
  ByteHistory& byte = history_[offset];
  const bool both_add = use == Use::add && byte.is_added;
  if (use == Use::add && !byte.is_stored) refuse(offset, "is added to before anything is stored there");
  if (byte.is_stored && !both_add && !timeline.is_ordered(byte.stored, actor))
    refuse(offset, "is stored, and nothing orders that behind the store by " + thread_of(byte.stored));
  if (byte.is_loaded && timeline[byte.loaded.moment].launch == timeline[actor.moment].launch) {
    if (!timeline.is_ordered(byte.loaded, actor))
      refuse(offset, "is stored, and nothing orders that behind the load by " + thread_of(byte.loaded));
    if (byte.is_loaded_by_warps && byte.loaded.moment == actor.moment)
      refuse(offset, "is stored, and nothing orders that behind the loads by several warps");
    if (byte.is_loaded_by_blocks && !timeline.is_ordered_for_all(byte.loaded, actor))
      refuse(offset, "is stored, and nothing orders that behind the loads by several blocks");
  }
  if (byte.constant_in != 0 && byte.constant_in == timeline[actor.moment].launch)
    refuse(offset, "is stored in the launch that loads it as a constant");
  byte.is_stored = true;
  byte.is_added = use == Use::add;
  byte.stored = actor;
}

void Region::store_by_host(std::size_t offset, std::size_t count) {
  if (offset > size_ || count > size_ - offset)
    refuse(offset, "is outside of its " + std::to_string(size_) + " bytes");
  for (std::size_t i = offset; i < offset + count; ++i) {
    history_[i] = {};
    history_[i].is_stored = true;
  }
}

void Region::refuse(std::size_t offset, const std::string& why) const {
  throw std::runtime_error(name_ + ": byte " + std::to_string(offset) + " " + why);
}

Region& DeviceMemory::add(std::string name, std::byte* bytes, std::size_t size) {
  last_ = nullptr;
  return regions_.emplace(reinterpret_cast<std::uintptr_t>(bytes), Region(std::move(name), bytes, size))
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
