#include "methods/translate.hpp"

#include <torch/autograd.h>

#include "methods/losses.hpp"

namespace m2m {
namespace {

/// Puts a network into evaluation mode and back into the mode it was in.
class EvaluationMode {
 public:
  explicit EvaluationMode(Network& network) : network_(network), was_training_(network.is_training()) {
    network.eval();
  }
  ~EvaluationMode() { network_.train(was_training_); }
  EvaluationMode(const EvaluationMode&) = delete;
  EvaluationMode& operator=(const EvaluationMode&) = delete;

 private:
  Network& network_;
  bool was_training_;
};

torch::Tensor translation_loss(Network& f, Network& g, const torch::Tensor& images,
                               const torch::Tensor& seed_classes, const torch::Tensor& targets,
                               std::int64_t divisor, double lambda) {
  torch::Tensor loss = cross_entropy(g.forward(images), targets).sum();
  if (lambda != 0) {
    loss = loss + lambda * f.forward(images).gather(1, seed_classes.unsqueeze(1)).sum();
  }
  return loss / static_cast<double>(divisor);
}

}  // namespace

torch::Tensor translate(Network& f, Network& g, torch::Tensor start, const torch::Tensor& seed_classes,
                        const torch::Tensor& targets, std::int64_t divisor, const TranslateSettings& settings,
                        const TranslationWatcher& watcher) {
  const EvaluationMode f_evaluates(f);
  const EvaluationMode g_evaluates(g);
  torch::Tensor x = start.detach();
  for (int step = 0; step < settings.steps; ++step) {
    x.requires_grad_(true);
    const torch::Tensor loss = translation_loss(f, g, x, seed_classes, targets, divisor, settings.lambda);
    const torch::Tensor gradient = torch::autograd::grad({loss}, {x})[0];
    if (watcher) watcher(step, loss.detach(), gradient);
    const torch::NoGradGuard no_gradient;
    const torch::Tensor norm = gradient.flatten(1).norm(2, 1).view({-1, 1, 1, 1});
    // The 1e-10 matters: with lambda = 0 and a saturated g, gradients reach 1e-9.
    x = (x - settings.step_size * (gradient / (norm + 1e-10))).clamp(0, 1);
  }
  return x.detach();
}

torch::Tensor target_probability(Network& g, const torch::Tensor& images, const torch::Tensor& targets) {
  const torch::NoGradGuard no_gradient;
  const EvaluationMode evaluates(g);
  return torch::softmax(g.forward(images), 1).gather(1, targets.unsqueeze(1)).squeeze(1);
}

torch::Tensor passes_gamma(const torch::Tensor& target_probability, const TranslateSettings& settings) {
  if (settings.gamma_test == GammaTest::probability) return target_probability >= settings.gamma;
  return -target_probability.log() < settings.gamma;
}

}  // namespace m2m
