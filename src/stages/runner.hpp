#pragma once
// Runs stages: what it takes and where, their profile, and what results say of their environment.
#include <filesystem>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "comm/messages/session.hpp"
#include "comm/tensors/communicator.hpp"
#include "core/config.hpp"
#include "core/machine.hpp"
#include "core/profile.hpp"
#include "results/output_folder.hpp"
#include "study/stage.hpp"
#include "train/loaded_data.hpp"
#include "train/trial_setup.hpp"

namespace m2m::stages {

/// Whether stages are profiled, and the rank that their traces name.
struct ProfileSettings {
  bool on = false;
  int rank = 0;
};

/// Whom a runner shares its stages with. The group has to outlive the runner.
struct RunnerRanks {
  const comm::MpiGroup* group = nullptr;  // null: nobody
  int local_rank = 0;                     // of this host's ranks, this one; it chooses the GPU
  int world_rank = 0;                     // of the job's, this one
  int trials_per_device = 1;  // how many stages this one runs at once; more than one: the group has one rank
};

struct StageJob;

/// Runs stages, each where it is called, and leaves their files in the output folder.
///
/// A trial leaves config.json, journal.jsonl, last.safetensors and, when all is done, result.h5; a g leaves
/// best.safetensors, last.safetensors, journal.jsonl and, last, stage.json with their checksums; a prefix likewise
/// state.safetensors. What is interrupted leaves resume.safetensors. With a profile, each also leaves profile.json,
/// and its result's details are the profile's table.
///
/// With trials_per_device > 1 that many threads may run a stage at once, each on a stream of its own of the GPU;
/// all share what was read of a data set.
class StageRunner {
 public:
  StageRunner(results::OutputFolder out, Json environment, RunnerRanks ranks = {}, ProfileSettings profile = {});

  /// Collective over the group. Throws Error on bad input; a loss that is not a number comes back as `diverged`.
  study::StageResult operator()(const study::Stage& stage, study::StageContext& context);

  /// Of the device that the last stage was begun on; before the first, of the rank's GPU, or the host where there
  /// is none. Thread-safe.
  DeviceMemory memory() const;

 private:
  std::shared_ptr<const train::LoadedData> data(const study::Stage& stage, torch::Device device);
  study::StageResult execute(StageJob job, study::StageContext& context);
  /// Collective over the group, the first time.
  std::shared_ptr<comm::Communicator> communicator(torch::Device device);

  results::OutputFolder out_;
  Json environment_;
  RunnerRanks ranks_;
  ProfileSettings profile_;
  std::mutex reading_;  // of data_cache_
  train::DataCache data_cache_;
  mutable std::mutex mutex_;  // of what follows
  torch::Device device_ = torch::kCPU;
  std::map<std::string, std::shared_ptr<comm::Communicator>> communicators_;  // by device
};

// What is left of a stage's profile when it ends: a trace beside its journal, and a table for people.

/// An empty profile for a stage of these settings, to be made on the stage's stream (OwnStream). On a GPU it tells
/// the GPU's time: a phase lasts from the end of what was queued before it to the end of its own work, or until the
/// host is done with it if that is later.
Profile begin_profile(const train::TrialSettings& settings);

/// Writes profile.json into `folder` and returns the table, under a line that names the stage and the file.
///
/// Where the file cannot be written, that line says so: no stage is lost for it. Measures the peak of a CPU, which
/// takes 20 ms. Local.
std::vector<std::string> end_profile(Profile& profile, const study::Stage& stage,
                                     const train::TrialSettings& settings, const std::filesystem::path& folder,
                                     int rank);

// Provenance: where and by what a result was made. Recorded with it, never part of an id.

/// Program version, git revision and whether the tree was dirty, host and its memory (bytes), ranks of the job and
/// on how many hosts, affinity, processor with its instruction sets, the set that the project's own kernels use by
/// default ("kernels"), how many GPUs, versions of compiler, MPI and libraries. Local. Throws Error (usage) if
/// M2M_INSTRUCTION_SET names no set.
Json environment(int ranks, int hosts = 1);

}  // namespace m2m::stages
