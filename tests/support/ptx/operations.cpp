#include "support/ptx/operations.hpp"

#include <stdexcept>

#include "support/ptx/scanner.hpp"
#include "support/ptx/warp.hpp"

namespace m2m::testing::ptx {
namespace {

[[noreturn]] void trap(Warp&, const Instruction&) { throw std::runtime_error("the kernel gives up"); }

void arrive_at_cluster_barrier(Warp& warp, const Instruction&) {
  warp.expect_together();
  warp.arrive();
}

/// One register of 32 or 64 bits from two of half the size, the lower first; and the reverse.
template <typename Whole, typename Half>
void pack(Warp& warp, const Instruction& instruction) {
  warp.each_lane([&](std::uint32_t lane) {
    const Whole low = get<Half>(warp[instruction.registers[1]], lane),
                high = get<Half>(warp[instruction.registers[2]], lane);
    put<Whole>(warp[instruction.registers[0]], lane, high << (8 * sizeof(Half)) | low);
  });
}
template <typename Whole, typename Half>
void unpack(Warp& warp, const Instruction& instruction) {
  warp.each_lane([&](std::uint32_t lane) {
    const Whole whole = get<Whole>(warp[instruction.registers[2]], lane);
    put<Half>(warp[instruction.registers[0]], lane, static_cast<Half>(whole));
    put<Half>(warp[instruction.registers[1]], lane, static_cast<Half>(whole >> (8 * sizeof(Half))));
  });
}

Operations all_operations() {
  Operations all;
  add_arithmetic(all);
  add_conversions(all);
  add_warp_operations(all);
  all["mov.b64.pack"] = {pack<std::uint64_t, std::uint32_t>, 3};
  all["mov.b64.unpack"] = {unpack<std::uint64_t, std::uint32_t>, 3};
  all["mov.b32.pack"] = {pack<std::uint32_t, std::uint16_t>, 3};
  all["mov.b32.unpack"] = {unpack<std::uint32_t, std::uint16_t>, 3};
  all["trap"] = {trap, 0};
  all["barrier.cluster.arrive.release.aligned"] = {arrive_at_cluster_barrier, 0};
  return all;
}

/// Sets what an instruction does that the interpreter itself follows. Returns false if the opcode is none.
bool choose_flow(const std::string& opcode, Instruction& instruction) {
  if (opcode == "ret" || opcode == "exit") {
    instruction.flow = Flow::exit;
  } else if (opcode == "bar.sync") {
    if (split(instruction.text, " \t").back() != "0")
      throw std::runtime_error("a barrier other than that of all threads: " + instruction.text);
    instruction.flow = Flow::barrier;
  } else if (opcode == "barrier.cluster.wait.acquire.aligned") {
    instruction.flow = Flow::cluster_barrier;
  } else {
    return false;
  }
  return true;
}

}  // namespace

void choose_operation(const std::string& opcode, Instruction& instruction) {
  static const Operations operations = all_operations();
  if (choose_flow(opcode, instruction)) return;
  Operation chosen = choose_memory_operation(opcode, instruction);
  if (chosen.run == nullptr) {
    const auto found = operations.find(opcode);
    if (found == operations.end())
      throw std::runtime_error("an instruction the interpreter does not know: " + instruction.text);
    chosen = found->second;
  }
  if (instruction.registers.size() != chosen.registers)
    throw std::runtime_error("an instruction with other operands than the interpreter knows: " + instruction.text);
  instruction.run = chosen.run;
}

}  // namespace m2m::testing::ptx
