#include "support/sample_results.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "core/hash.hpp"
#include "core/version.hpp"
#include "results/record.hpp"

namespace m2m::testing {

using results::Snapshot;
using results::TrialRecord;

namespace {

using Random = std::mt19937;

int below(Random& random, int n) { return static_cast<int>(random() % static_cast<unsigned>(n)); }

Confusion random_confusion(Random& random, int classes, const std::vector<std::int32_t>& labels) {
  Confusion confusion(classes);
  for (const std::int32_t label : labels) ++confusion.at(label, below(random, classes));
  return confusion;
}

std::vector<std::int32_t> random_labels(Random& random, int classes, int count) {
  std::vector<std::int32_t> labels;
  for (int i = 0; i < count; ++i) labels.push_back(below(random, classes));
  return labels;
}

std::vector<float> random_logits(Random& random, std::size_t count) {
  std::vector<float> logits;
  for (std::size_t i = 0; i < count; ++i) logits.push_back(static_cast<float>(below(random, 2048) - 1024) / 64.0F);
  return logits;
}

Snapshot random_snapshot(Random& random, const RecordShape& shape, const TrialRecord& record, int epoch) {
  Snapshot snapshot;
  snapshot.epoch = epoch;
  snapshot.test = random_confusion(random, shape.classes, record.test_labels);
  snapshot.test_logits = random_logits(random, record.test_labels.size() * static_cast<std::size_t>(shape.classes));
  if (!shape.validation) return snapshot;
  snapshot.validation = random_confusion(random, shape.classes, record.validation_labels);
  snapshot.validation_logits =
      random_logits(random, record.validation_labels.size() * static_cast<std::size_t>(shape.classes));
  return snapshot;
}

results::EpochRecord random_epoch(Random& random, const RecordShape& shape, int number) {
  results::EpochRecord epoch;
  epoch.epoch = number;
  for (const results::EpochColumn& column : results::epoch_columns) {
    epoch.*column.value = below(random, 4) == 0 ? results::not_measured : std::ldexp(random(), -31) / 3;
  }
  if (shape.translates && number == shape.epochs - 1) {
    epoch.generation = results::GenerationCounts(shape.classes);
    for (int pair = 0; pair < 3 * shape.classes; ++pair) {
      const auto outcome = static_cast<results::Outcome>(below(random, results::outcome_count));
      epoch.generation.at(outcome, below(random, shape.classes), below(random, shape.classes)) =
          1 + below(random, 1000);
    }
  }
  return epoch;
}

results::FeatureSample random_features(Random& random, int classes) {
  const int n = 2 * classes;
  return {3, random_logits(random, 3U * static_cast<std::size_t>(n)), random_labels(random, classes, n),
          random_labels(random, 1000, n)};
}

results::TranslationSample random_translations(Random& random, int classes) {
  const std::size_t n = 4;
  results::TranslationSample sample{1, 2, 3, 5, {}, {}, {}, {}, {}, {}, {}, {}, {}};
  for (auto* column : {&sample.seed_class, &sample.target}) *column = random_labels(random, classes, n);
  sample.kept = random_labels(random, 2, n);
  for (auto* images : {&sample.seeds, &sample.translated}) *images = random_logits(random, n * 6);
  for (auto* trajectory : {&sample.g_target, &sample.g_seed, &sample.f_target, &sample.f_seed}) {
    *trajectory = random_logits(random, n * 6);
  }
  return sample;
}

void expect_equal(const Snapshot& got, const Snapshot& expected) {
  EXPECT_EQ(got.epoch, expected.epoch);
  EXPECT_EQ(got.validation, expected.validation);
  EXPECT_EQ(got.test, expected.test);
  EXPECT_EQ(got.validation_logits, expected.validation_logits);
  EXPECT_EQ(got.test_logits, expected.test_logits);
}

}  // namespace

TrialRecord random_record(std::uint32_t seed, const RecordShape& shape) {
  Random random(seed);
  TrialRecord record;
  record.id = sha256_hex(std::to_string(seed)).substr(0, 16);
  record.label = "M2m, lambda=0 \xce\xbb";
  record.config = {{"method", "M2m"},
                   {"data.ratio", 100.0},
                   {"seed", 7},
                   {"m2m.random_start", true},
                   {"data.root", ""},
                   {"train.lr_drops", {160.0, 180.0}},
                   {"train.empty_list", Json::array()}};
  record.identity = {{"numerics", 3}, {"settings", {{"method", "M2m"}, {"data.ratio", 0.1}}}};
  record.environment = {{"host", "a17"}, {"ranks", 2}, {"instruction_sets", {"avx2", "fma"}}, {"dirty", false}};
  record.data = {{"set", "cifar10"}, {"counts", std::vector<int>(shape.classes, 5)}, {"notice", ""}};
  record.wall_seconds = 12.5;
  record.test_labels = random_labels(random, shape.classes, shape.samples);
  if (shape.validation) record.validation_labels = random_labels(random, shape.classes, shape.samples / 2);
  for (int e = 0; e < shape.epochs; ++e) record.epochs.push_back(random_epoch(random, shape, e));
  record.last = random_snapshot(random, shape, record, shape.epochs - 1);
  if (shape.validation) record.best = random_snapshot(random, shape, record, shape.epochs / 2);
  if (!shape.translates) return record;
  record.started = "2026-01-31T12:00:00.123Z";
  record.rank = 3;
  record.features = random_features(random, shape.classes);
  record.translations = random_translations(random, shape.classes);
  return record;
}

void expect_equal(const results::EpochRecord& got, const results::EpochRecord& expected) {
  EXPECT_EQ(got.epoch, expected.epoch);
  for (const results::EpochColumn& column : results::epoch_columns) {
    const double a = got.*column.value;
    const double b = expected.*column.value;
    EXPECT_TRUE(a == b || (std::isnan(a) && std::isnan(b))) << column.name << ": " << a << " and " << b;
  }
  EXPECT_EQ(got.generation.classes, expected.generation.classes);
  EXPECT_EQ(got.generation.cells, expected.generation.cells);
}

void expect_equal(const TrialRecord& got, const TrialRecord& expected) {
  EXPECT_EQ(got.id, expected.id);
  EXPECT_EQ(got.label, expected.label);
  EXPECT_EQ(got.config, expected.config);
  EXPECT_EQ(got.identity, expected.identity);
  EXPECT_EQ(got.environment, expected.environment);
  EXPECT_EQ(got.data, expected.data);
  EXPECT_EQ(got.wall_seconds, expected.wall_seconds);
  EXPECT_EQ(got.validation_labels, expected.validation_labels);
  EXPECT_EQ(got.test_labels, expected.test_labels);
  ASSERT_EQ(got.epochs.size(), expected.epochs.size());
  for (std::size_t e = 0; e < got.epochs.size(); ++e) expect_equal(got.epochs[e], expected.epochs[e]);
  expect_equal(got.last, expected.last);
  ASSERT_EQ(got.best.has_value(), expected.best.has_value());
  if (got.best) expect_equal(*got.best, *expected.best);
  EXPECT_EQ(got.started, expected.started);
  EXPECT_EQ(got.rank, expected.rank);
  EXPECT_EQ(got.features, expected.features);
  EXPECT_EQ(got.translations, expected.translations);
}

Config sample_config(const std::string& method, int seed) {
  return Config({{"method", method},
                 {"seed", seed},
                 {"seeds.init", seed},
                 {"protocol", "code"},
                 {"data.set", "cifar10"},
                 {"data.imbalance", "longtail"},
                 {"data.ratio", 100.0},
                 {"data.largest", 0},
                 {"data.rounding", "field"},
                 {"data.subset", "head"},
                 {"data.validation", "test-head"},
                 {"train.network", "resnet32"},
                 {"train.epochs", 200},
                 {"train.precision", "float32"},
                 {"train.start_from", ""}});
}

namespace {

Snapshot sample_snapshot(int epoch, const std::vector<int>& hits, bool validation) {
  const int classes = static_cast<int>(hits.size());
  Snapshot snapshot;
  snapshot.epoch = epoch;
  snapshot.test = Confusion(classes);
  for (int k = 0; k < classes; ++k) {
    snapshot.test.at(k, k) = hits[k];
    snapshot.test.at(k, (k + 1) % classes) = 100 - hits[k];
  }
  snapshot.test_logits.resize(static_cast<std::size_t>(classes) * classes);
  if (!validation) return snapshot;
  snapshot.validation = Confusion(classes);
  for (int k = 0; k < classes; ++k) snapshot.validation.at(k, k) = 10;
  snapshot.validation_logits.resize(static_cast<std::size_t>(classes) * classes);
  return snapshot;
}

Json acting_settings(const Config& config) {
  Json settings = config.json();
  for (const char* provenance : {"seed", "protocol", "train.start_from"}) settings.erase(provenance);
  return settings;
}

}  // namespace

TrialRecord sample_record(const std::string& label, const Config& config, const std::vector<int>& hits) {
  TrialRecord record;
  record.label = label;
  record.config = config.json();
  record.identity = {{"kind", "trial"},
                     {"numerics", numerics_version},
                     {"data", {{"files", "of " + config.text("data.set")}}},
                     {"settings", acting_settings(config)}};
  record.id = sha256_hex(label + canonical_json(record.config)).substr(0, 16);
  record.environment = {{"host", "a17"}, {"gpu", "none"}, {"processor", "made up"}, {"revision", "0123abcd"}};
  record.data = {{"counts", std::vector<int>(hits.size(), 1)}};
  record.data["counts"][0] = 100;
  record.wall_seconds = 1.5;
  results::EpochRecord epoch;
  epoch.learning_rate = 0.1;
  record.epochs = {epoch};
  for (std::size_t k = 0; k < hits.size(); ++k) record.test_labels.push_back(static_cast<std::int32_t>(k));
  const bool validation = config.text("data.validation") != "none";
  record.last = sample_snapshot(199, hits, validation);
  if (!validation) return record;
  record.validation_labels = record.test_labels;
  std::vector<int> best = hits;
  --best[0];
  record.best = sample_snapshot(193, best, validation);
  return record;
}

results::PlannedTrial planned(const TrialRecord& record) {
  return {record.id, record.label, Config(record.config)};
}

}  // namespace m2m::testing
