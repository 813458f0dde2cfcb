// Makes the record of a post-hoc method from that of its base trial.
#include "methods/post_hoc.hpp"

#include <fmt/format.h>

#include <functional>

#include "core/error.hpp"
#include "core/metrics.hpp"
#include "results/record_file.hpp"
#include "settings/loss_settings.hpp"
#include "settings/recipe.hpp"
#include "stages/artifacts.hpp"

namespace m2m::stages {
namespace {

/// A function from logits and tau to changed logits.
using LogitTransform = std::function<std::vector<float>(const std::vector<float>& logits, double tau)>;

LogitTransform tau_normalisation(const results::OutputFolder& out, const std::string& base, bool best) {
  const checkpoints::Checkpoint weights = read_base_weights(out, base, best);
  const torch::Tensor weight = weights.network.at("linear.weight").to(torch::kFloat64);
  const auto as_vector = [](const torch::Tensor& values) {
    const torch::Tensor doubles = values.to(torch::kFloat64).contiguous();
    return std::vector<double>(doubles.const_data_ptr<double>(),
                               doubles.const_data_ptr<double>() + doubles.numel());
  };
  return [bias = as_vector(weights.network.at("linear.bias")), lengths = as_vector(weight.norm(2, 1))](
             const std::vector<float>& logits, double tau) {
    return methods::tau_normalised_logits(logits, bias, lengths, tau);
  };
}

/// Applies the best tau to the snapshot; returns tau and the number of those tried.
Json apply_best_tau(const Config& resolved, const results::TrialRecord& base, const LogitTransform& transform,
                    results::Snapshot& snapshot) {
  std::vector<double> taus = methods::candidate_taus();
  if (const auto tau = settings::read<settings::PostHocSettings>(resolved).tau) taus = {*tau};
  const int classes = snapshot.test.classes;
  double best_tau = taus.front(), best_bacc = -1;
  for (const double tau : taus) {
    if (taus.size() == 1) break;
    const Confusion confusion =
        confusion_from_logits(transform(snapshot.validation_logits, tau), base.validation_labels, classes);
    const double bacc = balanced_accuracy(confusion);
    if (bacc <= best_bacc) continue;
    best_bacc = bacc;
    best_tau = tau;
  }
  snapshot.test_logits = transform(snapshot.test_logits, best_tau);
  snapshot.test = confusion_from_logits(snapshot.test_logits, base.test_labels, classes);
  if (snapshot.validation.classes > 0) {
    snapshot.validation_logits = transform(snapshot.validation_logits, best_tau);
    snapshot.validation = confusion_from_logits(snapshot.validation_logits, base.validation_labels, classes);
  }
  return {{"tau", best_tau}, {"tried", taus.size()}};
}

/// Divides the logits of the snapshot by the temperature of the settings, or by the one fitted on validation;
/// returns it. The predictions stay as they are.
Json apply_temperature(const Config& resolved, const results::TrialRecord& base, results::Snapshot& snapshot) {
  const auto given = settings::read<settings::PostHocSettings>(resolved).temperature;
  const double temperature = given ? *given
                                   : methods::fit_temperature(snapshot.validation_logits, base.validation_labels,
                                                              snapshot.validation.classes);
  snapshot.test_logits = methods::tempered_logits(snapshot.test_logits, temperature);
  snapshot.validation_logits = methods::tempered_logits(snapshot.validation_logits, temperature);
  return {{"temperature", temperature}};
}

}  // namespace

checkpoints::Checkpoint read_base_weights(const results::OutputFolder& out, const std::string& id, bool best) {
  return checkpoints::load_checkpoint(out.trial(id) / (best ? "best.safetensors" : "last.safetensors"));
}

std::optional<results::Damage> damage_of_base(const study::Stage& trial, const results::OutputFolder& out) {
  for (const char* name : {"last.safetensors", "best.safetensors"}) {
    const std::filesystem::path file = out.trial(trial.id) / name;
    if (!std::filesystem::exists(file)) continue;
    try {
      checkpoints::load_checkpoint(file);
    } catch (const Error& error) {
      if (error.code() != ExitCode::bad_data) throw;
      return results::Damage{file, out.result(trial.id), error.what()};
    }
  }
  return std::nullopt;
}

results::TrialRecord post_hoc_record(const Config& resolved, const results::OutputFolder& out,
                                     const std::string& base_id) {
  results::TrialRecord record = results::read_trial(out.result(base_id));
  const settings::PostHoc method = settings::read<settings::Recipe>(resolved).post_hoc;
  const auto counts = record.data.at("counts").get<ClassCounts>();
  const auto make_transform = [&](bool best) -> LogitTransform {
    if (method == settings::PostHoc::tau_normalisation) return tau_normalisation(out, base_id, best);
    return [counts](const std::vector<float>& logits, double tau) {
      return methods::adjusted_logits(logits, counts, tau);
    };
  };
  const auto apply = [&](bool best, results::Snapshot& snapshot) {
    return method == settings::PostHoc::temperature
               ? apply_temperature(resolved, record, snapshot)
               : apply_best_tau(resolved, record, make_transform(best), snapshot);
  };
  record.data["post_hoc"] = {{"last", apply(false, record.last)}};
  if (record.best) record.data["post_hoc"]["best"] = apply(true, *record.best);
  record.epochs.clear();
  return record;
}

}  // namespace m2m::stages
