#include "support/class_results.hpp"

#include <cmath>

#include "core/files.hpp"
#include "core/version.hpp"
#include "results/merge.hpp"
#include "results/output_folder.hpp"
#include "results/record_file.hpp"
#include "study/stage.hpp"
#include "support/sample_results.hpp"

namespace m2m::testing {

using bench::ExpectedTrial, bench::ProblemClass;
using results::TrialRecord;

namespace {

std::int64_t seed_of(const TrialRecord& record) { return Config(record.config).integer("seed"); }

Json class_identity(const ProblemClass& problem, const ExpectedTrial& expected) {
  const std::string files = problem.data_sha256.empty() ? "of the class" : problem.data_sha256;
  Json identity = {{"kind", "trial"},
                   {"numerics", numerics_version},
                   {"batch_norm", "sync"},
                   {"data", {{"files", files}}},
                   {"settings", expected.acting}};
  if (expected.acting_g.is_null()) return identity;
  Json g = identity;
  g["kind"] = "g";
  g["settings"] = expected.acting_g;
  identity["g"] = {{"stage", study::stage_id(g)}, {"pick", "best"}};
  return identity;
}

std::vector<results::EpochRecord> class_epochs(bool translates) {
  std::vector<results::EpochRecord> epochs(3);
  for (int e = 0; e < 3; ++e) {
    epochs[e].epoch = e;
    epochs[e].seconds = 2;
    epochs[e].evaluation_seconds = 0.5;
    epochs[e].validation_bacc = 0.4 * (e + 1) - 0.01;
  }
  if (translates) epochs.back().generated_loss = 1;
  return epochs;
}

int middle_of_window(const ProblemClass& problem, const std::string& label) {
  for (const bench::Window& window : problem.windows) {
    if (window.label == label) return static_cast<int>(std::lround((window.low + window.high) / 2));
  }
  return 0;
}

}  // namespace

void set_bacc(TrialRecord& record, int percent) {
  const int classes = record.last.test.classes;
  const int shift = static_cast<int>(seed_of(record)) + (record.label == "RS" ? 7 : 0);  // RS has the window of ERM
  for (int k = 0; k < classes; ++k) {
    const int hits = percent + (k == 0 ? shift : 0) - (k == 1 ? shift : 0);
    record.last.test.at(k, k) = hits;
    record.last.test.at(k, (k + 1) % classes) = 100 - hits;
  }
}

void renew_id(TrialRecord& record) { record.id = study::stage_id(record.identity); }

std::vector<TrialRecord> class_records(const ProblemClass& problem, const std::string& precision) {
  std::vector<TrialRecord> records;
  for (const ExpectedTrial& expected : bench::expected_trials(problem, precision)) {
    Config config = expected.config;
    config.set("train.threads", 1);
    TrialRecord record = sample_record(expected.label, config, std::vector<int>(10, 50));
    record.identity = class_identity(problem, expected);
    record.environment = {{"ranks", 2},           {"hosts", 1},     {"processor", "made up"}, {"kernels", "avx2"},
                          {"revision", "0123ab"}, {"dirty", false}, {"gpu", "none"}};
    record.epochs = class_epochs(!expected.acting_g.is_null());
    record.wall_seconds = 10;
    set_bacc(record, middle_of_window(problem, expected.label));
    renew_id(record);
    records.push_back(std::move(record));
  }
  return records;
}

results::StudyResults to_results(const ProblemClass& problem, const std::vector<TrialRecord>& records) {
  results::StudyResults results;
  results.name = problem.study;
  for (const TrialRecord& record : records) {
    results.trials.push_back({planned(record), results::TrialStatus::done, "", record});
  }
  return results;
}

bench::RunFacts class_facts(const std::vector<TrialRecord>& records) {
  bench::RunFacts facts;
  facts.wall_seconds = 60;
  for (const TrialRecord& record : records) {
    if (record.identity.contains("g")) facts.stages.push_back({record.identity.at("g").at("stage"), "g", 5});
  }
  return facts;
}

void write_sweep(const std::filesystem::path& out, const ProblemClass& problem,
                 const std::vector<TrialRecord>& records) {
  const results::OutputFolder folder{out};
  results::PlannedStudy study{problem.study, problem.study + ".toml", {}};
  for (const TrialRecord& record : records) {
    study.trials.push_back(planned(record));
    results::write_trial(folder.result(record.id), record);
  }
  for (const bench::StageSeconds& stage : class_facts(records).stages) {
    study.stages.push_back({stage.id, stage.kind, "g", 50});
    results::write_stage_facts(folder.stage(stage.id), {{"id", stage.id}, {"seconds", 0.01}});
  }
  results::write_planned_study(folder.study(), study);
  results::merge_results(folder);
}

}  // namespace m2m::testing
