#pragma once
// Which of the compiled variants of a kernel this processor can run, and this process may.
#include <string>
#include <vector>

namespace m2m {

/// From the plainest to the fastest; each includes those before it.
enum class InstructionSet { plain, avx2, avx512, avx512_bf16, amx };

/// The fastest that this processor and operating system run.
InstructionSet processor_instruction_set();

/// The set that the environment's M2M_INSTRUCTION_SET names: this process uses no faster one. By default the last.
/// Caps the project's own kernels alone; libtorch has variables of its own. Throws Error (usage) if the variable
/// names no set.
InstructionSet instruction_set_limit();

/// The fastest that this process uses: of the processor, up to the limit. Throws as the limit does.
InstructionSet best_instruction_set();

/// Those that this process may use, plainest first. Throws as the limit does.
std::vector<InstructionSet> supported_instruction_sets();

/// "plain", "avx2", "avx512", "avx512-bf16", "amx".
std::string to_text(InstructionSet set);
std::vector<std::string> instruction_set_names();

/// The set that a train.kernels other than "torch" names; "auto": the best. Throws Error (usage) if the processor
/// lacks it or the limit forbids it.
InstructionSet parse_instruction_set(const std::string& name);

}  // namespace m2m
