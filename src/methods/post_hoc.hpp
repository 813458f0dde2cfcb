#pragma once
// Post-hoc methods: they change the logits of a finished trial and train nothing.
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

}  // namespace m2m::methods
