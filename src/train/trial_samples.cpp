#include "train/trial_samples.hpp"

#include <algorithm>

namespace m2m::train {

using methods::TranslationTrace;

namespace {

/// Returns positions in the training part, by class: the first `per_class` of each.
std::vector<std::int32_t> first_of_each_class(const LoadedData& data, int per_class) {
  std::vector<std::vector<std::int32_t>> of_class(static_cast<std::size_t>(data.set.classes));
  const std::vector<std::int32_t> labels = pool_labels(data, data.split.train);
  for (std::size_t i = 0; i < labels.size(); ++i) {
    auto& chosen = of_class[static_cast<std::size_t>(labels[i])];
    if (static_cast<int>(chosen.size()) < per_class) chosen.push_back(static_cast<std::int32_t>(i));
  }
  std::vector<std::int32_t> all;
  for (const auto& chosen : of_class) all.insert(all.end(), chosen.begin(), chosen.end());
  return all;
}

std::vector<float> floats(const torch::Tensor& tensor) {
  const torch::Tensor values = tensor.to(torch::kCPU, torch::kFloat32).contiguous();
  return {values.const_data_ptr<float>(), values.const_data_ptr<float>() + values.numel()};
}

std::vector<std::int32_t> integers(const torch::Tensor& tensor) {
  const torch::Tensor values = tensor.to(torch::kCPU, torch::kInt32).contiguous();
  return {values.const_data_ptr<std::int32_t>(), values.const_data_ptr<std::int32_t>() + values.numel()};
}

/// Joins one tensor of all traces and returns its first `max_count` rows.
torch::Tensor joined(const std::vector<TranslationTrace>& traces, torch::Tensor TranslationTrace::*part,
                     int max_count) {
  std::vector<torch::Tensor> parts;
  for (const TranslationTrace& trace : traces) parts.push_back(trace.*part);
  const torch::Tensor all = torch::cat(parts);
  return all.narrow(0, 0, std::min<std::int64_t>(max_count, all.size(0)));
}

/// Returns the penultimate features of these rows in evaluation mode, [n, features].
torch::Tensor features(Trial& trial, const LoadedData& data, const data::PoolRows& part) {
  const torch::NoGradGuard no_gradient;
  const TrialSettings& settings = trial.inputs().plan.settings;
  nn::FrozenNetwork& network = trial.frozen_network();
  std::vector<torch::Tensor> found;
  const auto count = static_cast<std::int64_t>(part.rows.size());
  for (std::int64_t first = 0; first < count; first += settings.evaluation_batch) {
    const std::int64_t size = std::min(settings.evaluation_batch, count - first);
    found.push_back(network.features(gather_rows(data, part, first, size, settings.precision)));
  }
  return torch::cat(found);
}

/// Repeats the first `max_count` translations of the last trained epoch with f as it is now: a trace per step,
/// empty if that epoch translated nothing.
std::vector<TranslationTrace> traces(Trial& trial, std::int64_t max_count) {
  const EpochInputs& inputs = trial.inputs();
  const TrialSettings& settings = inputs.plan.settings;
  const int epoch = trial.epoch() - 1;
  std::vector<TranslationTrace> found;
  if (!settings::phase_at(inputs.plan.recipe, epoch, settings.defer_until).translates) return found;
  EpochWork work(inputs, epoch, {});
  work.send(settings.device);
  std::int64_t traced = 0;
  for (std::int64_t step = 0; step < work.steps() && traced < max_count; ++step) {
    TranslationTrace trace =
        inputs.editor->trace(trial.edit_context(epoch, step), work.step(step).translations, settings.logit_scale);
    if (!trace.targets.defined()) continue;
    traced += trace.targets.size(0);
    found.push_back(std::move(trace));
  }
  return found;
}

}  // namespace

results::FeatureSample feature_sample(Trial& trial, const LoadedData& data, int per_class) {
  results::FeatureSample sample;
  sample.rows = first_of_each_class(data, per_class);
  data::PoolRows part = data.split.train;
  const std::vector<std::int32_t> labels = pool_labels(data, part);
  std::vector<std::int32_t> rows;
  for (const std::int32_t position : sample.rows) {
    rows.push_back(part.rows[static_cast<std::size_t>(position)]);
    sample.labels.push_back(labels[static_cast<std::size_t>(position)]);
  }
  part.rows = std::move(rows);
  const torch::Tensor values = features(trial, data, part);
  sample.width = static_cast<int>(values.size(1));
  sample.values = floats(values);
  return sample;
}

std::optional<results::TranslationSample> translation_sample(Trial& trial, int max_count) {
  const std::vector<TranslationTrace> found = traces(trial, max_count);
  if (found.empty()) return std::nullopt;
  results::TranslationSample sample;
  const torch::Tensor seeds = joined(found, &TranslationTrace::seeds, max_count);
  sample.channels = static_cast<int>(seeds.size(1));
  sample.height = static_cast<int>(seeds.size(2));
  sample.width = static_cast<int>(seeds.size(3));
  sample.steps = static_cast<int>(found.front().g_target.size(1)) - 1;
  sample.seeds = floats(seeds);
  sample.translated = floats(joined(found, &TranslationTrace::translated, max_count));
  sample.seed_class = integers(joined(found, &TranslationTrace::seed_classes, max_count));
  sample.target = integers(joined(found, &TranslationTrace::targets, max_count));
  sample.kept = integers(joined(found, &TranslationTrace::kept, max_count));
  sample.g_target = floats(joined(found, &TranslationTrace::g_target, max_count));
  sample.g_seed = floats(joined(found, &TranslationTrace::g_seed, max_count));
  sample.f_target = floats(joined(found, &TranslationTrace::f_target, max_count));
  sample.f_seed = floats(joined(found, &TranslationTrace::f_seed, max_count));
  return sample;
}

}  // namespace m2m::train
