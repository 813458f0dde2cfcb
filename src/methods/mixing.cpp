#include "methods/mixing.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "core/error.hpp"

namespace m2m::methods {

using data::Slot;

namespace {

/// A gamma variate and its logarithm, which is finite if the variate is too small for a double.
struct Gamma {
  double value, log;
};

/// Draws a gamma variate of that shape and scale 1.
Gamma draw_gamma(Stream& stream, double shape) {
  if (shape < 1) {
    const double uniform = 1 - stream.uniform();  // in (0, 1]
    const Gamma larger = draw_gamma(stream, shape + 1);
    return {larger.value * std::pow(uniform, 1 / shape), larger.log + std::log(uniform) / shape};
  }
  const double d = shape - 1.0 / 3;
  const double c = 1 / std::sqrt(9 * d);
  while (true) {
    const double x = stream.normal();
    const double v = std::pow(1 + c * x, 3);
    const double uniform = 1 - stream.uniform();
    if (v > 0 && std::log(uniform) < x * x / 2 + d - d * v + d * std::log(v)) return {d * v, std::log(d * v)};
  }
}

/// A step to be mixed, with the random numbers drawn for it.
struct MixedStep {
  const data::PlanInputs& inputs;
  std::span<const Slot> slots;
  int epoch;
  std::int64_t step;

  Stream draw(Purpose purpose, std::size_t slot = 0) const {
    return {inputs.plan, purpose, static_cast<std::uint32_t>(epoch), static_cast<std::uint32_t>(step),
            static_cast<std::uint32_t>(slot)};
  }
  /// Returns the training samples of the slot's class.
  double count(const Slot& slot) const { return static_cast<double>(inputs.counts[inputs.labels[slot.image]]); }
};

/// Returns the slots of the step in a random order.
std::vector<Slot> shuffled(const MixedStep& mixed) {
  std::vector<Slot> partners;
  const auto slots = static_cast<std::int64_t>(mixed.slots.size());
  for (const std::int32_t slot : permutation(slots, mixed.draw(Purpose::mix_partner))) {
    partners.push_back(mixed.slots[slot]);
  }
  return partners;
}

/// Draws a partner for each slot from outside of the step, class-balanced.
std::vector<Slot> balanced(const MixedStep& mixed) {
  std::vector<Slot> partners;
  for (std::size_t i = 0; i < mixed.slots.size(); ++i) {
    partners.push_back(data::partner_slot(mixed.inputs, mixed.epoch, mixed.step, i));
  }
  return partners;
}

/// Draws a partner for each slot from outside of the step, every image alike.
std::vector<Slot> plain(const MixedStep& mixed) {
  std::vector<Slot> partners;
  for (std::size_t i = 0; i < mixed.slots.size(); ++i) {
    partners.push_back(data::plain_partner_slot(mixed.inputs, mixed.epoch, mixed.step, i));
  }
  return partners;
}

/// Draws a partner for each slot among the slots of the step, with replacement and by N_k^tau.
std::vector<Slot> drawn_by_count(const MixedStep& mixed, double tau) {
  std::vector<double> sums;
  double sum = 0;
  for (const Slot& slot : mixed.slots) sums.push_back(sum += std::pow(mixed.count(slot), tau));
  std::vector<Slot> partners;
  for (std::size_t i = 0; i < mixed.slots.size(); ++i) {
    const double at = mixed.draw(Purpose::mix_partner, i).uniform() * sum;
    const auto drawn = std::upper_bound(sums.begin(), sums.end() - 1, at) - sums.begin();
    partners.push_back(mixed.slots[drawn]);
  }
  return partners;
}

/// Draws a box with that share of the image's area around a uniform centre, cut at the border.
Box draw_box(Stream& stream, double area, data::ImageShape shape) {
  const double side = std::sqrt(area);
  const auto extent = [&](int size) {
    const int half = static_cast<int>(size * side) / 2;
    const auto centre = static_cast<int>(stream.below(size));
    return std::pair{std::clamp(centre - half, 0, size), std::clamp(centre + half, 0, size)};
  };
  const auto [top, bottom] = extent(shape.height);
  const auto [left, right] = extent(shape.width);
  return {top, left, bottom - top, right - left};
}

/// Plans to paste a box of each partner. The share is that of the pixels outside of it.
StepMix plan_box(const MixedStep& mixed, double alpha, data::ImageShape shape, std::vector<Slot> partners) {
  StepMix mix;
  Stream shares = mixed.draw(Purpose::mix_share), boxes = mixed.draw(Purpose::mix_box);
  mix.box = draw_box(boxes, 1 - draw_beta(shares, alpha), shape);
  mix.share = 1 - static_cast<double>(mix.box->height) * mix.box->width / (shape.height * shape.width);
  mix.partners = std::move(partners);
  mix.label_shares.assign(mixed.slots.size(), mix.share);
  return mix;
}

/// Returns true if a step of that probability is mixed.
bool is_chosen(const MixedStep& mixed, double probability) {
  return mixed.draw(Purpose::mix_coin).uniform() < probability;
}

StepMix plan_cmo(const MixedStep& mixed, data::ImageShape shape, const settings::MixSettings& settings) {
  const bool is_on = mixed.epoch >= settings.cmo_from && mixed.epoch < settings.cmo_until;
  if (!is_on || !is_chosen(mixed, settings.cmo_probability)) return {};
  return plan_box(mixed, settings.alpha, shape, balanced(mixed));
}

StepMix plan_cutmix(const MixedStep& mixed, data::ImageShape shape, const settings::MixSettings& settings) {
  if (!is_chosen(mixed, settings.cutmix_probability)) return {};
  return plan_box(mixed, settings.alpha, shape, shuffled(mixed));
}

StepMix plan_unimix(const MixedStep& mixed, const settings::MixSettings& settings) {
  StepMix mix;
  mix.shares_by_pair = true;
  mix.partners = drawn_by_count(mixed, settings.unimix_tau);
  for (std::size_t i = 0; i < mixed.slots.size(); ++i) {
    Stream stream = mixed.draw(Purpose::mix_share, i);
    mix.label_shares.push_back(
        unimix_share(draw_beta(stream, settings.alpha), mixed.count(mixed.slots[i]), mixed.count(mix.partners[i])));
  }
  return mix;
}

StepMix plan_balanced_mixup(const MixedStep& mixed, const settings::MixSettings& settings) {
  StepMix mix;
  // u^(1 / alpha) has the distribution Beta(alpha, 1).
  mix.share = 1 - std::pow(mixed.draw(Purpose::mix_share).uniform(), 1 / settings.alpha);
  mix.partners = balanced(mixed);
  mix.label_shares.assign(mixed.slots.size(), mix.share);
  return mix;
}

StepMix plan_head_to_tail(const MixedStep& mixed) {
  StepMix mix;
  mix.partners = plain(mixed);
  mix.label_shares.assign(mixed.slots.size(), 1);
  mix.mixes_features = true;
  return mix;
}

/// Plans mixup and the methods that change its labels only.
StepMix plan_mixup(const MixedStep& mixed, const settings::MixSettings& settings) {
  StepMix mix;
  Stream stream = mixed.draw(Purpose::mix_share);
  mix.share = draw_beta(stream, settings.alpha);
  mix.partners = shuffled(mixed);
  for (std::size_t i = 0; i < mixed.slots.size(); ++i) {
    const double n_slot = mixed.count(mixed.slots[i]), n_partner = mixed.count(mix.partners[i]);
    double share = mix.share;
    if (settings.kind == settings::Mixing::remix)
      share = remix_label_share(share, n_slot, n_partner, settings.remix_kappa, settings.remix_tau);
    if (settings.kind == settings::Mixing::mamix)
      share = mamix_label_share(share, n_slot, n_partner, settings.mamix_power);
    mix.label_shares.push_back(share);
  }
  return mix;
}

}  // namespace

double draw_beta(Stream& stream, double alpha) {
  const Gamma a = draw_gamma(stream, alpha);
  const Gamma b = draw_gamma(stream, alpha);
  const double sum = a.value + b.value;
  return sum > 0 ? a.value / sum : 1 / (1 + std::exp(b.log - a.log));
}

double remix_label_share(double share, double n_slot, double n_partner, double kappa, double tau) {
  if (n_slot / n_partner >= kappa && share < tau) return 0;
  if (n_slot / n_partner <= 1 / kappa && 1 - share < tau) return 1;
  return share;
}

double mamix_label_share(double share, double n_slot, double n_partner, double power) {
  const double ratio = std::pow(n_slot / n_partner, power);  // k_slot / k_partner
  const double middle = 1 / (1 + ratio);
  return share < middle ? share / (2 * middle) : 1 - (1 - share) / (2 * (1 - middle));
}

double unimix_share(double draw, double n_slot, double n_partner) {
  const double shifted = draw + n_partner / (n_slot + n_partner);
  return shifted > 1 ? shifted - 1 : shifted;
}

StepMix plan_mix(const data::PlanInputs& inputs, std::span<const Slot> slots, int epoch, std::int64_t step,
                 data::ImageShape shape, const settings::MixSettings& settings) {
  const MixedStep mixed{inputs, slots, epoch, step};
  switch (settings.kind) {
    case settings::Mixing::none:
      return {};
    case settings::Mixing::mixup:
    case settings::Mixing::remix:
    case settings::Mixing::mamix:
      return plan_mixup(mixed, settings);
    case settings::Mixing::cmo:
      return plan_cmo(mixed, shape, settings);
    case settings::Mixing::cutmix:
      return plan_cutmix(mixed, shape, settings);
    case settings::Mixing::unimix:
      return plan_unimix(mixed, settings);
    case settings::Mixing::balanced_mixup:
      return plan_balanced_mixup(mixed, settings);
    case settings::Mixing::head_to_tail:
      return plan_head_to_tail(mixed);
  }
  throw internal_error("a mixing has no plan");
}

std::vector<std::uint8_t> draw_replaced_features(Key plan, int epoch, std::int64_t step, std::int64_t features,
                                                 double share) {
  const auto count = static_cast<std::int64_t>(share * static_cast<double>(features));
  const auto order = permutation(features, Stream(plan, Purpose::mix_features, static_cast<std::uint32_t>(epoch),
                                                  static_cast<std::uint32_t>(step)));
  std::vector<std::uint8_t> is_replaced(order.size(), 0);
  for (std::int64_t i = 0; i < count; ++i) is_replaced[order[i]] = 1;
  return is_replaced;
}

void mix_batch(const StepMix& mix, const Partners& partners, Batch& batch) {
  const torch::NoGradGuard no_gradient;
  if (mix.mixes_features) {
    batch.partner_images = partners.images;
    batch.replaced_features = partners.replaced_features;
    return;
  }
  batch.partner_labels = partners.labels;
  batch.label_shares = partners.label_shares.to(batch.images.options());
  if (mix.box) {
    const auto inside = [&](const torch::Tensor& images) {
      return images.narrow(2, mix.box->top, mix.box->height).narrow(3, mix.box->left, mix.box->width);
    };
    inside(batch.images).copy_(inside(partners.images));
  } else if (mix.shares_by_pair) {
    const torch::Tensor shares = batch.label_shares.view({-1, 1, 1, 1});
    batch.images.mul_(shares).add_(partners.images * (1 - shares));
  } else {
    batch.images.mul_(mix.share).add_(partners.images, 1 - mix.share);
  }
}

torch::Tensor mixed_features(const std::function<torch::Tensor(const torch::Tensor& images)>& network,
                             const Batch& batch) {
  torch::Tensor features = network(batch.images);
  if (!batch.replaced_features.defined()) return features;
  return torch::where(batch.replaced_features, network(batch.partner_images), features);
}

torch::Tensor mixed_loss(const LossFn& loss, const torch::Tensor& outputs, const Batch& batch) {
  const torch::Tensor clouded = batch.clouds.defined() ? outputs - batch.clouds : outputs;
  torch::Tensor losses = loss(clouded, batch.labels);
  if (!batch.partner_labels.defined()) return losses;
  return batch.label_shares * losses + (1 - batch.label_shares) * loss(clouded, batch.partner_labels);
}

}  // namespace m2m::methods
