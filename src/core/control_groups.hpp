#pragma once
// Limits of processors and memory that a container or a job of a cluster sets by control groups of Linux.
#include <filesystem>
#include <limits>

namespace m2m {

/// Infinity: no limit.
struct ControlGroupLimits {
  double cores = std::numeric_limits<double>::infinity();        // processor time per time
  double memory = std::numeric_limits<double>::infinity();       // bytes
  double memory_left = std::numeric_limits<double>::infinity();  // bytes that are free or hold files' old pages
};

/// Reads the limits of this process, the tightest of its group and all groups above, of both versions of control
/// groups. What cannot be read counts as no limit. root: where /proc and /sys are. Local.
ControlGroupLimits control_group_limits(const std::filesystem::path& root = "/");

/// Number of cores that this process can keep busy: those of its affinity mask, or as many as its control groups
/// allow if that is fewer; at least 1.
int usable_cores();

}  // namespace m2m
