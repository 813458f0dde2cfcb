#include "methods/mixing.hpp"

#include <algorithm>
#include <cmath>

namespace m2m::methods {

using data::Slot;

namespace {

/// Draws a gamma variate of that shape and scale 1.
double draw_gamma(Stream& stream, double shape) {
  if (shape < 1) {
    const double uniform = 1 - stream.uniform();  // in (0, 1]
    return draw_gamma(stream, shape + 1) * std::pow(uniform, 1 / shape);
  }
  const double d = shape - 1.0 / 3;
  const double c = 1 / std::sqrt(9 * d);
  while (true) {
    const double x = stream.normal();
    const double v = std::pow(1 + c * x, 3);
    const double uniform = 1 - stream.uniform();
    if (v > 0 && std::log(uniform) < x * x / 2 + d - d * v + d * std::log(v)) return d * v;
  }
}

/// Returns the slots of the step in a random order.
std::vector<Slot> shuffled(const data::PlanInputs& inputs, std::span<const Slot> slots, int epoch,
                           std::int64_t step) {
  const Stream stream(inputs.plan, Purpose::mix_partner, epoch, static_cast<std::uint32_t>(step));
  std::vector<Slot> partners;
  for (const std::int32_t slot : permutation(static_cast<std::int64_t>(slots.size()), stream)) {
    partners.push_back(slots[slot]);
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

StepMix plan_cmo(const data::PlanInputs& inputs, std::span<const Slot> slots, int epoch, std::int64_t step,
                 data::ImageShape shape, const settings::MixSettings& settings) {
  const auto at = [&](Purpose purpose) {
    return Stream(inputs.plan, purpose, epoch, static_cast<std::uint32_t>(step));
  };
  StepMix mix;
  const bool is_on = epoch >= settings.cmo_from && epoch < settings.cmo_until;
  if (!is_on || at(Purpose::mix_coin).uniform() >= settings.cmo_probability) return mix;
  Stream shares = at(Purpose::mix_share), boxes = at(Purpose::mix_box);
  mix.box = draw_box(boxes, 1 - draw_beta(shares, settings.alpha), shape);
  mix.share = 1 - static_cast<double>(mix.box->height) * mix.box->width / (shape.height * shape.width);
  for (std::size_t i = 0; i < slots.size(); ++i) mix.partners.push_back(data::partner_slot(inputs, epoch, step, i));
  mix.label_shares.assign(slots.size(), mix.share);
  return mix;
}

}  // namespace

double draw_beta(Stream& stream, double alpha) {
  const double a = draw_gamma(stream, alpha);
  const double b = draw_gamma(stream, alpha);
  return a / (a + b);
}

double remix_label_share(double share, double n_slot, double n_partner, double kappa, double tau) {
  if (n_slot / n_partner >= kappa && share < tau) return 0;
  if (n_slot / n_partner <= 1 / kappa && 1 - share < tau) return 1;
  return share;
}

StepMix plan_mix(const data::PlanInputs& inputs, std::span<const Slot> slots, int epoch, std::int64_t step,
                 data::ImageShape shape, const settings::MixSettings& settings) {
  if (settings.kind == settings::Mixing::none) return {};
  if (settings.kind == settings::Mixing::cmo) return plan_cmo(inputs, slots, epoch, step, shape, settings);
  Stream stream(inputs.plan, Purpose::mix_share, epoch, static_cast<std::uint32_t>(step));
  StepMix mix;
  mix.share = draw_beta(stream, settings.alpha);
  mix.partners = shuffled(inputs, slots, epoch, step);
  mix.label_shares.assign(slots.size(), mix.share);
  if (settings.kind != settings::Mixing::remix) return mix;
  const auto count = [&](const Slot& slot) {
    return static_cast<double>(inputs.counts[inputs.labels[slot.image]]);
  };
  for (std::size_t i = 0; i < slots.size(); ++i) {
    mix.label_shares[i] = remix_label_share(mix.share, count(slots[i]), count(mix.partners[i]),
                                            settings.remix_kappa, settings.remix_tau);
  }
  return mix;
}

void mix_batch(const StepMix& mix, const Partners& partners, Batch& batch) {
  const torch::NoGradGuard no_gradient;
  if (mix.box) {
    const auto inside = [&](const torch::Tensor& images) {
      return images.narrow(2, mix.box->top, mix.box->height).narrow(3, mix.box->left, mix.box->width);
    };
    inside(batch.images).copy_(inside(partners.images));
  } else {
    batch.images.mul_(mix.share).add_(partners.images, 1 - mix.share);
  }
  batch.partner_labels = partners.labels;
  batch.label_shares = partners.label_shares.to(batch.images.options());
}

torch::Tensor mixed_loss(const LossFn& loss, const torch::Tensor& outputs, const Batch& batch) {
  torch::Tensor losses = loss(outputs, batch.labels);
  if (!batch.partner_labels.defined()) return losses;
  return batch.label_shares * losses + (1 - batch.label_shares) * loss(outputs, batch.partner_labels);
}

}  // namespace m2m::methods
