#include "core/machine.hpp"

#include <fmt/chrono.h>
#include <malloc.h>
#include <sched.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <ctime>
#include <fstream>
#include <string>

#include "core/control_groups.hpp"

namespace m2m {
namespace {

/// Bytes of a "key:  number kB" line of /proc/meminfo; 0 if there is none.
double meminfo(const std::string& key) {
  std::ifstream lines("/proc/meminfo");
  for (std::string word; lines >> word;) {
    double kibibytes = 0;
    if (word == key + ":" && lines >> kibibytes) return 1024 * kibibytes;
  }
  return 0;
}

double resident() {
  double all = 0, pages = 0;
  std::ifstream("/proc/self/statm") >> all >> pages;
  return pages * static_cast<double>(::sysconf(_SC_PAGESIZE));
}

}  // namespace

std::string host_name() {
  std::array<char, 256> name{};
  return ::gethostname(name.data(), name.size() - 1) == 0 ? name.data() : "unknown";
}

int affinity_cores() {
  cpu_set_t set;
  CPU_ZERO(&set);
  return ::sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : 1;
}

std::string utc_now() {
  const auto now = std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
  const std::time_t seconds = std::chrono::system_clock::to_time_t(now);
  std::tm parts{};
  ::gmtime_r(&seconds, &parts);
  return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:03}Z", parts, now.time_since_epoch().count() % 1000);
}

DeviceMemory host_memory() {
  return {std::min(meminfo("MemAvailable"), control_group_limits().memory_left), resident()};
}

double host_memory_size() {
  static const double size = std::min(meminfo("MemTotal"), control_group_limits().memory);  // asked for each trial
  return size;
}

void keep_freed_memory() {
  ::mallopt(M_MMAP_THRESHOLD, 32 << 20);  // the library's maximum
  ::mallopt(M_TRIM_THRESHOLD, 1 << 30);
}

}  // namespace m2m
