#pragma once
// How the ranks of a job are put into groups, and what each is told before the sweep begins.
#include <optional>
#include <string>
#include <vector>

#include "comm/messages/session.hpp"
#include "core/config.hpp"
#include "results/output_folder.hpp"
#include "study/graph.hpp"

namespace m2m::apps {

/// What rank 0 tells all ranks of a sweep.
struct JobSettings {
  results::OutputFolder out;
  bool profile = false;
  int ranks_per_trial = 1;
  int max_retries = 1;        // further tries of a stage that throws
  int trials_per_device = 1;  // stages that each rank runs at once
};

/// Collective: rank 0's order on every rank; nothing where rank 0 has none.
///
/// build: of this rank's program. Throws Error (usage), on every rank, where one of them is another build than rank
/// 0; that rank's sentence says which.
std::optional<JobSettings> broadcast_job_settings(const comm::Session& session, const std::string& build,
                                                  const std::optional<JobSettings>& job_settings);

/// How many ranks train one trial. wanted: 0 for auto, which shares the ranks among the trials to run where these
/// are fewer.
///
/// Throws Error (usage) where the job has fewer ranks than a group, and where the last group would be smaller
/// although the study's trials must not differ in that (local batch norm, deterministic mode).
int ranks_per_trial(int wanted, int ranks, const study::StageGraph& graph, const std::vector<bool>& exists);

/// "7 ranks in groups of 2; the last group has 1"; empty where each trial has one rank.
std::string groups_text(int ranks, int ranks_per_trial);

// Several trials at a time on a device: what goes together with that, and what is said of it.

inline constexpr int max_trials_per_device = 32;  // libtorch has that many streams for a GPU

/// Throws Error (usage) where ranks would share both devices and trials. ranks_per_trial: 0 for auto.
void check_group_options(int trials_per_device, int ranks_per_trial);

/// Throws Error (usage) where a stage to run is to be deterministic, which takes 8 threads of its own.
void check_shard_options(int trials_per_device, const study::StageGraph& graph, const std::vector<bool>& exists);

/// "2 ranks with up to 4 trials at a time each, as memory admits"; empty where each has one.
std::string shared_devices_text(int ranks, int trials_per_device);

}  // namespace m2m::apps
