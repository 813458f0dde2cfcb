// Records host, processor, ranks and libraries as provenance.
#include <fmt/format.h>
#include <torch/version.h>

#include <fstream>
#include <regex>
#include <set>
#include <sstream>
#include <string>

#include "comm/messages/session.hpp"
#include "core/instruction_set.hpp"
#include "core/machine.hpp"
#include "core/version.hpp"
#include "nn/device.hpp"
#include "results/record_file.hpp"
#include "stages/runner.hpp"

namespace m2m::stages {

std::string driver_release(const std::string& line) {
  static const std::regex release(R"(\s(\d{3,}\.\d+(\.\d+)?)\s)");
  std::smatch found;
  return std::regex_search(line, found, release) ? found[1].str() : "";
}

std::string version_text(long version) {
  return fmt::format("{}.{}.{}", version / 10000, version / 100 % 100, version % 100);
}

namespace {

/// Value of a "key : value" line of /proc/cpuinfo; "" if there is none.
std::string cpu_field(const std::string& key) {
  std::ifstream info("/proc/cpuinfo");
  for (std::string line; std::getline(info, line);) {
    if (!line.starts_with(key)) continue;
    const auto colon = line.find(": ");
    return colon == std::string::npos ? "" : line.substr(colon + 2);
  }
  return "";
}

/// Instruction sets of the processor that decide which kernels libraries choose.
std::vector<std::string> instruction_sets() {
  static const std::set<std::string> of_interest = {"avx",         "avx2",        "fma",         "avx512f",
                                                    "avx512_vnni", "avx512_bf16", "avx512_fp16", "amx_bf16",
                                                    "amx_int8",    "amx_tile",    "asimd",       "sve"};
  std::istringstream flags(cpu_field("flags"));
  std::vector<std::string> found;
  for (std::string flag; flags >> flag;) {
    if (of_interest.contains(flag)) found.push_back(flag);
  }
  return found;
}

}  // namespace

Json environment(int ranks, int hosts) {
  const int gpus = nn::gpu_count();
  return {{"program", program_version()},
          {"revision", git_revision()},
          {"dirty", git_dirty()},
          {"started", utc_now()},
          {"host", host_name()},
          {"ranks", ranks},
          {"hosts", hosts},
          {"host_memory", host_memory_size()},
          {"affinity", affinity_cores()},
          {"processor", cpu_field("model name")},
          {"instruction_sets", instruction_sets()},
          {"kernels", to_text(best_instruction_set())},
          {"torch_kernels", at::get_cpu_capability()},
          {"gpu", gpus > 0 ? std::to_string(gpus) : "none"},
          {"compiler", __VERSION__},
          {"libtorch", TORCH_VERSION},
          {"mpi", comm::mpi_library()},
          {"hdf5", results::hdf5_version()}};
}

}  // namespace m2m::stages
