#include "train/epoch_counters.hpp"

#include <fmt/format.h>

#include <limits>
#include <stdexcept>

#include "checkpoints/trial_state.hpp"
#include "core/error.hpp"

namespace m2m::train {
namespace {

kernels::StepEdits make_step_edits(const StepWork& work, const methods::TranslatedSlots& translated) {
  if (!translated.rows.defined()) return {};
  return {translated.rows.size(0),
          translated.rows.const_data_ptr<std::int64_t>(),
          translated.seed_classes.const_data_ptr<std::int64_t>(),
          translated.targets.const_data_ptr<std::int64_t>(),
          translated.accepted.const_data_ptr<bool>(),
          work.translations.slots.const_data_ptr<std::int32_t>()};
}

/// What a download of the counters consists of.
enum CounterCopy { copy_of_sums, copy_of_nonfinite_step, copy_of_accepted };

double ratio(double sum, double count) { return count > 0 ? sum / count : results::not_measured; }

}  // namespace

EpochCounters::EpochCounters(int classes, std::int64_t slots, torch::Device device)
    : sums_(torch::zeros({kernels::epoch_sum_count}, torch::TensorOptions(torch::kFloat64).device(device))),
      nonfinite_step_(torch::full({}, -1, torch::TensorOptions(torch::kInt64).device(device))),
      accepted_(torch::zeros({slots}, torch::TensorOptions(torch::kInt64).device(device))),
      counted_(classes) {}

void EpochCounters::add(std::int64_t step, const StepWork& work, const nn::StepAnswers& answers,
                        const methods::TranslatedSlots& translated) {
  nn::count_step(step, answers, make_step_edits(work, translated),
                 {sums_.data_ptr<double>(), nonfinite_step_.data_ptr<std::int64_t>(),
                  accepted_.data_ptr<std::int64_t>() + slots_});
  add_planned(work);
}

void EpochCounters::add_planned(const StepWork& work) {
  for (const methods::Translation& translation : work.planned.chosen) {
    chosen_.push_back({slots_ + translation.slot, translation.seed_class, translation.target});
    ++counted_.at(results::Outcome::chosen, translation.seed_class, translation.target);
    if (!translation.coin) ++counted_.at(results::Outcome::failed_coin, translation.seed_class, translation.target);
  }
  for (std::int32_t target : work.planned.without_seed)
    ++counted_.at(results::Outcome::without_seed, target, target);
  slots_ += static_cast<std::int64_t>(work.slots);
}

void EpochCounters::all_reduce(comm::Communicator& ranks) {
  if (ranks.size() == 1) return;
  ranks.all_reduce_sum(sums_);
  if (!chosen_.empty()) ranks.all_reduce_sum(accepted_);  // every rank has the same plan
  torch::Tensor nonfinite_steps = torch::zeros({ranks.size()}, nonfinite_step_.options());  // 0: none
  nonfinite_steps[ranks.rank()] = nonfinite_step_ + 1;
  ranks.all_reduce_sum(nonfinite_steps);
  const auto none = std::numeric_limits<std::int64_t>::max();
  const torch::Tensor first = torch::where(nonfinite_steps > 0, nonfinite_steps, none).min();
  nonfinite_step_ = torch::where(first == none, 0, first) - 1;
}

void EpochCounters::clear_local() {
  sums_.zero_();
  accepted_.zero_();
  nonfinite_step_.fill_(-1);
}

std::map<std::string, torch::Tensor> EpochCounters::state() const {
  const nn::Download copy = download();
  const auto& copies = copy.wait();
  return {{"sums", copies[copy_of_sums]},
          {"bad_step", copies[copy_of_nonfinite_step]},
          {"generation", checkpoints::to_tensor(counts(copies[copy_of_accepted]))}};
}

void EpochCounters::load(const std::map<std::string, torch::Tensor>& state) {
  const auto tensor = [&](const char* name, std::int64_t size) {
    const torch::Tensor& found = state.at(name);
    if (found.numel() != size) throw std::out_of_range(name);
    return found;
  };
  try {
    sums_.copy_(tensor("sums", sums_.numel()));
    nonfinite_step_.copy_(tensor("bad_step", 1).squeeze());
    counted_ = state.contains("planned")
                   ? checkpoints::generation_from_dense(state.at("planned"), state.at("accepted"), counted_.classes)
                   : checkpoints::generation_from_rows(state.at("generation"), counted_.classes);
  } catch (const std::out_of_range& failed) {
    throw data_error(
        fmt::format("the state of the trial: a counter is missing or has another size ({})", failed.what()));
  }
}

nn::Download EpochCounters::download() const { return nn::Download({sums_, nonfinite_step_, accepted_}); }

results::GenerationCounts EpochCounters::counts(const torch::Tensor& accepted) const {
  results::GenerationCounts counts = counted_;
  const auto* kept = accepted.const_data_ptr<std::int64_t>();
  for (const Chosen& one : chosen_)
    counts.at(results::Outcome::accepted, one.seed_class, one.target) += kept[one.slot];
  checkpoints::derive_failed_gamma(counts);
  return counts;
}

void EpochCounters::read(const nn::Download& copy, results::EpochRecord& record) const {
  const auto& copies = copy.wait();
  const auto* sum = copies[copy_of_sums].const_data_ptr<double>();
  record.loss = ratio(sum[kernels::sum_loss], sum[kernels::sum_slots]);
  record.accuracy = ratio(sum[kernels::sum_hits], sum[kernels::sum_slots]);
  if (counted_.cells.empty()) return;
  record.generated_loss = ratio(sum[kernels::sum_generated_loss], sum[kernels::sum_generated]);
  record.other_loss = ratio(sum[kernels::sum_loss] - sum[kernels::sum_generated_loss],
                            sum[kernels::sum_slots] - sum[kernels::sum_generated]);
  record.generated_accuracy = ratio(sum[kernels::sum_generated_hits], sum[kernels::sum_generated]);
  record.generated_p_target = ratio(sum[kernels::sum_p_target], sum[kernels::sum_generated]);
  record.generated_p_seed = ratio(sum[kernels::sum_p_seed], sum[kernels::sum_generated]);
  record.generation = counts(copies[copy_of_accepted]);
}

std::int64_t EpochCounters::first_nonfinite_step(const nn::Download& copy) {
  return copy.wait()[copy_of_nonfinite_step].item<std::int64_t>();
}

}  // namespace m2m::train
