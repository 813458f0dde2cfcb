#pragma once
// M2m, how to translate: gradient steps on pixels against g, away from f's seed class. Kim et al. 2020, equation 2.
#include <torch/types.h>

#include <functional>

#include "nn/frozen_network.hpp"
#include "settings/m2m_settings.hpp"

namespace m2m::methods {

/// Called after each gradient: its step, the loss it is of, and the gradient [n, c, h, w]. For tests and
/// laboratories.
using TranslationWatcher = std::function<void(int step, const torch::Tensor& loss, const torch::Tensor& gradient)>;

/// Images on their way, from and to which classes, and by what the sum of their losses is divided.
struct OnTheWay {
  torch::Tensor x;                      // [m, c, h, w]
  torch::Tensor seed_classes, targets;  // int64 [m]
  torch::Tensor n;                      // float64, a scalar
};

/// Gradient [m, c, h, w] of translate()'s loss at x, which is put into `loss` where that is wanted. Without any
/// look at a value, so that it can be recorded. Local; draws nothing.
torch::Tensor loss_gradient(nn::FrozenNetwork& f, nn::FrozenNetwork& g, const OnTheWay& images,
                            const settings::M2mSettings& settings, torch::Tensor* loss = nullptr);

/// x* after T normalised steps from `start`.
///
/// start: [m, c, h, w] in [0, 1]; seed_classes, targets: int64 [m]. divisor: n, how many images the step's mean
/// loss is over; at least m, since images whose coin failed count in the mean but need no translation. loss = sum_i
/// (CE(g(x_i), k_i) + lambda * f(x_i)[k0_i]) / n; x = clamp(x - eta * grad / (||grad||_2 + 1e-10), 0, 1). With
/// lambda 0 f is not asked. Local; draws nothing.
torch::Tensor translate(nn::FrozenNetwork& f, nn::FrozenNetwork& g, const torch::Tensor& start,
                        const torch::Tensor& seed_classes, const torch::Tensor& targets, std::int64_t divisor,
                        const settings::M2mSettings& settings, const TranslationWatcher& watcher = {});

/// softmax(outputs)[k] of each image: [m, K], [m] -> [m].
torch::Tensor probability_of(const torch::Tensor& outputs, const torch::Tensor& targets);

/// softmax(g(x))[k] of each image, [m].
torch::Tensor target_probability(nn::FrozenNetwork& g, const torch::Tensor& images, const torch::Tensor& targets);

/// Which translations g believes: bool [m].
torch::Tensor passes_gamma(const torch::Tensor& target_probability, const settings::M2mSettings& settings);

}  // namespace m2m::methods
