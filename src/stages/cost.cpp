#include "stages/cost.hpp"

#include <algorithm>
#include <map>
#include <utility>

#include "methods/m2m_plan.hpp"
#include "nn/network.hpp"
#include "settings/m2m_settings.hpp"
#include "settings/recipe.hpp"
#include "train/settings.hpp"

namespace m2m::stages {
namespace {

// As measured on one core with AVX-512 in float32 (docs/performance.md); other machines differ in both.
constexpr double multiply_adds_per_second = 50e9;
constexpr double frozen_pass = 0.6;  // the time of a pass through a frozen network, in passes of training

constexpr double bytes_of_any_stage = 0.5e9;    // context, code, workspaces
constexpr double bytes_per_multiply_add = 0.6;  // ResNet-32, batches of 128, recorded, g and translations: 2.5 GB

constexpr double passes_of_a_step = 3;                      // forward, and backward for weights and inputs
constexpr double passes_of_an_iteration = 2 * frozen_pass;  // forward, and backward for inputs

/// Expected share of the slots that M2m translates: sum over classes of P(chosen), times the mean coin. Classes
/// with as many images are alike, so the time goes with the square of the number of different counts.
double translated_share(const ClassCounts& counts, double beta) {
  std::map<std::int64_t, std::pair<int, double>> alike;  // by count: one of its classes, how many there are
  for (std::size_t k = 0; k < counts.size(); ++k) {
    ++alike.try_emplace(counts[k], static_cast<int>(k), 0).first->second.second;
  }
  double share = 0;
  for (const auto& [images, target] : alike) {
    double coin = 0;
    double weight = 0;
    for (const auto& [seed_images, seed] : alike) {
      const double p = methods::accept_probability(counts, seed.first, target.first, beta);
      coin += seed.second * p * p;
      weight += seed.second * p;
    }
    if (weight > 0) share += target.second * methods::generate_probability(counts, target.first) * coin / weight;
  }
  return share / static_cast<double>(counts.size());
}

/// Of one image.
double forward_multiply_adds(const train::TrialSettings& settings, const train::LoadedData& data) {
  const data::ImageShape& shape = data.set.train.shape;
  return nn::multiply_adds(
      {settings.network, data.set.classes, shape.channels, shape.height, shape.width, data.mean, data.std});
}

}  // namespace

double estimated_seconds(const Config& resolved, const train::LoadedData& data, std::optional<int> until) {
  const settings::Recipe recipe = settings::read<settings::Recipe>(resolved);
  if (!recipe.trains()) return 1;
  const train::TrialSettings settings = train::trial_settings(resolved);
  const double forward = forward_multiply_adds(settings, data);
  const auto images = static_cast<double>(total(data.split.counts));
  const auto evaluated = static_cast<double>(data.split.validation.rows.size() + data.split.test.rows.size());
  double per_slot = 0;
  if (recipe.translates()) {
    const auto m2m = settings::read<settings::M2mSettings>(resolved);
    const double networks = m2m.lambda == 0 ? 1 : 2;
    per_slot = translated_share(data.split.counts, m2m.beta) * networks * passes_of_an_iteration * m2m.steps;
  }
  // On frozen features only the head learns.
  const double of_a_step = recipe.is_second_stage() ? frozen_pass : passes_of_a_step;
  double passes = 0;
  for (int epoch = settings.start_epoch; epoch < until.value_or(settings.epochs); ++epoch) {
    const bool edits = settings::phase_at(recipe, epoch, settings.defer_until).translates;
    passes += images * (of_a_step + (edits ? per_slot : 0)) + evaluated * frozen_pass;
  }
  return passes * forward / multiply_adds_per_second;
}

double estimated_memory(const Config& resolved, const train::LoadedData& data) {
  const train::TrialSettings settings = train::trial_settings(resolved);
  const auto batch = static_cast<double>(settings.batch_size);
  return bytes_of_any_stage + bytes_per_multiply_add * batch * forward_multiply_adds(settings, data);
}

}  // namespace m2m::stages
