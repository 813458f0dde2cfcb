#pragma once
// Plans stages: what must run for a point of a study, how much time and memory it takes, and the identities that
// ids are hashes of.
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>

#include "core/config.hpp"
#include "settings/resolve.hpp"
#include "study/stage.hpp"
#include "train/loaded_data.hpp"

namespace m2m::stages {

/// Plans the trial of a point, and the g, prefix and base trial that it needs. Reads each data set and checkpoint
/// once. Thread-safe.
///
/// Throws Error (usage), beginning with the setting's name, (bad_data) or (input_output).
class Planner {
 public:
  /// ranks_per_trial: part of an identity if batch norm is local to a rank.
  explicit Planner(int ranks_per_trial = 1) : ranks_per_trial_(ranks_per_trial) {}

  /// Plans a point whose settings are resolved. label: name of the trial. Local.
  study::StageRequest operator()(Config point, const std::string& label);

 private:
  /// Identity of the g that a trial translates against; adds the stage to the needs of `trial`.
  Json plan_g(study::StageRequest& trial, const train::LoadedData& data);
  /// Bytes of the checkpoints that a stage leaves at least: the network with its momentum.
  double checkpoint_bytes(const Config& resolved, const train::LoadedData& data);
  /// Logs a notice, unless it is empty or was logged before.
  void log_once(const std::string& notice);
  /// Logs once the notices of the data, and the classes without validation or test samples.
  void log_notices(const train::LoadedData& data);
  /// SHA-256 of a checkpoint; checks that it fits the network, before any trial runs. setting: names the file in
  /// errors.
  std::string checked_checkpoint(const std::string& setting, const std::string& file, const Config& resolved,
                                 const train::LoadedData& data);

  int ranks_per_trial_;
  train::DataCache data_cache_;
  std::mutex mutex_;                                // guards the members below
  std::map<std::string, std::string> checkpoints_;  // SHA-256 by file, network and data
  std::map<std::string, double> network_bytes_;     // by network, head, precision and classes
  std::set<std::string> noticed_;                   // notices that were logged
};

/// Estimated seconds on one rank: multiply-adds of all passes over an assumed rate. Only ratios between stages are
/// reliable. until: epoch to stop before; by default the end of the schedule. Pure.
double estimated_seconds(const Config& resolved, const train::LoadedData& data,
                         std::optional<int> until = std::nullopt);

/// Estimated bytes of device memory, an upper bound: of a fused trial from the buffers of its kernels
/// (nn/fused_training.hpp); of others twice the expectation for a recorded trial of ResNet-32, scaled with batch,
/// multiply-adds and 1 / channels of the network, as its activations are. Not a reason to refuse a stage. Pure.
double estimated_memory(const Config& resolved, const train::LoadedData& data);

// An identity is the settings that act in a stage and the content that it reads. The id is its hash.

/// Hashes of the data that a stage reads: files and chosen rows. Pure.
Json data_identity(const train::LoadedData& data);

/// Identity of a g. config: of settings::g_config; ranks: of a trial. Pure.
Json g_identity(const Config& config, const train::LoadedData& data, int ranks);

/// Epoch until which a trial may share a prefix with others: epochs on the data as they are, without class weights,
/// from an initialisation. Nothing if it has no such epochs. Pure.
std::optional<int> prefix_end(const Config& resolved);
/// Identity of the prefix: the settings that act before its last epoch. Methods with the same loss, head and mixing
/// share it. Pure.
Json prefix_identity(const Config& resolved, const train::LoadedData& data, int ranks);

/// What a trial reads besides its data.
struct TrialOrigins {
  Json g = nullptr;               // identity of the g that it translates against; null without one
  std::string start_sha256 = {};  // of the checkpoint that f starts from; empty without one
  std::string base = {};          // id of the base trial; empty without one
};

/// Identity of a trial. Pure.
Json trial_identity(const Config& resolved, const train::LoadedData& data, const TrialOrigins& origins, int ranks);

}  // namespace m2m::stages
