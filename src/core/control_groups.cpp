#include "core/control_groups.hpp"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <sstream>
#include <string>

#include "core/machine.hpp"

namespace m2m {
namespace fs = std::filesystem;
namespace {

constexpr double no_limit = std::numeric_limits<double>::infinity();

/// A number, "max", or what stands for no limit in version 1: -1, or nearly 2^63.
double limit_of(const std::string& word) {
  std::istringstream stream(word);
  double value = 0;
  return stream >> value && value >= 0 && value < 0x1p60 ? value : no_limit;
}

/// The word of a file at `index`; "" if it is missing.
std::string word_of(const fs::path& file, int index = 0) {
  std::ifstream stream(file);
  std::string word;
  for (int i = 0; i <= index; ++i) {
    if (!(stream >> word)) return "";
  }
  return word;
}

/// The number after a key of memory.stat; 0 if there is none.
double stat_of(const fs::path& file, const std::string& wanted) {
  std::ifstream stream(file);
  double value = 0;
  for (std::string key; stream >> key >> value;) {
    if (key == wanted) return value;
  }
  return 0;
}

void limit_cores(ControlGroupLimits& limits, const std::string& quota, const std::string& period) {
  const double microseconds = limit_of(period);
  if (microseconds > 0 && std::isfinite(microseconds)) {
    limits.cores = std::min(limits.cores, limit_of(quota) / microseconds);
  }
}

/// used: bytes that are charged to the group; old: those of them that hold files' pages and can be had back.
void limit_memory(ControlGroupLimits& limits, double allowed, double used, double old) {
  limits.memory = std::min(limits.memory, allowed);
  if (std::isfinite(used)) limits.memory_left = std::min(limits.memory_left, std::max(0.0, allowed - used + old));
}

void apply_version_2(const fs::path& group, ControlGroupLimits& limits) {
  limit_cores(limits, word_of(group / "cpu.max"), word_of(group / "cpu.max", 1));
  limit_memory(limits, limit_of(word_of(group / "memory.max")), limit_of(word_of(group / "memory.current")),
               stat_of(group / "memory.stat", "inactive_file"));
}

void apply_version_1(const fs::path& group, ControlGroupLimits& limits) {
  limit_cores(limits, word_of(group / "cpu.cfs_quota_us"), word_of(group / "cpu.cfs_period_us"));
  limit_memory(limits, limit_of(word_of(group / "memory.limit_in_bytes")),
               limit_of(word_of(group / "memory.usage_in_bytes")),
               stat_of(group / "memory.stat", "total_inactive_file"));
}

/// Applies the limits of a group and of all above it. path: below `mount`, as /proc/self/cgroup names it.
template <typename Apply>
void apply_upwards(const fs::path& mount, const fs::path& path, ControlGroupLimits& limits, Apply apply) {
  for (fs::path group = path.relative_path(); !group.empty(); group = group.parent_path())
    apply(mount / group, limits);
  apply(mount, limits);
}

}  // namespace

ControlGroupLimits control_group_limits(const fs::path& root) {
  ControlGroupLimits limits;
  std::ifstream lines(root / "proc/self/cgroup");
  for (std::string line; std::getline(lines, line);) {  // "NUMBER:CONTROLLER,...:PATH"
    const auto first = line.find(':'), second = line.find(':', first + 1);
    if (second == std::string::npos) continue;
    const std::string controllers = line.substr(first, second - first), path = line.substr(second + 1);
    const fs::path mounts = root / "sys/fs/cgroup";
    if (controllers == ":") apply_upwards(mounts, path, limits, apply_version_2);
    if ((controllers + ",").find("cpu,") != std::string::npos)
      apply_upwards(mounts / "cpu", path, limits, apply_version_1);
    if (controllers.find("memory") != std::string::npos)
      apply_upwards(mounts / "memory", path, limits, apply_version_1);
  }
  return limits;
}

int usable_cores() {
  const double allowed = std::max(1.0, std::floor(control_group_limits().cores));
  return static_cast<int>(std::min<double>(affinity_cores(), allowed));
}

}  // namespace m2m
