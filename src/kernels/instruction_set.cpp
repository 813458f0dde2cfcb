#include "kernels/instruction_set.hpp"

#include <algorithm>

#include "core/error.hpp"

namespace m2m::kernels {
namespace {

constexpr InstructionSet all[] = {InstructionSet::plain, InstructionSet::avx2, InstructionSet::avx512,
                                  InstructionSet::avx512_bf16};

bool runs(InstructionSet set) {
  const bool avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
  const bool avx512 = avx2 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
                      __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq");
  switch (set) {
    case InstructionSet::plain:
      return true;
    case InstructionSet::avx2:
      return avx2;
    case InstructionSet::avx512:
      return avx512;
    case InstructionSet::avx512_bf16:
      return avx512 && __builtin_cpu_supports("avx512bf16");
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
  static constexpr const char* names[] = {"plain", "avx2", "avx512", "avx512-bf16"};
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
