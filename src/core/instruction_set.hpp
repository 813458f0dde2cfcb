#pragma once
// Instruction sets that kernels are compiled for: which the processor runs, and which this process may use.
#include <string>
#include <vector>

namespace m2m {

/// An instruction set. From the plainest to the fastest; each includes those before it.
enum class InstructionSet { plain, avx2, avx512, avx512_bf16, amx };

/// The fastest set that this processor and operating system run.
InstructionSet processor_instruction_set();

/// The fastest set that the environment variable M2M_INSTRUCTION_SET allows; by default amx. Limits only the
/// project's own kernels; libtorch has other variables. Throws Error (usage) if the variable names no set.
InstructionSet instruction_set_limit();

/// The fastest set that this process uses: the fastest of the processor, up to the limit. Throws Error (usage) as
/// instruction_set_limit does.
InstructionSet best_instruction_set();

/// The sets that this process may use, plainest first. Throws Error (usage) as instruction_set_limit does.
std::vector<InstructionSet> supported_instruction_sets();

/// The name of a set: "plain", "avx2", "avx512", "avx512-bf16", "amx". Pure.
std::string to_text(InstructionSet set);
/// The names of all sets, plainest first. Pure.
std::vector<std::string> instruction_set_names();

/// Parses a value of train.kernels other than "torch"; "auto" gives the best set. Throws Error (usage) if the
/// processor lacks the set or the limit forbids it.
InstructionSet parse_instruction_set(const std::string& name);

}  // namespace m2m
