#pragma once
// What each instruction of PTX does in the lanes of a warp, as the manual of PTX 9 defines it. Approximations of a
// GPU (ex2.approx) are the nearest value here; its sums of products (mma) are added in the order of their columns.
#include <map>
#include <string>

#include "support/ptx/program.hpp"

namespace m2m::testing::ptx {

/// Sets what an instruction does. Throws std::runtime_error for an opcode that the interpreter does not know, or
/// one with more or fewer operands than it knows. The opcode of a move from or to several registers ends in .unpack
/// or .pack.
void choose_operation(const std::string& opcode, Instruction& instruction);

/// What an opcode runs, and of how many registers.
struct Operation {
  Run run = nullptr;
  std::size_t registers = 0;
};

using Operations = std::map<std::string, Operation>;

/// The operations on values of lanes alone.
void add_arithmetic(Operations& to);
void add_conversions(Operations& to);

/// The operations that exchange values between lanes.
void add_warp_operations(Operations& to);

/// Sets what an instruction that loads, stores or adds to memory says of that. Returns null if the opcode is none.
Operation choose_memory_operation(const std::string& opcode, Instruction& instruction);

}  // namespace m2m::testing::ptx
