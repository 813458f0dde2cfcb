#pragma once
// A warp that runs a kernel's instructions.
#include <bit>
#include <cstdint>
#include <vector>

#include "support/ptx/memory.hpp"
#include "support/ptx/program.hpp"
#include "support/ptx/registers.hpp"

namespace m2m::testing::ptx {

class Block;

/// 32 threads with registers and a place in the code each. Lanes whose ways part run one after the other: those
/// that are furthest behind first, until they stand where others wait.
class Warp {
 public:
  enum class State { running, at_barrier, at_cluster_barrier, ended };

  /// lanes: those that have a thread. registers: memory for them, whatever it holds.
  Warp(const Kernel& kernel, Block& block, std::uint16_t index, std::uint32_t lanes, std::vector<Lanes>& registers);

  /// Runs up to a barrier or the end. Throws std::runtime_error with the instruction and its line for what is
  /// refused.
  void run();

  State state() const { return state_; }
  /// Lets it go on behind a barrier.
  void release();
  /// The first half of a cluster barrier; the other half waits.
  void arrive();
  std::uint16_t index() const { return index_; }
  Block& block() const { return *block_; }

  /// For instructions: the lanes that the current one runs in, and all that have not ended.
  std::uint32_t active() const { return active_; }
  std::uint32_t alive() const;
  Lanes& operator[](std::uint32_t number) { return registers_[number]; }

  /// Calls f(lane) for each active lane.
  template <typename F>
  void each_lane(F f) const {
    if (active_ == all_lanes) {
      for (std::uint32_t lane = 0; lane < lanes_of_a_warp; ++lane) f(lane);
      return;
    }
    for (std::uint32_t left = active_; left != 0; left &= left - 1)
      f(static_cast<std::uint32_t>(std::countr_zero(left)));
  }

  /// Throws std::runtime_error unless all lanes of the warp run the current instruction together.
  void expect_together() const;

  /// Notes that the lanes wait for each other in the current instruction. Throws as expect_together.
  void meet();
  /// The same, with their memory in order. Throws std::runtime_error unless all lanes that have not ended are
  /// there.
  void synchronise();

  /// The memory of a lane at an address.
  std::byte* memory(const Instruction& instruction, std::uint64_t address, std::uint32_t bytes, Use use,
                    std::uint32_t lane) const;

 private:
  /// Lanes that stand at one instruction.
  struct Group {
    std::size_t at;
    std::uint32_t lanes;
  };

  void set_given(const Kernel& kernel);
  std::uint32_t chosen_lanes(const Instruction& instruction) const;
  void step(const Instruction& instruction);
  void count_meeting();
  void advance(const Instruction& instruction);
  void wait_for_cluster();
  void add_group(std::size_t at, std::uint32_t lanes);

  const Kernel* kernel_;
  Block* block_;
  std::uint16_t index_;
  State state_ = State::running;
  bool has_arrived_ = false;
  std::uint32_t meetings_ = 0, barriers_ = 0;  // of its lanes, since the block's last barrier
  std::uint32_t active_ = 0;
  std::vector<Lanes>& registers_;
  std::vector<Group> groups_;  // the one furthest behind is last
};

}  // namespace m2m::testing::ptx
