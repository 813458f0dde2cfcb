#pragma once
// m2m-doctor's checks: what a rank finds about its process, its host and the file system.
#include <filesystem>
#include <string>
#include <vector>

#include "comm/messages/collectives.hpp"
#include "comm/messages/session.hpp"
#include "core/config.hpp"

namespace m2m::apps {

enum class Health { ok, warning, error };

struct Finding {
  std::string what;  // "file system"
  Health health = Health::ok;
  std::string text;    // what is the case
  std::string advice;  // what to do about it; empty where all is well
  bool operator==(const Finding&) const = default;
};

/// Threads that the environment asks for (OMP_NUM_THREADS) against the cores that this rank may use. Pure.
Finding check_threads(const char* wanted, const comm::HostRanks& share);

/// The instruction set of this process's own kernels, and whether M2M_INSTRUCTION_SET keeps it below the
/// processor's. Local.
Finding check_instructions();

/// Writes, syncs, renames and locks in `folder`, as sweeps do; leaves nothing. Local.
Finding check_file_system(const std::filesystem::path& folder);

/// bytes: free where results go. Pure.
Finding check_space(double bytes);

/// Open files, locked memory and shared memory of this process. Local.
std::vector<Finding> check_limits();

/// GPUs that this rank sees, and the one it would take; with several ranks, a sum over them by NCCL. Collective
/// over the group. CMake lists doctor_devices_cpu.cpp or doctor_devices_cuda.cpp, by the build.
std::vector<Finding> check_devices(const comm::Group& all_ranks, const comm::HostRanks& share);

Json to_json(const std::vector<Finding>& findings);
std::vector<Finding> findings_from_json(const Json& json);

/// One line per different finding, with the ranks that found it where not all did, and a line of advice below.
/// by_rank[r]: of rank r.
std::string findings_text(const std::vector<std::vector<Finding>>& by_rank);

/// The worst of all.
Health worst(const std::vector<std::vector<Finding>>& by_rank);

}  // namespace m2m::apps
