#include "methods/post_hoc.hpp"

#include <algorithm>
#include <cmath>
#include <functional>

#include "methods/losses.hpp"

namespace m2m::methods {
namespace {

/// Returns (logit - shift) * scale with the numbers of its class.
std::vector<float> scale_and_shift(const std::vector<float>& logits, const std::vector<double>& shift,
                                   const std::vector<double>& scale) {
  std::vector<float> out(logits.size());
  const std::size_t classes = shift.size();
  for (std::size_t i = 0; i < out.size(); ++i) {
    out[i] = static_cast<float>((logits[i] - shift[i % classes]) * scale[i % classes]);
  }
  return out;
}

}  // namespace

const std::vector<double>& candidate_taus() {
  static const std::vector<double> taus = [] {
    std::vector<double> values;
    for (int i = 0; i <= 20; ++i) values.push_back(i / 10.0);
    return values;
  }();
  return taus;
}

std::vector<float> adjusted_logits(const std::vector<float>& logits, const ClassCounts& counts, double tau) {
  return scale_and_shift(logits, log_priors(counts, tau), std::vector<double>(counts.size(), 1.0));
}

std::vector<float> tau_normalised_logits(const std::vector<float>& logits, const std::vector<double>& bias,
                                         const std::vector<double>& lengths, double tau) {
  std::vector<double> scale;
  for (const double length : lengths) scale.push_back(std::pow(std::max(length, 1e-12), -tau));
  return scale_and_shift(logits, bias, scale);
}

namespace {

/// The first and second derivative of a mean negative log-likelihood by the factor s of the logits.
struct Slope {
  double first = 0, second = 0;
};

/// Adds the slope of one sample: E[z] - z_y and Var[z] under softmax(s z). Leaves out a sample with a logit that is
/// not finite, which records in half precision may have.
void add_slope(std::span<const float> logits, std::int32_t label, double s, Slope& sum) {
  if (!std::all_of(logits.begin(), logits.end(), [](float logit) { return std::isfinite(logit); })) return;
  const double top = *std::max_element(logits.begin(), logits.end());
  double weights = 0, mean = 0, square = 0;  // of z - top, which is at most 0
  for (const float logit : logits) {
    const double z = logit - top, weight = std::exp(s * z);
    weights += weight;
    mean += weight * z;
    square += weight * z * z;
  }
  mean /= weights;
  sum.first += mean - (logits[label] - top);
  sum.second += std::max(square / weights - mean * mean, 0.0);
}

Slope mean_slope(std::span<const float> logits, std::span<const std::int32_t> labels, int classes, double s) {
  const auto width = static_cast<std::size_t>(classes);
  const auto count = static_cast<double>(labels.size());
  Slope sum;
  for (std::size_t i = 0; i < labels.size(); ++i) add_slope(logits.subspan(i * width, width), labels[i], s, sum);
  return {sum.first / count, sum.second / count};
}

/// Finds the root of a rising function between low and high, where its signs differ, by Newton's steps; a step that
/// leaves the interval goes to its geometric mean instead.
double rising_root(const std::function<Slope(double s)>& slope, double low, double high) {
  constexpr int max_steps = 200;
  constexpr double tolerance = 1e-12;
  double s = 1;
  for (int step = 0; step < max_steps; ++step) {
    const Slope at = slope(s);
    if (at.first == 0) return s;
    (at.first > 0 ? high : low) = s;
    const double newton = s - at.first / at.second;
    const double next = newton > low && newton < high ? newton : std::sqrt(low * high);
    if (std::abs(next - s) <= tolerance * s) return next;
    s = next;
  }
  return s;
}

}  // namespace

double fit_temperature(std::span<const float> logits, std::span<const std::int32_t> labels, int classes) {
  const auto slope = [&](double s) { return mean_slope(logits, labels, classes, s); };
  const double low = 1 / max_temperature, high = 1 / min_temperature;
  const Slope at_low = slope(low);
  if (at_low.first == 0 && at_low.second == 0) return 1;
  if (at_low.first >= 0) return max_temperature;
  if (slope(high).first <= 0) return min_temperature;
  return 1 / rising_root(slope, low, high);
}

std::vector<float> tempered_logits(const std::vector<float>& logits, double temperature) {
  std::vector<float> out(logits.size());
  std::transform(logits.begin(), logits.end(), out.begin(),
                 [&](float logit) { return static_cast<float>(logit / temperature); });
  return out;
}

}  // namespace m2m::methods
