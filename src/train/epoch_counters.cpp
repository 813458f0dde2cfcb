#include "train/epoch_counters.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "core/error.hpp"

namespace m2m {
namespace {

enum Sum { slots, loss, hits, generated, generated_loss, generated_hits, p_target, p_seed, sum_count };

double ratio(double sum, double count) { return count > 0 ? sum / count : not_measured; }

}  // namespace

EpochCounters::EpochCounters(int classes, torch::Device device)
    : classes_(classes),
      sums_(torch::zeros({sum_count}, torch::TensorOptions(torch::kFloat64).device(device))),
      bad_step_(torch::full({}, -1, torch::TensorOptions(torch::kInt64).device(device))),
      accepted_(torch::zeros({classes * classes}, torch::TensorOptions(torch::kInt64).device(device))),
      planned_(classes) {}

void EpochCounters::add(std::int64_t step, const torch::Tensor& logits, const torch::Tensor& losses,
                        const torch::Tensor& labels, const StepTranslations& planned, const Edited& edited) {
  const torch::NoGradGuard no_gradient;
  const torch::Tensor step_loss = losses.detach().to(torch::kFloat64).sum();
  const torch::Tensor is_bad = step_loss.isfinite().logical_not().logical_and(bad_step_ < 0);
  bad_step_ = torch::where(is_bad, step, bad_step_);
  sums_[Sum::loss] += step_loss;
  sums_[Sum::hits] += logits.detach().argmax(1).eq(labels).sum();
  sums_[Sum::slots] += losses.size(0);
  add_planned(planned);
  if (edited.rows.defined()) add_edited(logits.detach(), losses.detach(), edited);
}

void EpochCounters::add_planned(const StepTranslations& planned) {
  for (const Translation& translation : planned.chosen) {
    ++planned_.at(Outcome::chosen, translation.seed_class, translation.target);
    if (!translation.coin) ++planned_.at(Outcome::failed_coin, translation.seed_class, translation.target);
  }
  for (std::int32_t target : planned.without_seed) ++planned_.at(Outcome::without_seed, target, target);
  translated_ = translated_ || !planned.chosen.empty() || !planned.without_seed.empty();
}

void EpochCounters::add_edited(const torch::Tensor& logits, const torch::Tensor& losses, const Edited& edited) {
  const torch::Tensor mask = edited.accepted.to(torch::kFloat64);
  const torch::Tensor own = logits.index_select(0, edited.rows).to(torch::kFloat64);
  const torch::Tensor probabilities = torch::softmax(own, 1);
  const auto probability_of = [&](const torch::Tensor& classes) {
    return probabilities.gather(1, classes.unsqueeze(1)).squeeze(1);
  };
  sums_[Sum::generated] += mask.sum();
  sums_[Sum::generated_loss] += (losses.index_select(0, edited.rows).to(torch::kFloat64) * mask).sum();
  sums_[Sum::generated_hits] += (own.argmax(1).eq(edited.targets) * mask).sum();
  sums_[Sum::p_target] += (probability_of(edited.targets) * mask).sum();
  sums_[Sum::p_seed] += (probability_of(edited.seed_classes) * mask).sum();
  accepted_.index_add_(0, edited.seed_classes * classes_ + edited.targets, edited.accepted.to(torch::kInt64));
}

void EpochCounters::add_up(Communicator& ranks) {
  if (ranks.size() == 1) return;
  ranks.all_reduce_sum(sums_);
  ranks.all_reduce_sum(accepted_);
  torch::Tensor bad_steps = torch::zeros({ranks.size()}, bad_step_.options());  // 0: none
  bad_steps[ranks.rank()] = bad_step_ + 1;
  ranks.all_reduce_sum(bad_steps);
  const auto none = std::numeric_limits<std::int64_t>::max();
  const torch::Tensor first = torch::where(bad_steps > 0, bad_steps, none).min();
  bad_step_ = torch::where(first == none, 0, first) - 1;
}

void EpochCounters::forget_share() {
  sums_.zero_();
  accepted_.zero_();
  bad_step_.fill_(-1);
}

std::map<std::string, torch::Tensor> EpochCounters::state() const {
  return {{"sums", sums_.cpu().clone()},
          {"bad_step", bad_step_.cpu().clone()},
          {"accepted", accepted_.cpu().clone()},
          {"planned", torch::tensor(planned_.cells, torch::kInt64)}};
}

void EpochCounters::load(const std::map<std::string, torch::Tensor>& state) {
  const auto tensor = [&](const char* name, std::int64_t size) {
    const auto found = state.find(name);
    if (found == state.end() || found->second.numel() != size) {
      throw data_error(fmt::format("the state of a trial lacks its counter '{}', or has another's", name));
    }
    return found->second;
  };
  sums_.copy_(tensor("sums", sums_.numel()));
  bad_step_.copy_(tensor("bad_step", 1).squeeze());
  accepted_.copy_(tensor("accepted", accepted_.numel()));
  const torch::Tensor planned =
      tensor("planned", static_cast<std::int64_t>(planned_.cells.size())).to(torch::kInt64).contiguous();
  std::copy_n(planned.const_data_ptr<std::int64_t>(), planned.numel(), planned_.cells.begin());
  translated_ = std::any_of(planned_.cells.begin(), planned_.cells.end(), [](std::int64_t n) { return n != 0; });
}

void EpochCounters::read(EpochRecord& record) const {
  const torch::Tensor sums = sums_.cpu();
  const double* sum = sums.data_ptr<double>();
  record.loss = ratio(sum[loss], sum[slots]);
  record.accuracy = ratio(sum[hits], sum[slots]);
  if (!translated_) return;
  record.generated_loss = ratio(sum[generated_loss], sum[generated]);
  record.other_loss = ratio(sum[loss] - sum[generated_loss], sum[slots] - sum[generated]);
  record.generated_accuracy = ratio(sum[generated_hits], sum[generated]);
  record.generated_p_target = ratio(sum[p_target], sum[generated]);
  record.generated_p_seed = ratio(sum[p_seed], sum[generated]);
  record.generation = planned_;
  const torch::Tensor accepted = accepted_.cpu();
  for (int k0 = 0; k0 < classes_; ++k0) {
    for (int k = 0; k < classes_; ++k) {
      const std::int64_t kept = accepted.data_ptr<std::int64_t>()[k0 * classes_ + k];
      record.generation.at(Outcome::accepted, k0, k) = kept;
      record.generation.at(Outcome::failed_gamma, k0, k) =
          record.generation.at(Outcome::chosen, k0, k) - record.generation.at(Outcome::failed_coin, k0, k) - kept;
    }
  }
}

std::int64_t EpochCounters::first_bad_step() const { return bad_step_.item<std::int64_t>(); }

}  // namespace m2m
