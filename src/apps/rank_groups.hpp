#pragma once
// Groups of ranks and shared devices: which options fit together, and the settings that rank 0 broadcasts.
#include <optional>
#include <string>
#include <vector>

#include "apps/machine_needs.hpp"
#include "comm/messages/session.hpp"
#include "core/config.hpp"
#include "results/output_folder.hpp"
#include "study/graph.hpp"

namespace m2m::apps {

/// Settings of a job that rank 0 broadcasts to all ranks.
struct JobSettings {
  results::OutputFolder out;
  bool profile = false;
  int ranks_per_trial = 1;
  int max_retries = 1;                  // further tries of a stage that throws
  int trials_per_device = 1;            // worker slots of a rank
  double stall_timeout = 0;             // seconds; 0: stalls are not watched for
  std::vector<MachineNeed> needs = {};  // of the stages
};

/// Broadcasts the settings of rank 0; nothing if rank 0 has none. Collective.
///
/// build: of the program of this rank. Throws Error (usage) on every rank if the build of a rank differs from that
/// of rank 0; that rank prints both.
std::optional<JobSettings> broadcast_job_settings(const comm::Session& session, const std::string& build,
                                                  const std::optional<JobSettings>& job_settings);

/// Number of ranks that train one trial. wanted: 0 for auto, which takes more than one if there are fewer trials to
/// run than ranks.
///
/// Throws Error (usage) if the job has fewer ranks than a group, or if the last group would be smaller although
/// trials depend on the size of their group (local batch norm, deterministic mode).
int ranks_per_trial(int wanted, int ranks, const study::StageGraph& graph, const std::vector<bool>& exists);

/// Text of the groups: "7 ranks in 4 groups of 2; the last group has 1"; empty if each trial has one rank.
std::string groups_text(int ranks, int ranks_per_trial);

inline constexpr int max_trials_per_device = 32;  // number of streams that libtorch has for a GPU

/// Checks two options. Throws Error (usage) if ranks would share both devices and trials. ranks_per_trial: 0 for
/// auto.
void check_group_options(int trials_per_device, int ranks_per_trial);

/// Checks the stages to run. Throws Error (usage) if several share a device and one is deterministic, which uses 8
/// threads.
void check_shard_options(int trials_per_device, const study::StageGraph& graph, const std::vector<bool>& exists);

/// Text of the shared devices: "2 ranks with up to 4 trials at a time each, as memory admits"; empty if each rank
/// has one worker slot.
std::string shared_devices_text(int ranks, int trials_per_device);

}  // namespace m2m::apps
