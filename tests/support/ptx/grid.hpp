#pragma once
// The blocks of a launch, run one after another; those of a cluster in turns.
#include <cstdint>
#include <memory>
#include <vector>

#include "support/ptx/launch.hpp"
#include "support/ptx/memory.hpp"
#include "support/ptx/program.hpp"
#include "support/ptx/warp.hpp"

namespace m2m::testing::ptx {

/// All that outlives a launch.
struct Device {
  DeviceMemory memory;
  Timeline timeline;
  std::uint32_t launches = 0;
  std::vector<std::vector<Lanes>> registers;  // of each warp of a cluster, kept for the next one
};

class Block {
 public:
  /// Its shared memory begins at this address, so that 0 is none.
  static constexpr std::uint64_t shared_base = 1024;

  Block(const Kernel& kernel, const Launch& launch, Device& device, const std::byte* parameters,
        std::uint32_t index);
  ~Block();
  Block(const Block&) = delete;
  Block& operator=(const Block&) = delete;

  /// The other blocks of the cluster, in order, with this one.
  void join(std::vector<Block*> cluster) { cluster_ = std::move(cluster); }

  /// Runs each warp up to a barrier or its end. Returns false if none had anything to do.
  bool run(bool is_last_first);
  /// Lets the warps go on if all that have not ended stand at a barrier. Returns true if they did.
  bool release_barrier();
  /// True if all warps that have not ended stand at a barrier of the cluster.
  bool is_at_cluster_barrier() const;
  void release_cluster_barrier();
  bool has_ended() const;

  std::uint32_t index() const { return index_; }
  std::uint32_t moment() const { return moment_; }
  std::uint64_t given_value(const GivenRegister& given, std::uint32_t thread) const;
  std::byte* memory(Space space, std::uint64_t address, std::uint32_t bytes, Use use, const User& user);

  /// The address of shared memory in the block of that rank in the cluster.
  static std::uint64_t of_rank(std::uint64_t address, std::uint64_t rank) {
    return address | (rank + 1) << rank_shift;
  }

  /// The address that instructions for any memory take for shared memory.
  static std::uint64_t any_address(std::uint64_t shared) { return shared + any_shared; }

 private:
  static constexpr int rank_shift = 24;
  /// Its low half is not 0, so that no address is right which was cut instead of converted.
  static constexpr std::uint64_t any_bit = std::uint64_t{1} << 62, any_shared = any_bit | 0x35000000;

  std::uint64_t special_value(const std::string& name, std::uint32_t thread) const;
  std::byte* shared_memory(std::uint64_t address, std::uint32_t bytes, Use use, const User& user);
  /// Throws std::runtime_error unless the bytes of local memory are the thread's own.
  void check_local(const Region& region, std::uint64_t offset, std::uint32_t bytes, std::uint32_t thread) const;
  std::byte* aligned_shared();
  void begin_interval();

  const Kernel* kernel_;
  const Launch* launch_;
  Device* device_;
  const std::byte* parameters_;
  std::uint32_t index_, threads_, moment_ = 0, local_stride_;  // local memory of a thread
  Moment now_;
  std::vector<std::byte> shared_bytes_, local_bytes_;
  Region shared_;
  std::vector<Block*> cluster_;
  std::vector<std::unique_ptr<Warp>> warps_;
};

/// Runs a launch to its end. Throws std::runtime_error for what is refused, and if threads wait for ever.
void run_grid(const Kernel& kernel, const Launch& launch, Device& device);

}  // namespace m2m::testing::ptx
