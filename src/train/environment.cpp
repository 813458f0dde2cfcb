#include "train/environment.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <sched.h>
#include <torch/cuda.h>
#include <torch/version.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <ctime>
#include <fstream>
#include <set>
#include <sstream>
#include <string>

#include "core/instruction_set.hpp"
#include "core/revision.hpp"
#include "core/version.hpp"
#include "dist/messages/session.hpp"
#include "results/hdf5_version.hpp"
#include "train/device_memory.hpp"

namespace m2m::stages {
namespace {

std::string host_name() {
  std::array<char, 256> name{};
  return ::gethostname(name.data(), name.size() - 1) == 0 ? name.data() : "unknown";
}

/// The value of a "key : value" line of /proc/cpuinfo; empty where there is none.
std::string cpu_field(const std::string& key) {
  std::ifstream info("/proc/cpuinfo");
  for (std::string line; std::getline(info, line);) {
    if (!line.starts_with(key)) continue;
    const auto colon = line.find(": ");
    return colon == std::string::npos ? "" : line.substr(colon + 2);
  }
  return "";
}

/// Those of the processor's instruction sets that decide which kernels libraries pick.
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
  return {{"program", program_version},
          {"revision", git_revision()},
          {"dirty", git_dirty()},
          {"started", utc_now()},
          {"host", host_name()},
          {"ranks", ranks},
          {"hosts", hosts},
          {"host_memory", host_memory_size()},
          {"affinity", affinity_count()},
          {"processor", cpu_field("model name")},
          {"instruction_sets", instruction_sets()},
          {"kernels", name_of(best_instruction_set())},
          {"torch_kernels", at::get_cpu_capability()},
          {"gpu", torch::cuda::is_available() ? std::to_string(torch::cuda::device_count()) : "none"},
          {"compiler", __VERSION__},
          {"libtorch", TORCH_VERSION},
          {"mpi", comm::mpi_library()},
          {"hdf5", results::hdf5_version()}};
}

}  // namespace m2m::stages

namespace m2m {

std::string utc_now() {
  const auto now = std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
  const std::time_t seconds = std::chrono::system_clock::to_time_t(now);
  std::tm parts{};
  ::gmtime_r(&seconds, &parts);
  return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:03}Z", parts, now.time_since_epoch().count() % 1000);
}

int affinity_count() {
  cpu_set_t set;
  CPU_ZERO(&set);
  return ::sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : 1;
}

}  // namespace m2m
