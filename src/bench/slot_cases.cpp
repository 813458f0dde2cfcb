// Cases of the translations of a step as a trial makes them, from seeds to the batch, for one trial and for several
// that share the device.
#include <fmt/format.h>

#include <cmath>
#include <memory>
#include <vector>

#include "bench/concurrent_work.hpp"
#include "bench/workbench.hpp"
#include "nn/device.hpp"
#include "nn/layers.hpp"
#include "settings/m2m_settings.hpp"

namespace m2m::bench {
namespace {

using settings::M2mSettings, settings::set_value;

// As in translation_cases.cpp: for the image whose gradient agrees least.
constexpr double min_agreement = 0.9;
// Between trials: a GPU adds in no fixed order, and ten steps amplify what rounding decides. All pixels together
// move by 0.1 a step.
constexpr double largest_difference = 0.2;
constexpr int steps_on_a_gpu = 16;  // of a run; on a CPU one step is long enough
constexpr int warm_ups = 3;         // a recorded translation runs once as it is, and is recorded by the second call

const Variant bf16{"bf16", "auto"};

/// `count` translations of a step, each in a slot of its own, all with a won coin; seeds of all classes.
methods::StepTranslations made_translations(const train::LoadedData& data, std::int64_t count) {
  methods::StepTranslations planned;
  const int classes = data.set.classes;
  std::vector<std::int32_t> first_of_class{0};  // images lie in the order of their classes
  for (const std::int64_t images : data.split.counts)
    first_of_class.push_back(first_of_class.back() + static_cast<std::int32_t>(images));
  for (std::int32_t slot = 0; slot < count; ++slot) {
    methods::Translation translation;
    translation.slot = slot;
    translation.seed_class = slot % classes;
    translation.seed.image = first_of_class[static_cast<std::size_t>(slot % classes)] + slot / classes;
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
        frozen_f_(frozen(*f_)),
        frozen_g_(frozen(*g_)) {
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

  /// The images of the batch, after a translation all of them translated.
  const torch::Tensor& images() const { return batch_.images; }

  /// Translates once more.
  void translate() {
    const methods::EditContext context{*frozen_f_,
                                       *frozen_g_,
                                       setup_.plan.keys.plan,
                                       0,
                                       1,
                                       [this](const torch::Tensor&) { return seeds(); },
                                       train::training_pixels(*setup_.parts.data)};
    setup_.parts.editor->apply(context, work_, batch_);
  }

 private:
  /// Frozen, with its weights as the optimiser of a trial keeps them.
  static std::unique_ptr<nn::FrozenNetwork> frozen(nn::Network& network) {
    for (torch::Tensor& weight : network.parameters()) {
      if (weight.dim() == 4) weight.set_data(nn::channels_last(weight.detach()));
    }
    return network.freeze();
  }

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
  one_step.translate();
  return one_step.images() - one_step.seeds();
}

void check_moves(benchmark::State& state, Workbench& bench, const BriefStates& states, std::int64_t count) {
  const torch::Tensor moves = first_moves(bench, bf16, states, count);
  const torch::Tensor plain = first_moves(bench, plain_variant, states, count);
  double smallest = 1;
  for (std::int64_t i = 0; i < count; ++i) {
    const double of_image = cosine(moves[i], plain[i]);
    if (std::isnan(of_image) || of_image < smallest) smallest = of_image;  // not a number: it has not moved
  }
  state.counters["cosine"] = smallest;
  verify(state, smallest >= min_agreement,
         fmt::format("the first step of an image has cosine {:.6f} with libtorch's", smallest));
}

/// What the timed translations left in the batch of each trial. All have the same seeds, noise and networks.
void check_images(benchmark::State& state, const std::vector<const SlotTranslator*>& trials) {
  const torch::Tensor first = trials.front()->images();
  const double moved = (first - trials.front()->seeds()).flatten(1).norm(2, 1).min().item<double>();
  verify(state, moved > 0, fmt::format("an image moved by {}", moved));
  verify(state, first.min().item<double>() >= 0 && first.max().item<double>() <= 1,
         "a translated pixel is outside [0, 1]");
  for (const SlotTranslator* trial : trials) {
    verify(state, (trial->images() - first).abs().max().item<double>() <= largest_difference,
           "two trials translated the same images otherwise");
  }
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
  const int steps = bench.device().is_cuda() ? steps_on_a_gpu : 1;
  std::vector<const SlotTranslator*> trials(static_cast<std::size_t>(what.trials));
  const BriefStates& states = bench.brief_states();
  ConcurrentWork work(bench.device(), what.trials, [&](int thread) {
    const auto translations = std::make_shared<SlotTranslator>(bench, config, states, what.images);
    for (int i = 0; i < warm_ups; ++i) translations->translate();
    trials[static_cast<std::size_t>(thread)] = translations.get();
    return [translations] { translations->translate(); };
  });
  for (auto _ : state) work.run(steps);
  const std::int64_t images = what.images * what.trials * steps;
  state.SetItemsProcessed(state.iterations() * images);
  count_steps(state, steps);
  const int passes = 4 * settings::value_of(config, &M2mSettings::steps) + 1;  // f and g, both ways; g at the end
  count_flops(state, multiply_adds_of_an_image(bench) * passes * static_cast<double>(images), bench.product_rate());
  check_images(state, trials);
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
