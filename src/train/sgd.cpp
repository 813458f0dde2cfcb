#include "train/sgd.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "core/error.hpp"
#include "nn/tensor_kernels.hpp"

namespace m2m::train {

double learning_rate(const Schedule& schedule, int epoch) {
  if (epoch < schedule.warmup) return schedule.learning_rate * (epoch + 1) / schedule.warmup;
  if (schedule.cosine_epochs > 0) {
    const int since = epoch - schedule.warmup, length = schedule.cosine_epochs - schedule.warmup;
    return schedule.learning_rate * (1 + std::cos(std::numbers::pi * since / length)) / 2;
  }
  const auto passed =
      std::count_if(schedule.drops.begin(), schedule.drops.end(), [epoch](double drop) { return epoch >= drop; });
  return schedule.learning_rate * std::pow(schedule.drop_factor, static_cast<double>(passed));
}

int last_drop(const Schedule& schedule) {
  if (schedule.drops.empty()) return 0;
  return static_cast<int>(std::ceil(*std::max_element(schedule.drops.begin(), schedule.drops.end())));
}

namespace {

/// Returns the parameter's number of values, rounded up to whole units of 64 bytes.
std::int64_t padded(const torch::Tensor& parameter) {
  const auto unit = 64 / static_cast<std::int64_t>(parameter.element_size());
  return (parameter.numel() + unit - 1) / unit * unit;
}

/// Returns a view of a buffer's values in that shape; a convolution's values are in the order of `format`.
torch::Tensor shaped(const torch::Tensor& values, torch::IntArrayRef shape, at::MemoryFormat format) {
  if (shape.size() != 4 || format != at::MemoryFormat::ChannelsLast) return values.view(shape);
  return values.view({shape[0], shape[2], shape[3], shape[1]}).permute({0, 3, 1, 2});
}

}  // namespace

void clip_gradient(torch::Tensor& gradient, double max_norm) {
  const torch::NoGradGuard no_gradient;
  const torch::Tensor norm = at::linalg_vector_norm(gradient, 2, std::nullopt, false, torch::kFloat64);
  gradient.mul_((max_norm / (norm + 1e-6)).clamp_max(1).to(gradient.scalar_type()));
}

Sgd::Sgd(nn::Network& network, const SgdRule& rule, const std::vector<std::string>& trained, double head_factor,
         at::MemoryFormat format)
    : rule_(rule) {
  const torch::NoGradGuard no_gradient;
  auto parameters = network.named_parameters();
  const auto is_trained = [&](const std::string& name) {
    return trained.empty() || std::count(trained.begin(), trained.end(), name) > 0;
  };
  std::int64_t count = 0;
  for (const auto& item : parameters) count += is_trained(item.key()) ? padded(item.value()) : 0;
  weight_ = torch::zeros({count}, parameters.front().value().options().requires_grad(false));
  velocity_ = torch::zeros_like(weight_);
  gradient_ = torch::zeros_like(weight_);
  std::int64_t first = 0;
  for (auto& item : parameters) {
    torch::Tensor& parameter = item.value();
    parameter.set_requires_grad(is_trained(item.key()));
    if (!is_trained(item.key())) continue;
    const auto slice = [&](const torch::Tensor& buffer) {
      return shaped(buffer.narrow(0, first, parameter.numel()), parameter.sizes(), format);
    };
    slice(weight_).copy_(parameter);
    parameter.set_data(slice(weight_));
    parameter.mutable_grad() = slice(gradient_);
    slices_.push_back({item.key(), slice(velocity_)});
    first += padded(parameter);
    const bool is_head = item.key() == "linear.weight" || item.key() == "linear.bias";
    const double factor = is_head ? head_factor : 1;
    if (ranges_.empty() || ranges_.back().factor != factor) ranges_.push_back({first, factor});
    ranges_.back().end = first;
  }
}

void Sgd::step(const PassFn& pass, double learning_rate, Profile* profile) {
  pass({});
  const PhaseTimer timer(profile, ProfilePhase::update);
  update(learning_rate);
}

void Sgd::update(double learning_rate) {
  if (rule_.clip_norm > 0) clip_gradient(gradient_, rule_.clip_norm);
  std::int64_t begin = 0;
  for (const LearningRateRange& range : ranges_) {
    const auto part = [&](const torch::Tensor& buffer) { return buffer.narrow(0, begin, range.end - begin); };
    torch::Tensor weight = part(weight_), velocity = part(velocity_), gradient = part(gradient_);
    nn::sgd_step({range.factor * learning_rate, rule_.momentum, rule_.weight_decay, rule_.nesterov}, weight,
                 velocity, gradient);
    begin = range.end;
  }
}

torch::Tensor Sgd::is_weight() const {
  torch::Tensor mask = torch::zeros_like(weight_, torch::kBool);
  for (const ParameterSlice& slice : slices_) {
    if (slice.name.ends_with("weight"))
      mask.narrow(0, slice.velocity.storage_offset(), slice.velocity.numel()).fill_(true);
  }
  return mask;
}

std::map<std::string, torch::Tensor> Sgd::velocities() const {
  std::map<std::string, torch::Tensor> named;
  for (const ParameterSlice& found : slices_) named[found.name] = found.velocity;
  return named;
}

void Sgd::load(const std::map<std::string, torch::Tensor>& velocities, const std::string& origin) {
  for (const auto& entry : velocities) {
    const auto& name = entry.first;
    const torch::Tensor& velocity = entry.second;
    const auto found =
        std::find_if(slices_.begin(), slices_.end(), [&](const ParameterSlice& s) { return s.name == name; });
    if (found == slices_.end() || found->velocity.sizes() != velocity.sizes()) {
      throw data_error(origin + ": the momentum '" + name + "' fits no parameter of the network");
    }
    found->velocity.copy_(velocity);
  }
}

RunningStatistics::RunningStatistics(const nn::Network& network) {
  for (const auto& item : network.named_buffers()) {
    if (item.value().is_floating_point()) statistics_.push_back(item.value());
  }
}

void RunningStatistics::save() {
  if (statistics_.empty()) return;
  const torch::NoGradGuard no_gradient;
  if (saved_.empty()) {
    for (const torch::Tensor& each : statistics_) saved_.push_back(torch::empty_like(each));
  }
  at::_foreach_copy_(saved_, statistics_);
}

void RunningStatistics::restore() {
  if (saved_.empty()) return;
  const torch::NoGradGuard no_gradient;
  at::_foreach_copy_(statistics_, saved_);
}

void RunningStatistics::average(comm::Communicator& ranks) {
  if (statistics_.empty()) return;
  const torch::NoGradGuard no_gradient;
  std::vector<torch::Tensor> flat;
  for (const torch::Tensor& each : statistics_) flat.push_back(each.flatten());
  torch::Tensor all = torch::cat(flat);
  ranks.all_reduce_sum(all);
  all /= ranks.size();
  std::int64_t first = 0;
  for (torch::Tensor& each : statistics_) {
    each.copy_(all.narrow(0, first, each.numel()).view(each.sizes()));
    first += each.numel();
  }
}

}  // namespace m2m::train
