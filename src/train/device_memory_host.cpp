#include <unistd.h>

#include <fstream>
#include <string>

#include "train/device_memory.hpp"

namespace m2m {
namespace {

/// Bytes of a "key:  number kB" line of /proc/meminfo; 0 where there is none.
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

DeviceMemory host_memory() { return {meminfo("MemAvailable"), resident()}; }

double host_memory_size() { return meminfo("MemTotal"); }

}  // namespace m2m
