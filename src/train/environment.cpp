#include "train/environment.hpp"

#include <sched.h>
#include <torch/cuda.h>
#include <torch/version.h>
#include <unistd.h>

#include <array>
#include <ctime>
#include <fstream>
#include <set>
#include <sstream>
#include <string>

#include "core/revision.hpp"
#include "core/version.hpp"
#include "results/hdf5_version.hpp"

namespace m2m {
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

std::string now_utc() {
  const std::time_t now = std::time(nullptr);
  std::tm parts{};
  ::gmtime_r(&now, &parts);
  std::array<char, 32> text{};
  std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%SZ", &parts);
  return text.data();
}

}  // namespace

int affinity_count() {
  cpu_set_t set;
  CPU_ZERO(&set);
  return ::sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : 1;
}

Json environment(int ranks) {
  return {{"program", program_version},
          {"revision", git_revision()},
          {"dirty", git_dirty()},
          {"started", now_utc()},
          {"host", host_name()},
          {"ranks", ranks},
          {"affinity", affinity_count()},
          {"processor", cpu_field("model name")},
          {"instruction_sets", instruction_sets()},
          {"torch_kernels", at::get_cpu_capability()},
          {"gpu", torch::cuda::is_available() ? std::to_string(torch::cuda::device_count()) : "none"},
          {"compiler", __VERSION__},
          {"libtorch", TORCH_VERSION},
          {"hdf5", hdf5_version()}};
}

}  // namespace m2m
