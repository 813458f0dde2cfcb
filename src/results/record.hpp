#pragma once
// What a trial records for people to look at, where it is asked to.
#include <array>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/config.hpp"
#include "core/metrics.hpp"

namespace m2m::results {

/// What the head of a network is given for some training images, in evaluation mode and without augmentation.
struct FeatureSample {
  int width = 0;                     // D
  std::vector<float> values;         // [n, D] row-major; stored as float16
  std::vector<std::int32_t> labels;  // [n]
  std::vector<std::int32_t> rows;    // [n], positions in the training part
  bool operator==(const FeatureSample&) const = default;
};

/// Translations of the last epoch's plan, by f as it is after that, and what both networks say on the way.
struct TranslationSample {
  int channels = 0, height = 0, width = 0;
  int steps = 0;                                       // T
  std::vector<std::int32_t> seed_class, target, kept;  // [n]; kept: 1 or 0
  std::vector<float> seeds, translated;                // x0 and x*, [n, c, h, w]; stored as float16
  // Probabilities of the target and of the seed's class, [n, T + 1], from the start to x*; stored as float16.
  std::vector<float> g_target, g_seed, f_target, f_seed;
  bool operator==(const TranslationSample&) const = default;
};

// What a trial leaves behind: the record that result.h5 holds. results/README.md describes the file.

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

// The measured numbers of an epoch by name: as HDF5 columns and as keys of a journal line.

struct EpochColumn {
  const char* name;
  double EpochRecord::*value;
};

inline constexpr std::array<EpochColumn, 15> epoch_columns = {{
    {"learning_rate", &EpochRecord::learning_rate},
    {"loss", &EpochRecord::loss},
    {"accuracy", &EpochRecord::accuracy},
    {"validation_bacc", &EpochRecord::validation_bacc},
    {"validation_gm", &EpochRecord::validation_gm},
    {"test_bacc", &EpochRecord::test_bacc},
    {"test_gm", &EpochRecord::test_gm},
    {"seconds", &EpochRecord::seconds},
    {"step_seconds", &EpochRecord::step_seconds},
    {"evaluation_seconds", &EpochRecord::evaluation_seconds},
    {"generated_loss", &EpochRecord::generated_loss},
    {"other_loss", &EpochRecord::other_loss},
    {"generated_accuracy", &EpochRecord::generated_accuracy},
    {"generated_p_target", &EpochRecord::generated_p_target},
    {"generated_p_seed", &EpochRecord::generated_p_seed},
}};

// The metrics that results name, from a confusion matrix, logits and the training counts.

/// counts of a record's `data`, [classes]; empty where it has none, or others than `classes`.
ClassCounts recorded_counts(const Json& data, int classes);

/// {"bacc", "gm", "gm_nonzero", "accuracy"}, each in [0, 1]; "ece" and "nll" (NaN: not measured); and, where counts
/// are given, "bacc_majority", "bacc_minority", "first_third", "middle_third", "last_third", "many", "medium" and
/// "few": the mean recall over those classes, NaN if none of them has samples (see class_groups).
Json metrics_json(const Confusion& confusion, const Calibration& calibration, const ClassCounts& counts);

// failure.json: why a trial did not finish.

/// Throws Error (input_output).
void write_failure(const std::filesystem::path& file, const TrialFailure& failure);
/// Throws Error: input_output where it cannot be read, bad_data where it is damaged.
TrialFailure read_failure(const std::filesystem::path& file);

}  // namespace m2m::results
