#include "methods/translate.hpp"

#include "methods/losses.hpp"
#include "nn/tensor_kernels.hpp"

namespace m2m::methods {
namespace {

/// One row per image with a 1 at its class.
torch::Tensor one_hot(const torch::Tensor& classes, const torch::Tensor& like) {
  return torch::zeros_like(like).scatter_(1, classes.unsqueeze(1), 1);
}

}  // namespace

torch::Tensor loss_gradient(nn::FrozenNetwork& f, nn::FrozenNetwork& g, const OnTheWay& images,
                            const settings::M2mSettings& settings, torch::Tensor* loss) {
  const auto& [x, seed_classes, targets, n] = images;
  const torch::Tensor of_g = g.outputs_for_gradient(x);
  // d CE(z, k) / dz = softmax(z) - one_hot(k)
  torch::Tensor gradient = g.pixel_gradient((torch::softmax(of_g, 1) - one_hot(targets, of_g)) / n);
  if (loss != nullptr) *loss = cross_entropy(of_g, targets).sum() / n;
  if (settings.lambda != 0) {
    const torch::Tensor of_f = f.outputs_for_gradient(x);
    gradient += f.pixel_gradient(one_hot(seed_classes, of_f) * (settings.lambda / n));
    if (loss != nullptr) *loss += settings.lambda / n * of_f.gather(1, seed_classes.unsqueeze(1)).sum();
  }
  return gradient;
}

torch::Tensor translate(nn::FrozenNetwork& f, nn::FrozenNetwork& g, const torch::Tensor& start,
                        const torch::Tensor& seed_classes, const torch::Tensor& targets, std::int64_t divisor,
                        const settings::M2mSettings& settings, const TranslationWatcher& watcher) {
  const torch::NoGradGuard no_gradient;
  const torch::Tensor n = torch::tensor(static_cast<double>(divisor), torch::kFloat64);
  torch::Tensor x = start.detach().clone(at::MemoryFormat::Contiguous);
  for (int step = 0; step < settings.steps; ++step) {
    torch::Tensor loss;
    const torch::Tensor gradient =
        loss_gradient(f, g, {x, seed_classes, targets, n}, settings, watcher ? &loss : nullptr);
    if (watcher) watcher(step, loss, gradient);
    nn::pixel_step(x, gradient, settings.step_size);
  }
  return x;
}

torch::Tensor probability_of(const torch::Tensor& outputs, const torch::Tensor& targets) {
  return torch::softmax(outputs, 1).gather(1, targets.unsqueeze(1)).squeeze(1);
}

torch::Tensor target_probability(nn::FrozenNetwork& g, const torch::Tensor& images, const torch::Tensor& targets) {
  return probability_of(g.outputs(images), targets);
}

torch::Tensor passes_gamma(const torch::Tensor& target_probability, const settings::M2mSettings& settings) {
  if (settings.gamma_test == settings::GammaTest::probability) return target_probability >= settings.gamma;
  return -target_probability.log() < settings.gamma;
}

}  // namespace m2m::methods
