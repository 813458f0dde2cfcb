#pragma once
// What a trial leaves behind: the record that result.h5 holds. results/README.md describes the file.
#include <array>
#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/calibration.hpp"
#include "core/config.hpp"
#include "core/metrics.hpp"
#include "results/samples.hpp"

namespace m2m::results {

inline constexpr double not_measured = std::numeric_limits<double>::quiet_NaN();

/// What became of the slots of an M2m epoch, counted per (seed class, target class).
enum class Outcome { chosen, without_seed, failed_coin, failed_gamma, accepted };
inline constexpr int outcome_count = 5;
inline constexpr const char* outcome_names[outcome_count] = {"chosen", "without_seed", "failed_coin",
                                                             "failed_gamma", "accepted"};

using ClassPair = std::pair<std::int32_t, std::int32_t>;        // seed class k0, target class k
using OutcomeCounts = std::array<std::int64_t, outcome_count>;  // slots by outcome

/// Only pairs of classes that occur: the size goes with the slots of an epoch, not with the square of the number of
/// classes. A slot without a seed has no k0 and is counted at (k, k), where nothing else can be.
struct GenerationCounts {
  int classes = 0;
  std::map<ClassPair, OutcomeCounts> cells;

  explicit GenerationCounts(int k = 0) : classes(k) {}
  /// Makes the pair's cell, of zeros, if there is none.
  std::int64_t& at(Outcome outcome, std::int32_t seed, std::int32_t target) {
    return cells[{seed, target}][static_cast<std::size_t>(outcome)];
  }
  std::int64_t total(Outcome outcome) const;
};

/// One epoch of training. Losses are means per slot; accuracies and probabilities lie in [0, 1]; NaN: not measured.
struct EpochRecord {
  int epoch = 0;
  double learning_rate = 0;
  double loss = not_measured;      // over all slots of the epoch
  double accuracy = not_measured;  // of the batches as trained on
  double validation_bacc = not_measured;
  double validation_gm = not_measured;
  double test_bacc = not_measured;
  double test_gm = not_measured;
  double seconds = not_measured;       // training alone
  double step_seconds = not_measured;  // median over the epoch's steps; on a GPU their mean
  double evaluation_seconds = not_measured;
  // M2m, over accepted images, from f's training-mode forward before the update; other_loss over all other slots
  double generated_loss = not_measured;
  double other_loss = not_measured;
  double generated_accuracy = not_measured;  // f says the target class
  double generated_p_target = not_measured;  // f's mean probability of k
  double generated_p_seed = not_measured;    // f's mean probability of k0
  GenerationCounts generation;               // classes 0: the epoch translated nothing
};

/// A trained network's answers on validation and test, at one epoch.
struct Snapshot {
  int epoch = 0;
  Confusion validation;  // classes 0: no validation set
  Confusion test;
  std::vector<float> validation_logits;  // [n, K] row-major; stored as float16
  std::vector<float> test_logits;        // [n, K]
  // Of the logits as stored; filled in where a record is read, and not looked at where one is written.
  Calibration validation_calibration, test_calibration;
};

struct TrialRecord {
  std::string id;                     // 16 hexadecimal digits
  std::string label;                  // the row it belongs to: "M2m, lambda=0"
  Json config = Json::object();       // every setting, resolved: {"data.set": "cifar10", ...}
  Json identity = Json::object();     // what the id is the hash of
  Json environment = Json::object();  // provenance: revision, host, processor, libraries ...
  Json data = Json::object();         // counts, hashes, sizes, published or not
  double wall_seconds = 0;
  std::string started;  // "2026-01-31T12:00:00.123Z"; empty in older files
  int rank = -1;        // of the job: the trial's first; -1 in older files
  std::vector<EpochRecord> epochs;
  std::vector<std::int32_t> validation_labels, test_labels;
  std::optional<Snapshot> best;  // best validation bACC, the later epoch on a tie; none without validation
  Snapshot last;
  std::optional<FeatureSample> features;          // where record.features asks for them
  std::optional<TranslationSample> translations;  // where record.samples does
};

/// A trial that did not finish, as failure.json in its folder says it.
struct TrialFailure {
  std::string id, label, reason;  // one sentence
  bool diverged = false;          // the loss was not a number; an expected outcome
  Config config;
};

}  // namespace m2m::results
