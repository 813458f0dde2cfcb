#pragma once
// Plans stages: what has to run for a point of a study, and roughly what time and memory that takes.
#include <map>
#include <optional>
#include <set>
#include <string>

#include "core/config.hpp"
#include "study/stage.hpp"
#include "train/loaded_data.hpp"

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
  train::DataCache data_cache_;
  std::map<std::string, std::string> checkpoints_;  // SHA-256 by file, network and data
  std::set<std::string> noticed_;                   // sentences about data that were logged
};

/// Seconds on one rank: multiply-adds of all passes over an assumed rate. Only ratios between stages are to be
/// trusted. until: the epoch to stop before; the schedule's last unless given.
double estimated_seconds(const Config& resolved, const train::LoadedData& data,
                         std::optional<int> until = std::nullopt);

/// Bytes of its device that a stage may take, generously: twice what a recorded trial of ResNet-32 was expected to
/// take, and in proportion to batch and network. An upper bound for wide networks, whose activations grow slower
/// than their multiply-adds. Not for refusing anything. Pure.
double estimated_memory(const Config& resolved, const train::LoadedData& data);

}  // namespace m2m::stages
