// Cases of the translations of a step as a trial makes them, from seeds to the batch, for one trial and for several
// that share the device.
#include <fmt/format.h>

#include <algorithm>

#include "bench/brief_networks.hpp"
#include "bench/concurrent_work.hpp"
#include "nn/device.hpp"
#include "settings/m2m_settings.hpp"

namespace m2m::bench {
namespace {

using settings::M2mSettings, settings::set_value;

// As in translation_cases.cpp: for the image whose gradient agrees least.
constexpr double min_agreement = 0.9;
constexpr int steps_of_a_run = 2;
constexpr int warm_ups = 3;  // a recorded translation runs once as it is, and is recorded by the second call

const Variant bf16{"bf16", "auto"};

/// `count` translations of a step, each in a slot of its own, all with a won coin; seeds of all classes.
methods::StepTranslations made_translations(const train::LoadedData& data, std::int64_t count) {
  methods::StepTranslations planned;
  const int classes = data.set.classes;
  const auto spacing = static_cast<std::int32_t>(data.split.train.rows.size()) / static_cast<std::int32_t>(count);
  for (std::int32_t slot = 0; slot < count; ++slot) {
    methods::Translation translation;
    translation.slot = slot;
    translation.seed.image = slot * spacing;
    translation.seed_class = data.set.train.labels[static_cast<std::size_t>(translation.seed.image)];
    translation.target = translation.label = (translation.seed_class + 1 + slot % (classes - 1)) % classes;
    translation.coin = translation.is_translated = true;
    planned.chosen.push_back(translation);
  }
  planned.noise_scale.assign(static_cast<std::size_t>(data.set.train.shape.channels), 0.1);
  return planned;
}

/// A trial's networks and the translations of one of its steps.
class SlotTranslator {
 public:
  SlotTranslator(Workbench& bench, const Config& config, const BriefStates& states, std::int64_t count)
      : setup_(bench.setup(config)),
        f_(network_from(bench, config, states.f)),
        g_(network_from(bench, config, states.g)),
        frozen_f_(f_->freeze()),
        frozen_g_(g_->freeze()) {
    frozen_g_->refresh();
    const train::LoadedData& data = *setup_.parts.data;
    std::vector<std::int32_t> slots;
    for (std::int32_t slot = 0; slot < count; ++slot) slots.push_back(slot);
    const auto add_indices = [&](nn::Upload& upload, std::span<const data::Slot> images) {
      return train::add_indices(data, images, upload);
    };
    const methods::TranslationUpload pieces =
        methods::add_translations(made_translations(data, count), slots, add_indices, upload_);
    upload_.send(bench.device());
    work_ = pieces.in(upload_);
    batch_ = {seeds(), work_.labels.clone(), slots};
  }

  torch::Tensor seeds() const {
    return train::gather_indices(*setup_.parts.data, work_.seeds, setup_.plan.settings.precision);
  }

  /// Translates once more. Returns the images of the batch, which all are translated.
  const torch::Tensor& translate() {
    const methods::EditContext context{*frozen_f_,
                                       *frozen_g_,
                                       setup_.plan.keys.plan,
                                       0,
                                       1,
                                       [this](const torch::Tensor&) { return seeds(); },
                                       train::training_pixels(*setup_.parts.data)};
    setup_.parts.editor->apply(context, work_, batch_);
    return batch_.images;
  }

 private:
  TrialSetup setup_;
  std::shared_ptr<nn::Network> f_, g_;
  std::unique_ptr<nn::FrozenNetwork> frozen_f_, frozen_g_;
  nn::Upload upload_;
  methods::TranslationWork work_;
  methods::Batch batch_;
};

/// How far one step without a random start moves each image.
torch::Tensor first_moves(Workbench& bench, const Variant& variant, const BriefStates& states, std::int64_t count) {
  Config config = trial_config("M2m", variant, 128);
  set_value(config, &M2mSettings::steps, 1);
  set_value(config, &M2mSettings::random_start, false);
  SlotTranslator one_step(bench, config, states, count);
  return one_step.translate() - one_step.seeds();
}

void check_moves(benchmark::State& state, Workbench& bench, const BriefStates& states, std::int64_t count) {
  const torch::Tensor moves = first_moves(bench, bf16, states, count);
  const torch::Tensor plain = first_moves(bench, plain_variant, states, count);
  double smallest = 1;
  for (std::int64_t i = 0; i < count; ++i) smallest = std::min(smallest, cosine(moves[i], plain[i]));
  state.counters["cosine"] = smallest;
  verify(state, smallest >= min_agreement,
         fmt::format("the first step of an image has cosine {:.6f} with libtorch's", smallest));
}

double multiply_adds_of_an_image(Workbench& bench) {
  const TrialSetup setup = bench.setup(trial_config("ERM", bf16, 128));
  return nn::multiply_adds(train::build_network(setup.plan.settings, *setup.parts.data)->spec());
}

struct SlotCase {
  std::int64_t images;
  int trials;
};

void time_slots(benchmark::State& state, Workbench& bench, const SlotCase& what) {
  const Config config = trial_config("M2m", bf16, 128);
  const BriefStates states = train_briefly(bench);
  ConcurrentWork work(bench.device(), what.trials, [&](int) {
    const auto translations = std::make_shared<SlotTranslator>(bench, config, states, what.images);
    for (int i = 0; i < warm_ups; ++i) translations->translate();
    return [translations] { translations->translate(); };
  });
  for (auto _ : state) work.run(steps_of_a_run);
  const auto images = static_cast<double>(what.images * what.trials * steps_of_a_run);
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(images));
  count_steps(state, steps_of_a_run);
  const int passes = 4 * settings::value_of(config, &M2mSettings::steps) + 1;  // f and g, both ways; g at the end
  count_flops(state, multiply_adds_of_an_image(bench) * passes * images, bench.product_rate());
  check_moves(state, bench, states, what.images);
}

}  // namespace

void add_slot_cases(const std::shared_ptr<Workbench>& bench) {
  const bool is_gpu = bench->device().is_cuda();
  const std::vector<std::int64_t> counts =
      is_gpu ? std::vector<std::int64_t>{40, 76, 128} : std::vector<std::int64_t>{76};
  for (const std::int64_t images : counts) {
    for (const int trials : trials_at_once(bench->device())) {
      add_case(fmt::format("{}/{}/x{}", case_name("translated_slots", bf16), images, trials), is_gpu ? 3 : 1,
               [=](benchmark::State& state) {
                 time_slots(state, *bench, {images, trials});
               });
    }
  }
}

}  // namespace m2m::bench
