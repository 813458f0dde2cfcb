#include "support/ptx/warp.hpp"

#include <algorithm>
#include <stdexcept>
#include <string>
#include <utility>

#include "support/ptx/grid.hpp"

namespace m2m::testing::ptx {

Warp::Warp(const Kernel& kernel, Block& block, std::uint16_t index, std::uint32_t lanes,
           std::vector<Lanes>& registers)
    : kernel_(&kernel), block_(&block), index_(index), registers_(registers), groups_{{0, lanes}} {
  if (registers_.size() < kernel.registers) registers_.resize(kernel.registers);
  set_given(kernel);
}

void Warp::set_given(const Kernel& kernel) {
  for (const GivenRegister& given : kernel.given) {
    for (std::uint32_t lane = 0; lane < lanes_of_a_warp; ++lane)
      registers_[given.number][lane] = block_->given_value(given, index_ * lanes_of_a_warp + lane);
  }
}

std::uint32_t Warp::alive() const {
  std::uint32_t lanes = 0;
  for (const Group& group : groups_) lanes |= group.lanes;
  return lanes;
}

void Warp::expect_together() const {
  if (active_ != all_lanes) throw std::runtime_error("not all 32 lanes of the warp run it together");
}

void Warp::count_meeting() {
  if (++meetings_ > Actor::most_warp_intervals)
    throw std::runtime_error("the lanes of a warp meet more often between two barriers than can be counted");
}

void Warp::meet() {
  expect_together();
  count_meeting();
}

void Warp::synchronise() {
  if (active_ != alive()) throw std::runtime_error("not all threads of the warp are at the barrier");
  count_meeting();
  barriers_ = meetings_;
}

void Warp::release() {
  // A cluster barrier orders only what is in front of the arrival.
  if (state_ == State::at_barrier) meetings_ = barriers_ = 0;
  state_ = State::running;
}

std::byte* Warp::memory(const Instruction& instruction, std::uint64_t address, std::uint32_t bytes, Use use,
                        std::uint32_t lane) const {
  const std::uint32_t moment = block_->moment();
  return block_->memory(
      instruction.space, address, bytes, use,
      {Actor(moment, meetings_, has_arrived_, index_, lane), Actor(moment, barriers_, has_arrived_, index_, lane)});
}

void Warp::arrive() {
  if (has_arrived_) throw std::runtime_error("the warp has arrived already");
  has_arrived_ = true;
}

void Warp::run() {
  while (state_ == State::running && !groups_.empty()) {
    const Instruction& instruction = kernel_->code[groups_.back().at];
    try {
      step(instruction);
    } catch (const std::exception& error) {
      throw std::runtime_error(error.what() +
                               (" (block " + std::to_string(block_->index()) + ", warp " + std::to_string(index_) +
                                ", line " + std::to_string(instruction.line) +
                                " of the kernel: " + instruction.text + ")"));
    }
  }
  if (groups_.empty()) state_ = State::ended;
}

std::uint32_t Warp::chosen_lanes(const Instruction& instruction) const {
  const std::uint32_t lanes = groups_.back().lanes;
  if (instruction.predicate < 0) return lanes;
  const Lanes& predicate = registers_[static_cast<std::size_t>(instruction.predicate)];
  std::uint32_t chosen = 0;
  for (std::uint32_t left = lanes; left != 0; left &= left - 1) {
    const auto lane = static_cast<std::uint32_t>(std::countr_zero(left));
    if ((predicate[lane] != 0) != instruction.is_negated) chosen |= 1U << lane;
  }
  return chosen;
}

void Warp::step(const Instruction& instruction) {
  active_ = chosen_lanes(instruction);
  if (instruction.run != nullptr) {
    if (active_ != 0) instruction.run(*this, instruction);
  } else if ((instruction.flow == Flow::barrier || instruction.flow == Flow::cluster_barrier) &&
             (groups_.size() > 1 || active_ != groups_.back().lanes)) {
    throw std::runtime_error("not all threads of the warp are at the barrier");
  }
  advance(instruction);
}

void Warp::wait_for_cluster() {
  if (!std::exchange(has_arrived_, false))
    throw std::runtime_error("the warp waits for a cluster without having arrived");
  state_ = State::at_cluster_barrier;
}

void Warp::advance(const Instruction& instruction) {
  Group& group = groups_.back();
  if (instruction.flow == Flow::barrier) state_ = State::at_barrier;
  if (instruction.flow == Flow::cluster_barrier) wait_for_cluster();
  const bool leaves = instruction.flow == Flow::branch || instruction.flow == Flow::exit;
  if (!leaves && (groups_.size() == 1 || groups_[groups_.size() - 2].at > group.at + 1)) {
    ++group.at;
    return;
  }
  const std::uint32_t staying = leaves ? group.lanes & ~active_ : group.lanes;
  const std::size_t at = group.at;
  groups_.pop_back();
  if (staying != 0) add_group(at + 1, staying);
  if (instruction.flow == Flow::branch && active_ != 0) add_group(instruction.target, active_);
}

void Warp::add_group(std::size_t at, std::uint32_t lanes) {
  const auto place =
      std::find_if(groups_.begin(), groups_.end(), [&](const Group& group) { return group.at <= at; });
  if (place != groups_.end() && place->at == at) {
    place->lanes |= lanes;
  } else {
    groups_.insert(place, {at, lanes});
  }
}

}  // namespace m2m::testing::ptx
