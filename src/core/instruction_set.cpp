#include "core/instruction_set.hpp"

#include <cpuid.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>

#include "core/error.hpp"

namespace m2m {
namespace {

constexpr const char* limit_variable = "M2M_INSTRUCTION_SET";
constexpr InstructionSet all[] = {InstructionSet::plain, InstructionSet::avx2, InstructionSet::avx512,
                                  InstructionSet::avx512_bf16, InstructionSet::amx};

/// Requests the use of the tile registers from Linux, once for all threads of the process. Returns false if it is
/// refused.
bool tiles_granted() {
  constexpr long ask = 0x1023, tile_data = 18;  // ARCH_REQ_XCOMP_PERM, XFEATURE_XTILEDATA of asm/prctl.h
  return syscall(SYS_arch_prctl, ask, tile_data) == 0;
}

/// True if the processor has tiles and their products of bfloat16. Clang 14's __builtin_cpu_supports does not know
/// them.
bool has_tiles() {
  constexpr unsigned leaf = 7, amx_bf16 = 1U << 22, amx_tile = 1U << 24;  // bits of EDX
  unsigned a = 0, b = 0, c = 0, d = 0;
  return __get_cpuid_count(leaf, 0, &a, &b, &c, &d) != 0 && (d & amx_bf16) != 0 && (d & amx_tile) != 0;
}

bool runs(InstructionSet set) {
  const bool avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
  const bool avx512 = avx2 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
                      __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq");
  const bool avx512_bf16 = avx512 && __builtin_cpu_supports("avx512bf16");
  switch (set) {
    case InstructionSet::plain:
      return true;
    case InstructionSet::avx2:
      return avx2;
    case InstructionSet::avx512:
      return avx512;
    case InstructionSet::avx512_bf16:
      return avx512_bf16;
    case InstructionSet::amx:
      return avx512_bf16 && has_tiles() && tiles_granted();
  }
  return false;
}

const InstructionSet* find_named(const std::string& name) {
  return std::find_if(std::begin(all), std::end(all), [&](InstructionSet set) { return to_text(set) == name; });
}

std::string joined_names() {
  std::string text;
  for (const std::string& name : instruction_set_names()) text += (text.empty() ? "" : ", ") + name;
  return text;
}

}  // namespace

InstructionSet processor_instruction_set() {
  // Asked for each trial of a study, and a virtual machine takes 20 microseconds to answer.
  static const InstructionSet best = *std::find_if(std::rbegin(all), std::rend(all), runs);
  return best;
}

InstructionSet instruction_set_limit() {
  const char* value = std::getenv(limit_variable);
  if (value == nullptr || *value == '\0') return *std::rbegin(all);
  const auto named = find_named(value);
  if (named == std::end(all)) {
    throw usage_error(std::string(limit_variable) + "='" + value + "': expected one of " + joined_names() +
                      "; correct it, or unset it");
  }
  return *named;
}

InstructionSet best_instruction_set() { return std::min(processor_instruction_set(), instruction_set_limit()); }

std::vector<InstructionSet> supported_instruction_sets() {
  const InstructionSet limit = instruction_set_limit();
  std::vector<InstructionSet> usable;
  std::copy_if(std::begin(all), std::end(all), std::back_inserter(usable),
               [&](InstructionSet set) { return set <= limit && runs(set); });
  return usable;
}

std::string to_text(InstructionSet set) {
  static constexpr const char* names[] = {"plain", "avx2", "avx512", "avx512-bf16", "amx"};
  return names[static_cast<int>(set)];
}

std::vector<std::string> instruction_set_names() {
  std::vector<std::string> names;
  for (InstructionSet set : all) names.push_back(to_text(set));
  return names;
}

InstructionSet parse_instruction_set(const std::string& name) {
  if (name == "auto") return best_instruction_set();
  const auto named = find_named(name);
  if (named == std::end(all)) throw internal_error("no instruction set is called " + name);
  if (!runs(*named)) {
    throw usage_error("train.kernels = '" + name +
                      "': this processor lacks the instructions; use 'auto', or at most '" +
                      to_text(best_instruction_set()) + "'");
  }
  if (*named > instruction_set_limit()) {
    throw usage_error("train.kernels = '" + name + "': the environment's " + limit_variable + " allows at most '" +
                      to_text(instruction_set_limit()) + "'; unset it, or use 'auto'");
  }
  return *named;
}

}  // namespace m2m
