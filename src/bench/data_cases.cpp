#include <algorithm>

#include "bench/cases.hpp"
#include "methods/m2m_plan.hpp"
#include "settings/choices.hpp"
#include "settings/m2m_settings.hpp"

namespace m2m::bench {

using data::Slot;

namespace {

struct PlannedEpoch {
  data::EpochPlan base;
  std::vector<methods::StepTranslations> translations;  // [steps]
};

PlannedEpoch plan_all(const data::PlanInputs& basis, int epoch, data::ImageShape shape) {
  PlannedEpoch planned{data::plan_epoch(basis, epoch, settings::Sampling::class_balanced), {}};
  for (std::int64_t step = 0; step < planned.base.steps(); ++step) {
    planned.translations.push_back(
        methods::plan_translations(basis, planned.base.step(step), epoch, step, settings::M2mSettings(), shape));
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

data::PlanInputs basis_of(const train::LoadedData& data) {
  return data::make_plan_inputs(data.set, data.split, 128, {1, SeedRole::order}, {1, SeedRole::plan});
}

void plan_an_epoch(benchmark::State& state, Workbench& bench) {
  const auto data = bench.data();
  const data::PlanInputs basis = basis_of(*data);
  PlannedEpoch planned;
  for (auto _ : state) planned = plan_all(basis, 160, data->set.train.shape);
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(planned.base.slots.size()));
  verify(state, equal(planned, plan_all(basis, 160, data->set.train.shape)),
         "the second plan of the epoch is another one");
}

/// Value (c, y, x) of a gathered slot, by the kernel's definition.
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
  const data::EpochPlan plan = data::plan_epoch(basis_of(*data), 0, settings::Sampling::permutation);
  const std::span<const Slot> slots = plan.step(1);
  torch::Tensor images = train::gather_slots(*data, slots, torch::kFloat32);
  for (auto _ : state) images = train::gather_slots(*data, slots, torch::kFloat32);
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(slots.size()));
  bool right = true;
  for (std::size_t i = 0; i < slots.size(); i += 16) {
    right = right && is_as_defined(*data, slots[i], images[static_cast<std::int64_t>(i)]);
  }
  verify(state, right, "a gathered image is not what its slot says");
}

}  // namespace

void add_data_cases(const std::shared_ptr<Workbench>& bench) {
  add_case("epoch_planning", 5, [bench](benchmark::State& state) { plan_an_epoch(state, *bench); });
  add_case("gather_augment/128", 50, [bench](benchmark::State& state) { gather_a_batch(state, *bench); });
}

}  // namespace m2m::bench
