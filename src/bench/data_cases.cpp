// Cases of data and files: planning an epoch, gathering a batch, a checkpoint, a result file.
#include <stdlib.h>

#include <algorithm>
#include <filesystem>
#include <iterator>

#include "bench/workbench.hpp"
#include "core/error.hpp"
#include "methods/m2m_plan.hpp"
#include "results/record_file.hpp"
#include "settings/augment_settings.hpp"
#include "settings/choices.hpp"
#include "settings/m2m_settings.hpp"

namespace m2m::bench {
namespace {

namespace fs = std::filesystem;
using data::Slot, results::TrialRecord;

struct PlannedEpoch {
  data::EpochPlan base;
  std::vector<methods::StepTranslations> translations;  // [steps]
};

PlannedEpoch plan_all(const data::PlanInputs& inputs, int epoch, data::ImageShape shape) {
  PlannedEpoch planned{data::plan_epoch(inputs, epoch, settings::Sampling::class_balanced), {}};
  for (std::int64_t step = 0; step < planned.base.steps(); ++step) {
    planned.translations.push_back(
        methods::plan_translations(inputs, planned.base.step(step), epoch, step, settings::M2mSettings(), shape));
  }
  return planned;
}

bool equal(const Slot& a, const Slot& b) {
  return a.image == b.image && a.dy == b.dy && a.dx == b.dx && a.flip == b.flip;
}

bool equal(const methods::Translation& a, const methods::Translation& b) {
  return a.slot == b.slot && a.seed == b.seed && a.seed_class == b.seed_class && a.target == b.target &&
         a.coin == b.coin;
}

bool equal(const methods::StepTranslations& a, const methods::StepTranslations& b) {
  return std::equal(a.chosen.begin(), a.chosen.end(), b.chosen.begin(), b.chosen.end(),
                    [](const methods::Translation& x, const methods::Translation& y) { return equal(x, y); }) &&
         a.without_seed == b.without_seed && a.noise_scale == b.noise_scale;
}

bool equal(const PlannedEpoch& a, const PlannedEpoch& b) {
  return std::equal(a.base.slots.begin(), a.base.slots.end(), b.base.slots.begin(), b.base.slots.end(),
                    [](const Slot& x, const Slot& y) { return equal(x, y); }) &&
         std::equal(
             a.translations.begin(), a.translations.end(), b.translations.begin(), b.translations.end(),
             [](const methods::StepTranslations& x, const methods::StepTranslations& y) { return equal(x, y); });
}

data::PlanInputs make_inputs(const train::LoadedData& data) {
  return data::make_plan_inputs(data.set, data.split, 128, {1, SeedRole::order}, {1, SeedRole::plan});
}

void plan_an_epoch(benchmark::State& state, Workbench& bench) {
  const auto data = bench.data();
  const data::PlanInputs inputs = make_inputs(*data);
  PlannedEpoch planned;
  for (auto _ : state) planned = plan_all(inputs, 160, data->set.train.shape);
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(planned.base.slots.size()));
  verify(state, equal(planned, plan_all(inputs, 160, data->set.train.shape)),
         "a second computation gives another plan of the epoch");
}

/// Value (c, y, x) of a gathered slot by definition: crop, flip, zeros outside the image.
float defined_value(const train::LoadedData& data, const Slot& slot, int c, int y, int x) {
  const data::ImageShape& shape = data.set.train.shape;
  const int row = y + slot.dy;
  const int column = (slot.flip != 0 ? shape.width - 1 - x : x) + slot.dx;
  if (row < 0 || row >= shape.height || column < 0 || column >= shape.width) return 0;
  const auto image = static_cast<std::int64_t>(data.split.train.rows[slot.image]);
  const std::int64_t at = image * shape.size() + (std::int64_t{c} * shape.height + row) * shape.width + column;
  return static_cast<float>(data.set.train.pixels[at]) / 255.0F;
}

bool is_as_defined(const train::LoadedData& data, const Slot& slot, const torch::Tensor& image) {
  const data::ImageShape& shape = data.set.train.shape;
  const auto values = image.accessor<float, 3>();
  for (int c = 0; c < shape.channels; ++c) {
    for (int y = 0; y < shape.height; ++y) {
      for (int x = 0; x < shape.width; ++x) {
        if (values[c][y][x] != defined_value(data, slot, c, y, x)) return false;
      }
    }
  }
  return true;
}

void gather_a_batch(benchmark::State& state, Workbench& bench) {
  const auto data = bench.data();
  const data::EpochPlan plan = data::plan_epoch(make_inputs(*data), 0, settings::Sampling::permutation);
  const std::span<const Slot> slots = plan.step(1);
  torch::Tensor images = train::gather_slots(*data, slots, torch::kFloat32);
  for (auto _ : state) images = train::gather_slots(*data, slots, torch::kFloat32);
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(slots.size()));
  bool right = true;
  for (std::size_t i = 0; i < slots.size(); i += 16) {
    right = right && is_as_defined(*data, slots[i], images[static_cast<std::int64_t>(i)]);
  }
  verify(state, right, "a gathered image differs from the definition of its slot");
}

/// True if an image has its defined values outside of its box and the mean pixel inside.
bool is_cut_as_defined(const train::LoadedData& data, const Slot& slot, const torch::Tensor& image) {
  const kernels::Window& box = slot.transforms.cutout;
  const torch::Tensor inside = image.narrow(1, box.top, box.height).narrow(2, box.left, box.width);
  torch::Tensor whole = image.clone();
  for (int c = 0; c < data.set.train.shape.channels; ++c) {
    if (!(inside[c] == static_cast<float>(data.mean[c])).all().item<bool>()) return false;
    for (int y = box.top; y < box.top + box.height; ++y) {
      for (int x = box.left; x < box.left + box.width; ++x) whole[c][y][x] = defined_value(data, slot, c, y, x);
    }
  }
  return is_as_defined(data, slot, whole);
}

bool has_operations(const Slot& slot) {
  return std::any_of(std::begin(slot.transforms.operations), std::end(slot.transforms.operations),
                     [](const kernels::Operation& each) { return each.kind != kernels::OperationKind::identity; });
}

/// AutoAugment and Cutout, as they are usual on CIFAR-10.
void transform_a_batch(benchmark::State& state, Workbench& bench) {
  const auto data =
      train::with_augmentation(*bench.data(), {.policy = settings::AugmentPolicy::autoaugment, .cutout = 16});
  const data::EpochPlan plan = data::plan_epoch(make_inputs(*data), 0, settings::Sampling::permutation);
  const std::span<const Slot> slots = plan.step(1);
  torch::Tensor images = train::gather_slots(*data, slots, torch::kFloat32);
  for (auto _ : state) images = train::gather_slots(*data, slots, torch::kFloat32);
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(slots.size()));
  images = images.cpu();
  bool right = true;
  for (std::size_t i = 0; i < slots.size(); ++i) {
    if (has_operations(slots[i])) continue;
    right = right && is_cut_as_defined(*data, slots[i], images[static_cast<std::int64_t>(i)]);
  }
  verify(state, right, "a gathered image differs from the definition of its slot");
}

}  // namespace

void add_data_cases(const std::shared_ptr<Workbench>& bench) {
  add_case("epoch_planning", 5, [bench](benchmark::State& state) { plan_an_epoch(state, *bench); });
  add_case("gather_augment/128", 50, [bench](benchmark::State& state) { gather_a_batch(state, *bench); });
  add_case("gather_transformed/128", 50, [bench](benchmark::State& state) { transform_a_batch(state, *bench); });
}

namespace {

/// Owns a temporary folder and removes it.
class ScratchFolder {
 public:
  ScratchFolder() {
    std::string name = (fs::temp_directory_path() / "m2m-bench-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) throw io_error(name + ": cannot create a temporary folder");
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
         "a checkpoint that was read differs from the one written");
}

/// Fills in synthetic predictions for `labels`. The logits are whole numbers, which float16 represents exactly.
void fill_predictions(const std::vector<std::int32_t>& labels, int classes, Confusion& confusion,
                      std::vector<float>& logits) {
  confusion = Confusion(classes);
  for (std::size_t i = 0; i < labels.size(); ++i) {
    const int predicted = static_cast<int>(i * 7 % static_cast<std::size_t>(classes));
    ++confusion.at(labels[i], predicted);
    for (int k = 0; k < classes; ++k) logits.push_back(k == predicted ? 9.0F : static_cast<float>(k % 5));
  }
}

/// The record of a trial of 200 epochs that translates from epoch 160 on.
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
  fill_predictions(record.validation_labels, data.set.classes, record.last.validation,
                   record.last.validation_logits);
  fill_predictions(record.test_labels, data.set.classes, record.last.test, record.last.test_logits);
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
  verify(state, equal(record, read), "a result file that was read differs from the one written");
}

}  // namespace

void add_file_cases(const std::shared_ptr<Workbench>& bench) {
  add_case("checkpoint", 10, [bench](benchmark::State& state) { save_and_load(state, *bench); });
  add_case("result_file", 10, [bench](benchmark::State& state) { write_and_read(state, *bench); });
}

}  // namespace m2m::bench
