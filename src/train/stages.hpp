#pragma once
// The training side of a sweep: points of a study -> stages, and stages -> files.
#include <filesystem>
#include <map>
#include <set>
#include <string>

#include "dist/messages/group.hpp"
#include "dist/tensors/communicator.hpp"
#include "results/layout.hpp"
#include "sweep/stage.hpp"
#include "train/loaded_data.hpp"
#include "train/settings.hpp"

namespace m2m {

/// Says what has to be run for a point: its trial, and the g, the prefix and the finished trial that it needs.
/// Reads each data set and checkpoint once.
///
/// Throws Error: usage (the sentence begins with the field's name), bad_data or input_output.
class StagePlanner {
 public:
  /// ranks_per_trial: part of an identity where batch norm is local to a rank.
  explicit StagePlanner(int ranks_per_trial = 1) : ranks_per_trial_(ranks_per_trial) {}

  StageRequest operator()(const Config& resolved, const std::string& label);

 private:
  /// What a trial translates against, for its identity; needs are added to `trial`.
  Json plan_g(StageRequest& trial, const LoadedData& data);
  /// SHA-256 of a checkpoint that was read and fits the network, so that no trial finds out later.
  std::string checked_checkpoint(const std::string& file, const Config& resolved, const LoadedData& data);

  int ranks_per_trial_;
  DataShelf shelf_;
  std::map<std::string, std::string> checkpoints_;  // SHA-256 by file, network and data
  std::set<std::string> noticed_;                   // data sets whose notice was printed
};

/// Whether stages are profiled, and the rank that their traces name.
struct ProfileSettings {
  bool on = false;
  int rank = 0;
};

/// Whom a runner shares its stages with. The group has to outlive the runner.
struct RunnerRanks {
  const MpiGroup* group = nullptr;  // null: nobody
  int local_rank = 0;               // of this host's ranks, this one; it chooses the GPU
  int world_rank = 0;               // of the job's, this one
};

struct StageJob;

/// Runs stages, one after the other, and leaves their files in the output folder.
///
/// A trial leaves config.json, journal.jsonl, last.safetensors and, when all is done, result.h5; a g leaves
/// best.safetensors, last.safetensors, journal.jsonl and, last, stage.json with their checksums; a prefix likewise
/// state.safetensors. What is interrupted leaves resume.safetensors. With a profile, each also leaves profile.json,
/// and its result's details are the profile's table.
class StageRunner {
 public:
  StageRunner(OutputFolder out, Json environment, RunnerRanks ranks = {}, ProfileSettings profile = {});

  /// Collective over the group. Throws Error on bad input; a loss that is not a number comes back as `diverged`.
  StageResult operator()(const Stage& stage, StageContext& context);

 private:
  StageResult execute(StageJob job, StageContext& context);
  /// Collective over the group, the first time.
  std::shared_ptr<Communicator> communicator(torch::Device device);

  OutputFolder out_;
  Json environment_;
  RunnerRanks ranks_;
  ProfileSettings profile_;
  DataShelf shelf_;
  std::map<std::string, std::shared_ptr<Communicator>> communicators_;  // by device
};

}  // namespace m2m
