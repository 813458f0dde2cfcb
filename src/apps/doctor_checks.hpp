#pragma once
// The checks of m2m-doctor: findings of a rank about its process, its host and the file system.
#include <filesystem>
#include <string>
#include <vector>

#include "comm/messages/collectives.hpp"
#include "comm/messages/session.hpp"
#include "core/config.hpp"

namespace m2m::apps {

enum class Health { ok, warning, error };

/// Result of a check.
struct Finding {
  std::string what;  // "file system"
  Health health = Health::ok;
  std::string text;    // the result of the check
  std::string advice;  // what to do; empty if health is ok
  bool operator==(const Finding&) const = default;
};

/// Compares the number of threads in OMP_NUM_THREADS with the cores of this rank. wanted: the text of the variable,
/// or null. Pure.
Finding check_threads(const char* wanted, const comm::HostRanks& share);

/// Reports the instruction set of the kernels, and if M2M_INSTRUCTION_SET keeps it below that of the processor.
/// Local.
Finding check_instructions();

/// Writes, syncs, renames and locks a file in `folder`, as sweeps do, and removes it. Local.
Finding check_file_system(const std::filesystem::path& folder);

/// Checks the free space of the output folder, in bytes. Pure.
Finding check_space(double bytes);

/// Checks the limits of open files and locked memory, and the shared memory. Local.
std::vector<Finding> check_limits();

/// Reports the GPUs that this rank sees and the one that it takes. With several ranks, sums over them by NCCL.
/// CMake lists doctor_devices_cpu.cpp or doctor_devices_cuda.cpp. Collective over the group.
std::vector<Finding> check_devices(const comm::Group& all_ranks, const comm::HostRanks& share);

/// Convert findings to JSON and back.
Json to_json(const std::vector<Finding>& findings);
std::vector<Finding> findings_from_json(const Json& json);

/// Formats findings: a line for each different one, with its ranks unless all have it, and a line of advice.
/// by_rank[r]: of rank r.
std::string findings_text(const std::vector<std::vector<Finding>>& by_rank);

/// Worst health of all findings.
Health worst(const std::vector<std::vector<Finding>>& by_rank);

}  // namespace m2m::apps
