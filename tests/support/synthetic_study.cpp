#include "support/synthetic_study.hpp"

#include <limits>

#include "core/metrics.hpp"
#include "results/merge.hpp"
#include "results/record.hpp"
#include "results/record_file.hpp"
#include "support/sample_results.hpp"

namespace m2m::testing {
namespace {

Config on_digits(Config config) {
  config.set("data.set", "digits");
  config.set("data.imbalance", "step");
  config.set("data.ratio", 20.0);
  config.set("train.network", "small-mlp");
  config.set("train.epochs", 40);
  return config;
}

/// Gives the first class of every sample a logit of 0 to 3, by the hits of its class, and the others 0.
void answer_first_class(results::Snapshot& snapshot, const std::vector<int>& hits) {
  for (std::size_t i = 0; i < snapshot.test_logits.size(); i += hits.size())
    snapshot.test_logits[i] = static_cast<float>(hits.front() % 4);
}

/// Adds trials to the plan, and their results to the folder.
struct Maker {
  const results::OutputFolder& out;
  results::PlannedStudy study;

  results::TrialRecord plan(const std::string& label, const Config& config, const std::vector<int>& hits) {
    results::TrialRecord record = sample_record(label, config, hits);
    study.trials.push_back(planned(record));
    return record;
  }
  void done(const std::string& label, const Config& config, const std::vector<int>& hits) {
    results::TrialRecord record = plan(label, config, hits);
    answer_first_class(record.last, hits);
    results::write_trial(out.result(record.id), record);
  }
  void without_tests(const std::string& label, const Config& config, const std::vector<int>& hits,
                     const std::vector<int>& untested) {
    results::TrialRecord record = plan(label, config, hits);
    for (results::Snapshot* snapshot : {&record.last, &*record.best}) {
      for (const int truth : untested) {
        for (int predicted = 0; predicted < snapshot->test.classes; ++predicted)
          snapshot->test.at(truth, predicted) = 0;
      }
    }
    results::write_trial(out.result(record.id), record);
  }
  void failed(const std::string& label, const Config& config, bool diverged, const std::string& reason) {
    const results::TrialRecord record = plan(label, config, {1, 1});
    results::write_failure(out.failure(record.id), {record.id, label, reason, diverged, config});
  }
};

}  // namespace

void make_study(const results::OutputFolder& out, bool mixed) {
  Maker make{out, {"synthetic", "synthetic.toml", {}}};
  for (int seed = 0; seed < 3; ++seed) {
    make.done("ERM", sample_config("ERM", seed), {95 - seed, 60 + 3 * seed, 31 - seed});
    make.done("ERM", on_digits(sample_config("ERM", seed)), {98, 72 + seed, 55, 47 - 3 * seed});
  }
  make.done("DRS", sample_config("DRS", 0), {88, 70, 61});
  make.done("DRS", on_digits(sample_config("DRS", 0)), {97, 0, 0, 80});
  make.done("M2m", sample_config("M2m", 0), {87, 77, 69});
  Config other = sample_config("M2m", 1);
  if (mixed) other.set("protocol", "paper");
  make.done("M2m", other, {86, 79, 71});
  make.failed("M2m", sample_config("M2m", 2), true, "loss is not a number at epoch 3 step 41");
  make.plan("M2m", sample_config("M2m", 3), {1, 1});
  make.done("M2m, lambda=0 | b", sample_config("M2m", 10), {90, 50, 0});
  make.done("M2m, lambda=0 | b", sample_config("M2m", 11), {91, 52, 0});
  make.failed("RS", on_digits(sample_config("RS", 0)), false, "digits.csv: 7 bytes, expected 90,000");
  results::PlannedTrial again = make.study.trials.front();
  make.study.trials.push_back(again);
  again.label = "ERM again";
  make.study.trials.push_back(again);
  results::write_planned_study(out.study(), make.study);
  results::merge_results(out);
}

std::vector<std::int32_t> scored_labels() {
  std::vector<std::int32_t> labels;
  for (int i = 0; i < 10; ++i) labels.insert(labels.end(), {0, 0, 0, 1, 1, 2, 4});
  return labels;
}

std::vector<float> scored_logits(int seed) {
  constexpr int classes = 5, never_predicted = 4;
  const std::vector<std::int32_t> labels = scored_labels();
  std::vector<float> logits;
  for (int i = 0; i < static_cast<int>(labels.size()); ++i) {
    for (int k = 0; k < classes; ++k) {
      const int noise = (37 * i + 101 * k + 13 * i * i * k + 29 * seed * (k + 1)) % 17;
      logits.push_back(static_cast<float>(noise) / 4 + (k == labels[i] ? 1.0F : 0.0F) -
                       (k == never_predicted ? 10.0F : 0.0F));
    }
  }
  return logits;
}

void make_scored_study(const results::OutputFolder& out) {
  Maker make{out, {"scored", "scored.toml", {}}};
  const auto add = [&](const std::string& method, int seed, bool is_finite) {
    results::TrialRecord record = make.plan(method, sample_config(method, seed), {1, 1, 1, 1, 1});
    record.data["counts"] = {20, 500, 60, 30, 3};
    record.test_labels = scored_labels();
    record.best->test_logits = scored_logits(seed + 10);
    record.last.test_logits = scored_logits(seed);
    if (!is_finite) record.last.test_logits[7] = std::numeric_limits<float>::infinity();
    for (results::Snapshot* snapshot : {&record.last, &*record.best}) {
      snapshot->test = confusion_from_logits(snapshot->test_logits, record.test_labels, 5);
    }
    results::write_trial(out.result(record.id), record);
  };
  for (int seed = 0; seed < 3; ++seed) add("ERM", seed, true);
  add("DRS", 3, true);
  add("M2m", 4, true);
  add("M2m", 5, false);
  results::write_planned_study(out.study(), make.study);
  results::merge_results(out);
}

void make_untested_study(const results::OutputFolder& out, const std::vector<int>& untested) {
  Maker make{out, {"untested", "untested.toml", {}}};
  make.without_tests("ERM", sample_config("ERM", 0), {81, 64, 0}, untested);
  make.without_tests("ERM", sample_config("ERM", 1), {90, 40, 0}, untested);
  make.without_tests("DRS", sample_config("DRS", 0), {70, 0, 0}, untested);
  make.without_tests("RS, perfect", sample_config("RS", 0), {100, 100, 0}, untested);
  results::write_planned_study(out.study(), make.study);
  results::merge_results(out);
}

}  // namespace m2m::testing
