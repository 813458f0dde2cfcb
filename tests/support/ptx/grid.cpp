#include "support/ptx/grid.hpp"

#include <algorithm>
#include <stdexcept>
#include <string>

namespace m2m::testing::ptx {
namespace {

/// The place along x, y or z of a number in a grid of that size.
std::uint32_t place(std::uint32_t number, const Size& size, char axis) {
  if (axis == 'x') return number % size[0];
  if (axis == 'y') return number / size[0] % size[1];
  return number / size[0] / size[1];
}

constexpr std::uint64_t dynamic_alignment = 1024;
constexpr std::uint32_t local_alignment = 16;
constexpr std::uint32_t most_warps = 32;  // of a block

/// Where the shared memory of a launch begins, behind that of the kernel.
std::uint64_t dynamic_offset(const Kernel& kernel) {
  return (kernel.shared_bytes + dynamic_alignment - 1) / dynamic_alignment * dynamic_alignment;
}

std::uint64_t shared_bytes(const Kernel& kernel, const Launch& launch) {
  return launch.dynamic_shared_bytes == 0 ? kernel.shared_bytes
                                          : dynamic_offset(kernel) + launch.dynamic_shared_bytes;
}

}  // namespace

Block::Block(const Kernel& kernel, const Launch& launch, Device& device, const std::byte* parameters,
             std::uint32_t index)
    : kernel_(&kernel),
      launch_(&launch),
      device_(&device),
      parameters_(parameters),
      index_(index),
      threads_(static_cast<std::uint32_t>(product(launch.block))),
      local_stride_((kernel.local_bytes + local_alignment - 1) / local_alignment * local_alignment),
      now_{device.launches, index / launch.cluster[0], index, 0, 0},
      shared_bytes_(shared_bytes(kernel, launch) + dynamic_alignment),
      local_bytes_(std::size_t{local_stride_} * threads_ + 1),
      shared_("shared memory", Space::shared, aligned_shared(), shared_bytes(kernel, launch)),
      cluster_{this} {
  device.memory.add("local memory", Space::local, local_bytes_.data(), local_bytes_.size());
  begin_interval();
  for (std::uint32_t first = 0; first < threads_; first += lanes_of_a_warp) {
    const std::uint32_t lanes = threads_ - first >= lanes_of_a_warp ? all_lanes : (1U << (threads_ - first)) - 1;
    const std::size_t number = warps_.size() + index % launch.cluster[0] * most_warps;
    warps_.push_back(std::make_unique<Warp>(kernel, *this, static_cast<std::uint16_t>(warps_.size()), lanes,
                                            device.registers.at(number)));
  }
}

Block::~Block() { device_->memory.remove(local_bytes_.data()); }

std::byte* Block::aligned_shared() {
  const auto begin = reinterpret_cast<std::uintptr_t>(shared_bytes_.data());
  return shared_bytes_.data() + (dynamic_alignment - begin % dynamic_alignment) % dynamic_alignment;
}

void Block::begin_interval() { moment_ = device_->timeline.add(now_); }

bool Block::run(bool is_last_first) {
  bool has_run = false;
  for (std::size_t i = 0; i < warps_.size(); ++i) {
    Warp& warp = *warps_[is_last_first ? warps_.size() - 1 - i : i];
    if (warp.state() != Warp::State::running) continue;
    warp.run();
    has_run = true;
  }
  return has_run;
}

bool Block::release_barrier() {
  const auto state_is = [](Warp::State state) {
    return [state](const auto& warp) { return warp->state() == state; };
  };
  const auto waiting = std::count_if(warps_.begin(), warps_.end(), state_is(Warp::State::at_barrier));
  const auto ended = std::count_if(warps_.begin(), warps_.end(), state_is(Warp::State::ended));
  if (waiting == 0 || waiting + ended != static_cast<std::ptrdiff_t>(warps_.size())) return false;
  ++now_.barriers;
  begin_interval();
  for (const auto& warp : warps_) {
    if (warp->state() == Warp::State::at_barrier) warp->release();
  }
  return true;
}

bool Block::is_at_cluster_barrier() const {
  return std::all_of(warps_.begin(), warps_.end(), [](const auto& warp) {
    return warp->state() == Warp::State::at_cluster_barrier || warp->state() == Warp::State::ended;
  });
}

void Block::release_cluster_barrier() {
  ++now_.cluster_barriers;
  begin_interval();
  for (const auto& warp : warps_) {
    if (warp->state() == Warp::State::at_cluster_barrier) warp->release();
  }
}

bool Block::has_ended() const {
  return std::all_of(warps_.begin(), warps_.end(),
                     [](const auto& warp) { return warp->state() == Warp::State::ended; });
}

std::uint64_t Block::given_value(const GivenRegister& given, std::uint32_t thread) const {
  switch (given.kind) {
    case Given::constant:
      return given.value;
    case Given::parameter:
      return reinterpret_cast<std::uintptr_t>(parameters_) + given.value;
    case Given::shared:
      return shared_base + given.value;
    case Given::dynamic_shared:
      return shared_base + dynamic_offset(*kernel_);
    case Given::local:
      return reinterpret_cast<std::uintptr_t>(local_bytes_.data()) + std::uint64_t{thread} * local_stride_ +
             given.value;
    case Given::special:
      return special_value(given.special, thread);
  }
  throw std::logic_error("a kind of register without a value");
}

std::uint64_t Block::special_value(const std::string& name, std::uint32_t thread) const {
  const char axis = name.back();
  if (name.starts_with("%tid.")) return place(thread, launch_->block, axis);
  if (name.starts_with("%ctaid.")) return place(index_, launch_->grid, axis);
  if (name.starts_with("%ntid.")) return launch_->block[static_cast<std::size_t>(axis - 'x')];
  if (name.starts_with("%nctaid.")) return launch_->grid[static_cast<std::size_t>(axis - 'x')];
  if (name == "%laneid") return thread % lanes_of_a_warp;
  if (name == "%cluster_ctarank") return index_ % launch_->cluster[0];
  throw std::runtime_error("a register the interpreter does not know: " + name);
}

std::byte* Block::memory(Space space, std::uint64_t address, std::uint32_t bytes, Use use, const User& user) {
  if (space == Space::any && (address & any_bit) != 0) return shared_memory(address - any_shared, bytes, use, user);
  if (space == Space::shared && address >> rank_shift != 0)
    throw std::runtime_error("an address in the shared memory of a cluster, as one in that of the block alone");
  if (space == Space::shared || space == Space::cluster) return shared_memory(address, bytes, use, user);
  Region& region = device_->memory.find(address, bytes);
  if (space != Space::any && space != region.space())
    throw std::runtime_error("an address in " + region.name() + ", by an instruction for other memory");
  const std::uint64_t offset = address - reinterpret_cast<std::uintptr_t>(region.bytes());
  if (region.space() == Space::local) check_local(region, offset, bytes, user.as_loading.thread());
  return region.use(device_->timeline, offset, bytes, use, user);
}

void Block::check_local(const Region& region, std::uint64_t offset, std::uint32_t bytes,
                        std::uint32_t thread) const {
  const std::uint64_t first = std::uint64_t{thread} * local_stride_;
  if (region.bytes() != local_bytes_.data() || offset < first || offset + bytes > first + kernel_->local_bytes)
    throw std::runtime_error("local memory outside of the " + std::to_string(kernel_->local_bytes) +
                             " bytes of thread " + std::to_string(thread));
}

std::byte* Block::shared_memory(std::uint64_t address, std::uint32_t bytes, Use use, const User& user) {
  const std::uint64_t rank = address >> rank_shift;
  Block* block = this;
  if (rank > cluster_.size()) throw std::runtime_error("shared memory of a block that the cluster does not have");
  if (rank > 0) block = cluster_[rank - 1];
  if (block != this && block->has_ended()) throw std::runtime_error("shared memory of a block that has ended");
  const std::uint64_t offset = (address & ((std::uint64_t{1} << rank_shift) - 1)) - shared_base;
  return block->shared_.use(device_->timeline, offset, bytes, use, user);
}

namespace {

void run_cluster(const std::vector<std::unique_ptr<Block>>& blocks, bool is_last_first) {
  const auto every = [&](auto holds) { return std::all_of(blocks.begin(), blocks.end(), holds); };
  while (!every([](const auto& block) { return block->has_ended(); })) {
    bool goes_on = false;
    for (std::size_t i = 0; i < blocks.size(); ++i) {
      Block& block = *blocks[is_last_first ? blocks.size() - 1 - i : i];
      const bool has_run = block.run(is_last_first), is_released = block.release_barrier();
      goes_on = goes_on || has_run || is_released;
    }
    if (every([](const auto& block) { return block->is_at_cluster_barrier(); })) {
      for (const auto& block : blocks) block->release_cluster_barrier();
      goes_on = true;
    }
    if (!goes_on) throw std::runtime_error("threads wait for ever at a barrier that others do not reach");
  }
}

/// The parameters of a launch in device memory.
class Parameters {
 public:
  Parameters(const std::vector<std::byte>& values, DeviceMemory& memory) : bytes_(values), memory_(&memory) {
    bytes_.resize(values.size() + 1);  // so that there is an address
    memory.add("parameters", Space::parameter, bytes_.data(), bytes_.size()).store_by_host(0, bytes_.size());
  }
  ~Parameters() { memory_->remove(bytes_.data()); }
  Parameters(const Parameters&) = delete;
  Parameters& operator=(const Parameters&) = delete;
  const std::byte* data() const { return bytes_.data(); }

 private:
  std::vector<std::byte> bytes_;
  DeviceMemory* memory_;
};

}  // namespace

void run_grid(const Kernel& kernel, const Launch& launch, Device& device) {
  check(kernel, launch);
  ++device.launches;
  device.registers.resize(std::max(device.registers.size(), std::size_t{launch.cluster[0]} * most_warps));
  Parameters parameters(launch.parameters, device.memory);
  const auto clusters = static_cast<std::uint32_t>(product(launch.grid) / launch.cluster[0]);
  for (std::uint32_t i = 0; i < clusters; ++i) {
    const std::uint32_t first = (launch.is_last_first ? clusters - 1 - i : i) * launch.cluster[0];
    std::vector<std::unique_ptr<Block>> blocks;
    std::vector<Block*> cluster;
    for (std::uint32_t rank = 0; rank < launch.cluster[0]; ++rank) {
      blocks.push_back(std::make_unique<Block>(kernel, launch, device, parameters.data(), first + rank));
      cluster.push_back(blocks.back().get());
    }
    for (const auto& block : blocks) block->join(cluster);
    run_cluster(blocks, launch.is_last_first);
  }
}

}  // namespace m2m::testing::ptx
