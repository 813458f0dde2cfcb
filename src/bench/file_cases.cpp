#include <stdlib.h>

#include <filesystem>

#include "bench/cases.hpp"
#include "core/error.hpp"
#include "results/record_file.hpp"

namespace m2m::bench {

using results::TrialRecord;

namespace fs = std::filesystem;
namespace {

/// A folder under the system's temporary one, removed with the value.
class ScratchFolder {
 public:
  ScratchFolder() {
    std::string name = (fs::temp_directory_path() / "m2m-bench-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) throw io_error(name + ": no temporary folder could be made");
    path_ = name;
  }
  ~ScratchFolder() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;
  const fs::path& path() const { return path_; }

 private:
  fs::path path_;
};

bool equal(const std::map<std::string, torch::Tensor>& a, const std::map<std::string, torch::Tensor>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const auto& x, const auto& y) {
    return x.first == y.first && torch::equal(x.second, y.second);
  });
}

void save_and_load(benchmark::State& state, Workbench& bench) {
  const ScratchFolder scratch;
  const fs::path file = scratch.path() / "f.safetensors";
  TrialSetup setup = bench.setup(trial_config("ERM", {}, 128));
  train::Trial trial(std::move(setup.plan), std::move(setup.parts));
  trial.submit(1);
  const checkpoints::Checkpoint checkpoint = trial.checkpoint();
  checkpoints::Checkpoint read;
  for (auto _ : state) {
    checkpoints::save_checkpoint(file, checkpoint);
    read = checkpoints::load_checkpoint(file);
  }
  state.SetBytesProcessed(2 * state.iterations() * static_cast<std::int64_t>(fs::file_size(file)));
  verify(state, equal(read.network, checkpoint.network) && equal(read.momentum, checkpoint.momentum),
         "a checkpoint reads back as another one");
}

/// Made-up answers for `labels`; logits are whole numbers, which float16 keeps.
void answer(const std::vector<std::int32_t>& labels, int classes, Confusion& confusion,
            std::vector<float>& logits) {
  confusion = Confusion(classes);
  for (std::size_t i = 0; i < labels.size(); ++i) {
    const int predicted = static_cast<int>(i * 7 % static_cast<std::size_t>(classes));
    ++confusion.at(labels[i], predicted);
    for (int k = 0; k < classes; ++k) logits.push_back(k == predicted ? 9.0F : static_cast<float>(k % 5));
  }
}

/// A record as a trial of 200 epochs leaves it, translated from epoch 160 on.
TrialRecord long_record(const train::LoadedData& data) {
  TrialRecord record;
  record.id = "0123456789abcdef";
  record.label = "M2m";
  record.config = trial_config("M2m", {}, 128).json();
  record.validation_labels = train::pool_labels(data, data.split.validation);
  record.test_labels = train::pool_labels(data, data.split.test);
  for (int e = 0; e < 200; ++e) {
    results::EpochRecord epoch;
    epoch.epoch = e;
    epoch.loss = 1.0 / (1 + e);
    if (e >= 160) {
      epoch.generation = results::GenerationCounts(data.set.classes);
      epoch.generation.at(results::Outcome::chosen, 0, data.set.classes - 1) = e;
    }
    record.epochs.push_back(epoch);
  }
  record.last.epoch = 199;
  answer(record.validation_labels, data.set.classes, record.last.validation, record.last.validation_logits);
  answer(record.test_labels, data.set.classes, record.last.test, record.last.test_logits);
  record.best = record.last;
  return record;
}

bool equal(const results::Snapshot& a, const results::Snapshot& b) {
  return a.epoch == b.epoch && a.validation == b.validation && a.test == b.test &&
         a.validation_logits == b.validation_logits && a.test_logits == b.test_logits;
}

bool equal(const TrialRecord& a, const TrialRecord& b) {
  return a.id == b.id && a.label == b.label && a.config == b.config && a.test_labels == b.test_labels &&
         std::equal(a.epochs.begin(), a.epochs.end(), b.epochs.begin(), b.epochs.end(),
                    [](const results::EpochRecord& x, const results::EpochRecord& y) {
                      return x.epoch == y.epoch && x.loss == y.loss && x.generation.cells == y.generation.cells;
                    }) &&
         b.best.has_value() && equal(*a.best, *b.best) && equal(a.last, b.last);
}

void write_and_read(benchmark::State& state, Workbench& bench) {
  const ScratchFolder scratch;
  const fs::path file = scratch.path() / "result.h5";
  const TrialRecord record = long_record(*bench.data());
  TrialRecord read;
  for (auto _ : state) {
    results::write_trial(file, record);
    read = results::read_trial(file);
  }
  state.SetBytesProcessed(2 * state.iterations() * static_cast<std::int64_t>(fs::file_size(file)));
  verify(state, equal(record, read), "a result file reads back as another one");
}

}  // namespace

void add_file_cases(const std::shared_ptr<Workbench>& bench) {
  add_case("checkpoint", 10, [bench](benchmark::State& state) { save_and_load(state, *bench); });
  add_case("result_file", 10, [bench](benchmark::State& state) { write_and_read(state, *bench); });
}

}  // namespace m2m::bench
