#pragma once
// Which of the compiled variants of a kernel this processor can run.
#include <string>
#include <vector>

namespace m2m::kernels {

/// From the plainest to the fastest; each includes those before it.
enum class InstructionSet { plain, avx2, avx512, avx512_bf16, amx };

/// The fastest that this processor and operating system run.
InstructionSet best_instruction_set();

/// Those that this processor runs, plainest first.
std::vector<InstructionSet> usable_instruction_sets();

/// "plain", "avx2", "avx512", "avx512-bf16", "amx".
std::string name_of(InstructionSet set);
std::vector<std::string> instruction_set_names();

/// The set of that name; "auto": the best. Throws Error (usage) where the processor has it not.
InstructionSet find_instruction_set(const std::string& name);

}  // namespace m2m::kernels
