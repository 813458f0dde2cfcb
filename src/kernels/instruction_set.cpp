#include "kernels/instruction_set.hpp"

#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>

#include "core/error.hpp"

namespace m2m::kernels {
namespace {

constexpr InstructionSet all[] = {InstructionSet::plain, InstructionSet::avx2, InstructionSet::avx512,
                                  InstructionSet::avx512_bf16, InstructionSet::amx};

/// Linux keeps room for a thread's tiles only in processes that have asked for it; from then on all threads have
/// it.
bool tiles_granted() {
  constexpr long ask = 0x1023, tile_data = 18;  // ARCH_REQ_XCOMP_PERM, XFEATURE_XTILEDATA of asm/prctl.h
  return syscall(SYS_arch_prctl, ask, tile_data) == 0;
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
      return avx512_bf16 && __builtin_cpu_supports("amx-tile") && __builtin_cpu_supports("amx-bf16") &&
             tiles_granted();
  }
  return false;
}

}  // namespace

InstructionSet best_instruction_set() { return usable_instruction_sets().back(); }

std::vector<InstructionSet> usable_instruction_sets() {
  std::vector<InstructionSet> usable;
  std::copy_if(std::begin(all), std::end(all), std::back_inserter(usable), runs);
  return usable;
}

std::string name_of(InstructionSet set) {
  static constexpr const char* names[] = {"plain", "avx2", "avx512", "avx512-bf16", "amx"};
  return names[static_cast<int>(set)];
}

std::vector<std::string> instruction_set_names() {
  std::vector<std::string> names;
  for (InstructionSet set : all) names.push_back(name_of(set));
  return names;
}

InstructionSet find_instruction_set(const std::string& name) {
  if (name == "auto") return best_instruction_set();
  for (InstructionSet set : all) {
    if (name_of(set) != name) continue;
    if (!runs(set)) {
      throw usage_error("train.kernels = '" + name + "': this processor has no such instructions; its best are '" +
                        name_of(best_instruction_set()) + "'");
    }
    return set;
  }
  throw internal_error("no instruction set is called " + name);
}

}  // namespace m2m::kernels
