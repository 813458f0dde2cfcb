#include "methods/post_hoc.hpp"

#include <cmath>

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

}  // namespace m2m::methods
