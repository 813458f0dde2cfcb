// Cases of a translation: one iteration, and T of them.
#include <fmt/format.h>

#include <algorithm>

#include "bench/workbench.hpp"
#include "methods/translation.hpp"
#include "settings/m2m_settings.hpp"

namespace m2m::bench {
namespace {

constexpr std::int64_t image_count = 76;  // the mean number of won coins in a batch of 128

// For the worst image: folding batch norm and rounding change the sign before a few ReLUs.
constexpr CosineBounds bounds{0.999, 0.9};

/// f and g, trained for a few steps so that batch norm has statistics, and their frozen forms in a variant.
struct Pair {
  std::shared_ptr<nn::Network> f, g;
  std::unique_ptr<nn::FrozenNetwork> frozen_f, frozen_g;
};

/// Seed images with their classes, and the target classes.
struct Seeds {
  torch::Tensor images;            // [m, 3, 32, 32]
  torch::Tensor classes, targets;  // int64 [m]
};

Pair make_pair(Workbench& bench, const Variant& variant, const BriefStates& states) {
  const Config config = trial_config("ERM", variant, 128);
  Pair pair{network_from(bench, config, states.f), network_from(bench, config, states.g), {}, {}};
  pair.frozen_f = pair.f->freeze();
  pair.frozen_g = pair.g->freeze();
  pair.frozen_f->refresh();
  pair.frozen_g->refresh();
  return pair;
}

Seeds make_seeds(const train::LoadedData& data) {
  const data::PoolRows& part = data.split.validation;
  const torch::Tensor number = torch::arange(image_count, torch::kInt64);
  return {train::gather_rows(data, part, 0, image_count, torch::kFloat32), number % 10,
          (number + 1 + number % 7) % 10};
}

torch::Tensor translate_with(const Pair& pair, const Seeds& seeds, int steps,
                             const methods::TranslationObserver& watcher = {}) {
  settings::M2mSettings settings;
  settings.steps = steps;
  return methods::translate(*pair.frozen_f, *pair.frozen_g, seeds.images, seeds.classes, seeds.targets, image_count,
                            settings, watcher);
}

torch::Tensor first_gradient(const Pair& pair, const Seeds& seeds) {
  torch::Tensor first;
  translate_with(pair, seeds, 1,
                 [&](int, const torch::Tensor&, const torch::Tensor& gradient) { first = gradient.clone(); });
  return first;
}

/// The smallest cosine over the images.
double min_cosine(const torch::Tensor& a, const torch::Tensor& b) {
  double min = 1;
  for (std::int64_t i = 0; i < a.size(0); ++i) min = std::min(min, cosine(a[i], b[i]));
  return min;
}

void check(benchmark::State& state, const Variant& variant, const torch::Tensor& translated, const Pair& pair,
           const Pair& plain, const Seeds& seeds, int steps) {
  verify(state, translated.min().item<double>() >= 0 && translated.max().item<double>() <= 1,
         "a translated pixel is outside [0, 1]");
  const double moved = (translated - seeds.images).flatten(1).norm(2, 1).max().item<double>();
  verify(state, moved > 0 && moved <= steps * settings::M2mSettings().step_size * 1.0001,
         fmt::format("an image moved by {:.4f}, more than {} step(s) allow or not at all", moved, steps));
  const double agreement = min_cosine(first_gradient(pair, seeds), first_gradient(plain, seeds));
  state.counters["cosine"] = agreement;
  verify(state, agreement >= bounds.of(variant),
         fmt::format("the gradient of an image has cosine {:.6f} with libtorch's", agreement));
}

void translate_images(benchmark::State& state, Workbench& bench, const Variant& variant, int steps) {
  const BriefStates& states = bench.brief_states();
  const Pair pair = make_pair(bench, variant, states);
  const Seeds seeds = make_seeds(*bench.data());
  torch::Tensor translated = translate_with(pair, seeds, 1);
  for (auto _ : state) translated = translate_with(pair, seeds, steps);
  state.SetItemsProcessed(state.iterations() * image_count);
  count_flops(state, nn::multiply_adds(pair.f->spec()) * 4.0 * steps * static_cast<double>(image_count));
  check(state, variant, translated, pair, make_pair(bench, plain_variant, states), seeds, steps);
}

}  // namespace

void add_translation_cases(const std::shared_ptr<Workbench>& bench) {
  for (const Variant& variant : variants()) {
    for (const int steps : {1, 10}) {
      const std::string name = steps == 1 ? "translation_iteration" : "translation";
      add_case(fmt::format("{}/{}", case_name(name, variant), image_count), steps == 1 ? 6 : 2,
               [=](benchmark::State& state) { translate_images(state, *bench, variant, steps); });
    }
  }
}

}  // namespace m2m::bench
