// Estimates of the time and the memory of a stage.
#include <algorithm>
#include <map>
#include <utility>

#include "methods/m2m_plan.hpp"
#include "nn/fused_training.hpp"
#include "nn/fused_translation.hpp"
#include "nn/network.hpp"
#include "settings/augment_settings.hpp"
#include "settings/m2m_settings.hpp"
#include "settings/recipe.hpp"
#include "settings/resolve.hpp"
#include "settings/train_settings.hpp"
#include "stages/planner.hpp"
#include "train/trial_setup.hpp"

namespace m2m::stages {
namespace {

// Measured on one core with AVX-512 in float32 (docs/performance.md); other machines differ.
constexpr double multiply_adds_per_second = 50e9;
constexpr double frozen_pass = 0.6;  // time of a pass through a frozen network, in training passes

constexpr double bytes_of_any_stage = 0.5e9;    // context, code, workspaces
constexpr double bytes_per_multiply_add = 0.6;  // ResNet-32, batches of 128, recorded, g and translations: 2.5 GB

constexpr double step_passes = 3;                     // forward, and backward for weights and inputs
constexpr double iteration_passes = 2 * frozen_pass;  // forward, and backward for inputs

/// Expected share of slots that M2m translates: sum over classes of P(chosen) times the mean coin. Classes with
/// equal counts are treated together, so the time is quadratic in the number of different counts.
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

/// Multiply-adds of a forward pass of one image.
double forward_multiply_adds(const train::TrialSettings& settings, const train::LoadedData& data) {
  return nn::multiply_adds(train::network_spec(settings, data));
}

/// Multiply-adds of a 3x3 convolution per value that it leaves, relative to those of 16 channels.
double channels_of_16(const train::TrialSettings& settings) {
  const settings::NetworkFacts& facts = settings::find_network(settings.network);
  const int channels = facts.takes_width ? settings.width : facts.first_channels;
  return std::max(1.0, channels / 16.0);
}

}  // namespace

double estimated_seconds(const Config& resolved, const train::LoadedData& data, std::optional<int> until) {
  const settings::Recipe recipe = settings::read<settings::Recipe>(resolved);
  if (!recipe.trains()) return 1;
  const train::TrialSettings settings = train::planned_settings(resolved);
  const double forward = forward_multiply_adds(settings, data);
  const auto images = static_cast<double>(total(data.split.counts));
  const auto evaluated = static_cast<double>(data.split.validation.rows.size() + data.split.test.rows.size());
  double per_slot = 0;
  if (recipe.translates()) {
    const auto m2m = settings::read<settings::M2mSettings>(resolved);
    const double networks = m2m.lambda == 0 ? 1 : 2;
    per_slot = translated_share(data.split.counts, m2m.beta) * networks * iteration_passes * m2m.steps;
  }
  // With frozen features only the head is trained; mixed features are those of two images.
  const double frozen_passes = frozen_pass * (recipe.mixing == settings::Mixing::head_to_tail ? 2 : 1);
  const double passes_per_slot =
      settings.sharpness.passes() * (recipe.is_second_stage() ? frozen_passes : step_passes);
  double passes = 0;
  for (int epoch = settings.start_epoch; epoch < until.value_or(settings.epochs); ++epoch) {
    const bool edits = settings::phase_at(recipe, epoch, settings.defer_until).translates;
    passes += images * (passes_per_slot + (edits ? per_slot : 0)) + evaluated * frozen_pass;
  }
  return passes * forward / multiply_adds_per_second;
}

namespace {

/// Bytes of the noise of the Gaussian-clouded loss: a float for each class of each slot, of this epoch and the
/// next.
double clouds_bytes(const Config& resolved, const train::LoadedData& data) {
  if (settings::read<settings::Recipe>(resolved).loss != settings::Loss::gaussian_clouded) return 0;
  return 2.0 * sizeof(float) * static_cast<double>(total(data.split.counts)) * data.set.classes;
}

/// True if the steps of a trial that trains alone run fused, and its translations too.
bool is_all_fused(const Config& resolved, const train::TrialSettings& settings, const settings::Recipe& recipe) {
  const bool augments = settings::read<settings::AugmentSettings>(resolved).transforms();
  return settings.fused && recipe.trains() && !recipe.is_second_stage() &&
         train::unfused_steps_reason(settings, recipe, 1).empty() && !(recipe.translates() && augments);
}

/// Bytes of a fused trial beyond those of any stage: of its whole batches and of the last, short one, for which as
/// much is assumed; of its translations; and of a batch in evaluation with the copy that a recording reads.
double fused_bytes(const Config& resolved, const train::TrialSettings& settings, const settings::Recipe& recipe,
                   const data::ImageShape& shape) {
  const int blocks = nn::blocks_per_stage(settings.network);
  std::int64_t bytes = 2 * nn::fused_training_bytes(blocks, settings.batch_size);
  if (recipe.translates()) {
    const auto g = settings::value_of(settings::g_config(resolved), &settings::TrainSettings::network);
    bytes += nn::fused_translation_bytes(std::max(blocks, nn::blocks_per_stage(g)), settings.batch_size);
  }
  bytes += 2 * std::int64_t{sizeof(float)} * shape.size() * settings.evaluation_batch;
  return static_cast<double>(bytes);
}

}  // namespace

/// Bytes of passes without gradients of weights: eight float32 activations as large as those of the first stage.
double frozen_bytes(const train::TrialSettings& settings, const data::ImageShape& shape) {
  constexpr double activations = 8, channels = 16;
  const auto images = static_cast<double>(std::max(settings.evaluation_batch, settings.batch_size));
  return activations * sizeof(float) * images * channels * channels_of_16(settings) * shape.height * shape.width;
}

double estimated_memory(const Config& resolved, const train::LoadedData& data) {
  const train::TrialSettings settings = train::planned_settings(resolved);
  const auto recipe = settings::read<settings::Recipe>(resolved);
  const double common = bytes_of_any_stage + clouds_bytes(resolved, data);
  if (is_all_fused(resolved, settings, recipe))
    return common + fused_bytes(resolved, settings, recipe, data.set.train.shape);
  if (!recipe.trains() || recipe.is_second_stage()) return common + frozen_bytes(settings, data.set.train.shape);
  const auto batch = static_cast<double>(settings.batch_size);
  return common + bytes_per_multiply_add * batch * forward_multiply_adds(settings, data) / channels_of_16(settings);
}

}  // namespace m2m::stages
