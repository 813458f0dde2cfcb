#pragma once
// Post-hoc methods: they change the logits of a finished trial and train nothing.
#include <cstdint>
#include <span>
#include <vector>

#include "core/class_counts.hpp"
#include "core/config.hpp"

namespace m2m::methods {

/// Returns the values of tau to compare on validation: 0, 0.1, ..., 2, as in the program of Kang et al.
const std::vector<double>& candidate_taus();

/// Returns z_k - tau log(N_k / N): Menon et al., "Long-tail learning via logit adjustment", ICLR 2021, equation 9.
///
/// logits: [n, K] row-major; returns the same shape. Pure.
std::vector<float> adjusted_logits(const std::vector<float>& logits, const ClassCounts& counts, double tau);

/// Returns (z_k - b_k) / ||w_k||^tau: the logits with class vectors scaled by a power of their length and without
/// bias. Kang et al., "Decoupling representation and classifier", ICLR 2020, section 4.3.
///
/// logits: [n, K] row-major; bias, lengths: [K]. Pure.
std::vector<float> tau_normalised_logits(const std::vector<float>& logits, const std::vector<double>& bias,
                                         const std::vector<double>& lengths, double tau);

/// The bounds of a fitted temperature.
inline constexpr double min_temperature = 0.01, max_temperature = 100;

/// Returns the temperature T with the least mean negative log-likelihood of softmax(z / T), within its bounds: Guo
/// et al., "On calibration of modern neural networks", ICML 2017, section 4.2.
///
/// The likelihood is convex in 1/T; Newton's method, kept in an interval that holds the minimum, finds it to twelve
/// digits. Returns 1 if every T is as good, as for equal logits.
/// logits: [n, K] row-major, finite; labels: [n] of 0 .. classes - 1, n > 0. Pure; deterministic.
double fit_temperature(std::span<const float> logits, std::span<const std::int32_t> labels, int classes);

/// Returns z_k / temperature. logits: [n, K]; temperature > 0. Pure.
std::vector<float> tempered_logits(const std::vector<float>& logits, double temperature);

}  // namespace m2m::methods
