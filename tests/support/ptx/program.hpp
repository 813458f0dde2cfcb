#pragma once
// A kernel in PTX, the assembly language that nvcc writes into a program for GPUs, ready to be run by an
// interpreter.
#include <cstdint>
#include <string>
#include <vector>

namespace m2m::testing::ptx {

class Warp;
struct Instruction;

/// Runs an instruction in the active lanes of a warp.
using Run = void (*)(Warp& warp, const Instruction& instruction);

/// The parts of memory that an instruction can name; `any` is an address that says for itself.
enum class Space { any, global, shared, local, parameter, cluster };

/// What the interpreter itself has to do behind an instruction.
enum class Flow { next, branch, exit, barrier, cluster_barrier };

/// One instruction. Each of its operands is a register: constants, parameters and %tid have registers of their own.
struct Instruction {
  Run run = nullptr;
  Flow flow = Flow::next;
  std::vector<std::uint32_t> registers;  // destinations first, as in the text
  std::int32_t predicate = -1;           // the register that chooses lanes, or -1
  bool is_negated = false;               // takes the lanes in which the predicate is false
  std::size_t target = 0;                // of a branch
  std::int64_t offset = 0;               // of an address
  Space space = Space::any;
  std::uint32_t bytes = 0, count = 1;  // of each value that is loaded or stored; number of values
  bool is_signed = false;              // loads extend the sign
  bool is_constant = false;            // loads by the path for what no thread of the kernel changes
  std::size_t line = 0;                // of the text
  std::string text;
};

/// What a register holds that no instruction sets.
enum class Given { constant, parameter, shared, dynamic_shared, local, special };

struct GivenRegister {
  std::uint32_t number = 0;
  Given kind = Given::constant;
  std::uint64_t value = 0;  // the constant, or an offset in the memory of its kind
  std::string special;      // "%tid.x"
};

/// The place of a parameter in the memory of a launch's parameters.
struct Parameter {
  std::size_t offset = 0, bytes = 0;
};

struct Kernel {
  std::string name;
  std::vector<Instruction> code;
  std::vector<Parameter> parameters;
  std::vector<GivenRegister> given;
  std::uint32_t registers = 0;
  std::size_t parameter_bytes = 0;
  std::uint32_t shared_bytes = 0;  // without those of a launch
  std::uint32_t local_bytes = 0;   // of a thread
  std::uint32_t max_threads = 1024;
};

}  // namespace m2m::testing::ptx
