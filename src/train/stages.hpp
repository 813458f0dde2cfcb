#pragma once
// The training side of a sweep: points of a study -> stages, and stages -> files.
#include <filesystem>
#include <map>
#include <mutex>
#include <set>
#include <string>

#include "core/machine.hpp"
#include "dist/messages/group.hpp"
#include "dist/tensors/communicator.hpp"
#include "results/layout.hpp"
#include "sweep/stage.hpp"
#include "train/loaded_data.hpp"
#include "train/settings.hpp"

namespace m2m::stages {

/// Says what has to be run for a point: its trial, and the g, the prefix and the finished trial that it needs.
/// Reads each data set and checkpoint once.
///
/// Throws Error: usage (the sentence begins with the field's name), bad_data or input_output.
class StagePlanner {
 public:
  /// ranks_per_trial: part of an identity where batch norm is local to a rank.
  explicit StagePlanner(int ranks_per_trial = 1) : ranks_per_trial_(ranks_per_trial) {}

  study::StageRequest operator()(const Config& resolved, const std::string& label);

 private:
  /// What a trial translates against, for its identity; needs are added to `trial`.
  Json plan_g(study::StageRequest& trial, const train::LoadedData& data);
  /// Logs, once, what is off with the data, and the classes that no validation or test sample has.
  void log_notices(const train::LoadedData& data);
  /// SHA-256 of a checkpoint that was read and fits the network, so that no trial finds out later.
  /// setting: what names the file, for error sentences.
  std::string checked_checkpoint(const std::string& setting, const std::string& file, const Config& resolved,
                                 const train::LoadedData& data);

  int ranks_per_trial_;
  train::DataShelf shelf_;
  std::map<std::string, std::string> checkpoints_;  // SHA-256 by file, network and data
  std::set<std::string> noticed_;                   // sentences about data that were logged
};

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
  std::mutex reading_;  // of shelf_
  train::DataShelf shelf_;
  mutable std::mutex mutex_;  // of what follows
  torch::Device device_ = torch::kCPU;
  std::map<std::string, std::shared_ptr<comm::Communicator>> communicators_;  // by device
};

}  // namespace m2m::stages
