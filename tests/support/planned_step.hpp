#pragma once
// A planned step of M2m, ready to be translated.
#include <numeric>

#include "data/epoch_plan.hpp"
#include "methods/m2m.hpp"
#include "methods/translation.hpp"
#include "settings/choices.hpp"
#include "settings/m2m_settings.hpp"
#include "support/test_device.hpp"
#include "support/tiny_data.hpp"
#include "train/trial.hpp"

namespace m2m::testing {

/// A planned step of a synthetic data set, with its networks f and g.
struct PlannedStep {
  std::shared_ptr<const train::LoadedData> data = testing::tiny_data({60, 20, 6, 2});
  Config config = testing::tiny_config({{"method", "M2m"}, {"train.precision", "float64"}, {"m2m.gamma", 0.3}});
  train::TrialSettings settings = train::trial_settings(config);
  data::PlanInputs inputs =
      data::make_plan_inputs(data->set, data->split, 64, train::f_keys(config).order, train::f_keys(config).plan);
  data::EpochPlan plan = data::plan_epoch(inputs, 4, settings::Sampling::class_balanced);
  settings::M2mSettings m2m = settings::read<settings::M2mSettings>(config);
  methods::StepTranslations planned =
      methods::plan_translations(inputs, plan.step(0), 4, 0, m2m, data->set.train.shape);
  std::shared_ptr<nn::Network> f_network = train::build_network(settings, *data),
                               g_network = train::build_network(settings, *data);
  std::unique_ptr<nn::FrozenNetwork> f = f_network->freeze(), g = g_network->freeze();

  PlannedStep() {
    use_own_stream();
    nn::initialise(*f_network, train::f_keys(config).init);
    nn::initialise(*g_network, train::g_keys(config).init);
    f->refresh();
    g->refresh();
  }
  methods::Batch batch() const {
    std::vector<std::int64_t> labels;
    for (const data::Slot& slot : plan.step(0)) labels.push_back(inputs.labels[slot.image]);
    std::vector<std::int32_t> slots(labels.size());
    std::iota(slots.begin(), slots.end(), 0);
    return {train::gather_slots(*data, plan.step(0), torch::kFloat64),
            torch::tensor(labels, torch::kInt64).to(test_device()), slots};
  }
  /// Returns the shard of a rank of that batch.
  methods::Batch shard(int rank, int ranks) const {
    const methods::Batch whole = batch();
    const auto slots_of_rank = data::shard_slots(whole.labels.size(0), planned.translated_slots(), rank, ranks);
    const torch::Tensor rows =
        torch::tensor(std::vector<std::int64_t>(slots_of_rank.begin(), slots_of_rank.end()), torch::kInt64)
            .to(test_device());
    return {whole.images.index_select(0, rows), whole.labels.index_select(0, rows), slots_of_rank};
  }
  methods::EditContext context() const {
    return {*f,
            *g,
            inputs.plan,
            4,
            0,
            [this](const torch::Tensor& picks) { return train::gather_indices(*data, picks, torch::kFloat64); },
            train::training_pixels(*data)};
  }
  /// Returns the planned translations of the slots of `batch`.
  methods::TranslationWork work(const methods::Batch& batch) const {
    nn::Upload upload;
    const auto pieces = methods::add_translations(
        planned, batch.slots,
        [&](nn::Upload& to, std::span<const data::Slot> slots) { return train::add_indices(*data, slots, to); },
        upload);
    upload.send(test_device());
    return pieces.in(upload);
  }
  /// Makes an editor with the settings as they are now.
  methods::M2mEditor editor() const { return {m2m, methods::make_translator(m2m, false, false)}; }
  methods::TranslatedSlots apply(methods::Batch& batch) const {
    return editor().apply(context(), work(batch), batch);
  }
};

}  // namespace m2m::testing
