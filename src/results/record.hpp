#pragma once
// The record of a trial, which result.h5 holds, and its failure. docs/results_format.md describes the files.
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
#include "core/ranking.hpp"

namespace m2m::results {

/// The features of some training images: the input of the head, in evaluation mode, without augmentation.
struct FeatureSample {
  int width = 0;                     // D
  std::vector<float> values;         // [n, D] row-major; stored as float16
  std::vector<std::int32_t> labels;  // [n]
  std::vector<std::int32_t> rows;    // [n], positions in the training part
  bool operator==(const FeatureSample&) const = default;
};

/// Translations of the plan of the last epoch, by f after that epoch, with the probabilities of both networks.
struct TranslationSample {
  int channels = 0, height = 0, width = 0;
  int steps = 0;                                       // T
  std::vector<std::int32_t> seed_class, target, kept;  // [n]; kept: 1 or 0
  std::vector<float> seeds, translated;                // x0 and x*, [n, c, h, w]; stored as float16
  // Probabilities of the target and of the seed's class, [n, T + 1], from the start to x*; stored as float16.
  std::vector<float> g_target, g_seed, f_target, f_seed;
  bool operator==(const TranslationSample&) const = default;
};

/// The value of a number that was not measured.
inline constexpr double not_measured = std::numeric_limits<double>::quiet_NaN();

/// The outcome of a batch slot in an M2m epoch, counted per (seed class, target class).
enum class Outcome { chosen, without_seed, failed_coin, failed_gamma, accepted };
inline constexpr int outcome_count = 5;
inline constexpr const char* outcome_names[outcome_count] = {"chosen", "without_seed", "failed_coin",
                                                             "failed_gamma", "accepted"};

using ClassPair = std::pair<std::int32_t, std::int32_t>;        // seed class k0, target class k
using OutcomeCounts = std::array<std::int64_t, outcome_count>;  // slots by outcome

/// Outcomes of the batch slots of an epoch, per pair of classes that occurs. A slot without a seed image has no k0
/// and is counted at (k, k), which no other slot can have.
struct GenerationCounts {
  int classes = 0;
  std::map<ClassPair, OutcomeCounts> cells;

  explicit GenerationCounts(int k = 0) : classes(k) {}
  /// The count of an outcome for a pair of classes; adds the pair with zeros if it is missing.
  std::int64_t& at(Outcome outcome, std::int32_t seed, std::int32_t target) {
    return cells[{seed, target}][static_cast<std::size_t>(outcome)];
  }
  /// The sum of an outcome over all pairs.
  std::int64_t total(Outcome outcome) const;
};

/// One epoch of training. Losses are means per slot; accuracies and probabilities lie in [0, 1]; NaN: not
/// measured.
struct EpochRecord {
  int epoch = 0;
  double learning_rate = 0;
  double loss = not_measured;      // over all slots of the epoch
  double accuracy = not_measured;  // of the batches as trained on
  double validation_bacc = not_measured;
  double validation_gm = not_measured;
  double test_bacc = not_measured;
  double test_gm = not_measured;
  double seconds = not_measured;       // of training only
  double step_seconds = not_measured;  // median over the epoch's steps; on a GPU their mean
  double evaluation_seconds = not_measured;
  // M2m: means over accepted images, from f's forward pass in training mode, before the update. other_loss: mean
  // over all other slots
  double generated_loss = not_measured;
  double other_loss = not_measured;
  double generated_accuracy = not_measured;  // f predicts the target class
  double generated_p_target = not_measured;  // f's mean probability of k
  double generated_p_seed = not_measured;    // f's mean probability of k0
  GenerationCounts generation;               // classes 0: the epoch translated nothing
};

/// The logits and confusion matrices of a network on validation and test at one epoch.
struct Snapshot {
  int epoch = 0;
  Confusion validation;  // classes 0: no validation set
  Confusion test;
  std::vector<float> validation_logits;  // [n, K] row-major; stored as float16
  std::vector<float> test_logits;        // [n, K]
  // Calibration of the stored logits; set when a record is read, ignored when one is written.
  Calibration validation_calibration, test_calibration;
  // What tables keep of the stored logits, if they need it (report/answers.hpp); empty otherwise, and never
  // written.
  Ranking test_ranking;
  std::vector<std::int32_t> test_predictions;  // [n]
};

/// Everything that a finished trial reports.
struct TrialRecord {
  std::string id;                     // 16 hexadecimal digits
  std::string label;                  // the row it belongs to: "M2m, lambda=0"
  Json config = Json::object();       // every setting, resolved: {"data.set": "cifar10", ...}
  Json identity = Json::object();     // the JSON whose hash is the id
  Json environment = Json::object();  // provenance: revision, host, processor, libraries ...
  Json data = Json::object();         // counts, hashes, sizes, published or not
  double wall_seconds = 0;
  std::string started;  // "2026-01-31T12:00:00.123Z"; empty in older files
  int rank = -1;        // first rank of the trial; -1 in older files
  std::vector<EpochRecord> epochs;
  std::vector<std::int32_t> validation_labels, test_labels;
  std::optional<Snapshot> best;  // best validation bACC, the later epoch on a tie; none without validation
  Snapshot last;
  std::optional<FeatureSample> features;          // if record.features > 0
  std::optional<TranslationSample> translations;  // if record.samples > 0
};

/// A trial that did not finish, as in its failure.json.
struct TrialFailure {
  std::string id, label, reason;  // one sentence
  bool diverged = false;          // the loss was not finite; an expected outcome
  Config config;
};

/// A measured number of an epoch, with its name as an HDF5 column and as a key of a journal line.
struct EpochColumn {
  const char* name;
  double EpochRecord::*value;
};

/// All measured numbers of an epoch.
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

/// The training counts in the `data` of a record, [classes]; empty if it has none, another number of them, or one
/// that is not a count. Pure.
ClassCounts recorded_counts(const Json& data, int classes);

/// The names of the classes in the `data` of a record, [classes]; empty if it has none, another number of them, or
/// one that is not a text. Pure.
std::vector<std::string> recorded_class_names(const Json& data, int classes);

/// The metrics of results by name. Pure.
///
/// * "bacc", "gm", "gm_nonzero", "accuracy", each in [0, 1];
/// * "ece" and "nll"; NaN: not measured;
/// * unless `counts`, [classes], is empty: "bacc_majority", "bacc_minority", "first_third", "middle_third",
///   "last_third", "many", "medium" and "few", the mean recall of those classes (see class_groups); NaN if none of
///   them has samples.
Json metrics_json(const ClassTotals& totals, const Calibration& calibration, const ClassCounts& counts);

/// Writes a failure.json. Throws WriteError.
void write_failure(const std::filesystem::path& file, const TrialFailure& failure);
/// Reads a failure.json. Throws Error: input_output if it cannot be read, bad_data if it is damaged.
TrialFailure read_failure(const std::filesystem::path& file);

}  // namespace m2m::results
