// Checks that the settings of a trial's training do not contradict each other: width, schedule, optimiser, labels,
// and a loss over the batch.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <optional>

#include "core/error.hpp"
#include "settings/loss_settings.hpp"
#include "settings/m2m_settings.hpp"
#include "settings/recipe.hpp"
#include "settings/resolve.hpp"
#include "settings/sharpness_settings.hpp"
#include "settings/table.hpp"
#include "settings/train_settings.hpp"

namespace m2m::settings {
namespace {

void check_width(const TrainSettings& train) {
  constexpr int unit = 16;  // channels that the kernels of a CPU compute at a time
  if (train.width == TrainSettings{}.width) return;
  if (!find_network(train.network).takes_width) {
    throw usage_error(
        fmt::format("train.width = {}: the channels of train.network = '{}' are fixed; set train.width = {}, or "
                    "train.network = 'resnet32' or another of {}",
                    train.width, train.network, TrainSettings{}.width, fmt::join(scalable_network_names(), ", ")));
  }
  if (train.width % unit != 0) {
    const int below = train.width / unit * unit;
    throw usage_error(
        fmt::format("train.width = {}: expected a multiple of {}; set train.width = {}, or train.width = {}",
                    train.width, unit, below, below + unit));
  }
}

void check_nesterov(const TrainSettings& train) {
  if (!train.nesterov || train.momentum > 0) return;
  throw usage_error(
      "train.nesterov = true: there is no momentum (train.momentum = 0); set train.nesterov = false, or "
      "train.momentum = 0.9");
}

void check_label_smoothing(const Config& resolved, const Recipe& recipe) {
  const auto of_second = read<SecondStageSettings>(resolved).label_smoothing;
  const bool is_of_second = recipe.is_second_stage() && of_second.has_value();
  const double smoothing = is_of_second ? *of_second : read<LossSettings>(resolved).label_smoothing;
  const Loss loss = recipe.loss;
  if (smoothing == 0 || loss == Loss::cross_entropy || loss == Loss::logit_adjusted) return;
  throw usage_error(
      fmt::format("{0} = {1}: is not defined for recipe.loss = '{2}'; set {0} = 0, or recipe.loss = '{3}' or '{4}'",
                  is_of_second ? "second.label_smoothing" : "train.label_smoothing", smoothing, to_text(loss),
                  to_text(Loss::cross_entropy), to_text(Loss::logit_adjusted)));
}

/// The labels of g are smoothed as those of f.
void check_label_smoothing_of_g(const Config& g) {
  const double smoothing = read<LossSettings>(g).label_smoothing;
  const Loss loss = read<Recipe>(g).loss;
  if (smoothing == 0 || loss == Loss::cross_entropy || loss == Loss::logit_adjusted) return;
  throw usage_error(
      fmt::format("train.label_smoothing = {}: is not defined for the loss '{}' of m2m.g_method = '{}'; set "
                  "train.label_smoothing = 0, or m2m.g_method = 'ERM'",
                  smoothing, to_text(loss), g.text("method")));
}

void check_cmo(const Config& resolved, const Recipe& recipe) {
  const auto mixing = read<MixSettings>(resolved);
  const int epochs = trained_epochs(resolved), end = std::min(mixing.cmo_until, epochs);
  if (recipe.mixing != Mixing::cmo || mixing.cmo_from < end) return;
  const char* of_stage = recipe.is_second_stage() ? "second.epochs" : "train.epochs";
  throw usage_error(fmt::format(
      "cmo.from = {0} is not before {1} = {2}: no epoch would be mixed; set cmo.from = 0, or {1} to at least {3}",
      mixing.cmo_from, end == epochs ? of_stage : "cmo.until", end, mixing.cmo_from + 1));
}

/// A cosine reaches 0 at the end of its epochs, so one that stops earlier is another schedule.
void check_stop_of_g(const Config& resolved, const TrainSettings& train) {
  const auto stop = read<M2mSettings>(resolved).g_stop;
  if (train.schedule != RateSchedule::cosine || !stop || *stop == train.epochs) return;
  throw usage_error(fmt::format(
      "m2m.g_stop = {}: a cosine has no earlier stop (train.schedule = 'cosine'); set m2m.g_stop = {}, or "
      "train.schedule = 'steps'",
      *stop, train.epochs));
}

}  // namespace

void check_training(const Config& resolved) {
  const auto recipe = read<Recipe>(resolved);
  if (!recipe.trains()) return;
  const auto train = read<TrainSettings>(resolved);
  check_width(train);
  check_nesterov(train);
  check_label_smoothing(resolved, recipe);
  check_cmo(resolved, recipe);
  if (!recipe.translates()) return;
  check_stop_of_g(resolved, train);
  if (read<M2mSettings>(resolved).g_from.empty()) check_label_smoothing_of_g(g_config(resolved));
}

void check_loss_over_batch(const Config& resolved) {
  const auto recipe = read<Recipe>(resolved);
  if (!recipe.trains() || recipe.loss != Loss::lade) return;
  const bool keeps_labels = recipe.mixing == Mixing::none || recipe.mixing == Mixing::head_to_tail;
  if (!keeps_labels) {
    throw usage_error(
        fmt::format("recipe.mixing = '{}': the term of recipe.loss = 'lade' over the batch is of samples with one "
                    "label each; set recipe.mixing = 'none', or recipe.loss = 'logit-adjusted'",
                    to_text(recipe.mixing)));
  }
  if (read<SharpnessSettings>(resolved).kind == Sharpness::imbsam) {
    throw usage_error(
        "train.sharpness = 'imbsam': takes the gradient of tail classes alone, and recipe.loss = 'lade' has a term "
        "of the whole batch; set train.sharpness = 'sam', or train.sharpness = 'none'");
  }
}

}  // namespace m2m::settings
