#pragma once
// Runs stages on this rank: device, communicator, profile, and the provenance of results.
#include <torch/types.h>

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

/// The ranks that share a runner's stages. The group must outlive the runner.
struct RunnerRanks {
  const comm::Group* group = nullptr;  // null: one rank
  int local_rank = 0;                  // rank on this host; chooses the GPU
  int world_rank = 0;                  // rank in the MPI job
  int trials_per_device = 1;           // stages that run at once; if more than one, the group has one rank
};

struct StageJob;

/// Runs stages on this rank, and leaves their files in the output folder.
///
/// A trial leaves config.json, journal.jsonl, last.safetensors and at the end result.h5. A g leaves
/// best.safetensors, last.safetensors, journal.jsonl and at the end stage.json with their checksums; a prefix
/// likewise state.safetensors. An interrupted stage leaves resume.safetensors. With a profile, each stage also
/// leaves profile.json, and the details of its result are the profile's table.
///
/// With trials_per_device > 1, that many threads may run a stage at once, each on its own stream of the GPU; they
/// share the data that were read.
class Runner {
 public:
  /// environment: provenance for the records.
  Runner(results::OutputFolder out, Json environment, RunnerRanks ranks = {}, ProfileSettings profile = {});

  /// Runs a stage. Collective over the group. Throws Error on bad input; a loss that is not finite is returned as
  /// `diverged`.
  study::StageResult operator()(const study::Stage& stage, study::StageContext& context);

  /// Memory of the device of the last stage; before the first stage, of the rank's GPU, or of the host if there is
  /// no GPU. Thread-safe.
  DeviceMemory memory() const;

 private:
  std::shared_ptr<const train::LoadedData> data(const study::Stage& stage, torch::Device device);
  study::StageResult execute(StageJob job, study::StageContext& context);
  /// Makes the communicator of a device. The first call is collective over the group.
  std::shared_ptr<comm::Communicator> communicator(torch::Device device);

  results::OutputFolder out_;
  Json environment_;
  RunnerRanks ranks_;
  ProfileSettings profile_;
  train::DataCache data_cache_;
  mutable std::mutex mutex_;  // guards the members below
  torch::Device device_ = torch::kCPU;
  std::map<std::string, std::shared_ptr<comm::Communicator>> communicators_;  // by device
};

/// Makes an empty profile for a stage; call it on the stage's stream (StreamScope). On a GPU it measures GPU time:
/// a phase lasts from the end of the work queued before it to the end of its own work, or to the end of the host's
/// work if that is later.
Profile start_profile(const train::TrialSettings& settings);

/// Writes profile.json into `folder` and returns the table, below a line that names stage and file. If the file
/// cannot be written, that line says so, and the stage goes on. Measures the peak of a CPU, which takes 20 ms.
/// Local.
std::vector<std::string> finish_profile(Profile& profile, const study::Stage& stage,
                                        const train::TrialSettings& settings, const std::filesystem::path& folder,
                                        int rank);

/// Provenance of results, recorded but not part of an id: program version, git revision and whether the tree was
/// dirty, host and its memory in bytes, ranks and hosts of the job, affinity, processor and its instruction sets,
/// the default set of the project's kernels ("kernels"), number of GPUs, versions of compiler, MPI and libraries.
/// Local. Throws Error (usage) if M2M_INSTRUCTION_SET names no set.
Json environment(int ranks, int hosts = 1);

// The part of a result's environment about the GPU that it was trained on.

/// Of a GPU: gpu (its name), gpu_memory (bytes), compute_capability, and the versions driver, cuda, cudnn and nccl.
/// Of the CPU: an empty object. Local.
Json device_record(torch::Device device);

/// The release in the first line of /proc/driver/nvidia/version, as "580.65.06"; "" if there is none. Pure.
std::string driver_release(const std::string& line);

/// A version as cuDNN counts it, 10000 times the major number and 100 times the minor one: 91900 ->
/// "9.19.0". Pure.
std::string version_text(long version);

}  // namespace m2m::stages
