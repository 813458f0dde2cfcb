#pragma once
// Some translations of a step, by emulated blocks and by what they are compared with.
#include <torch/types.h>

#include <cstring>
#include <memory>
#include <vector>

#include "methods/fused_translator.hpp"
#include "nn/folded_resnet.hpp"
#include "nn/tensor_kernels.hpp"

namespace m2m::testing {

/// What a step's translations left behind.
struct FusedOutcome {
  methods::Batch batch;
  torch::Tensor accepted, beliefs, x;  // x: [count, 3, 32, 32], undefined if it was not kept
};

/// Translations by two ResNets, on the CPU.
class FusedCase {
 public:
  /// bytes: uint8 [n, 3, 32, 32]; images: the batch that accepted images are written into, [b, 3, 32, 32].
  FusedCase(std::shared_ptr<nn::Network> f, std::shared_ptr<nn::Network> g, torch::Tensor bytes,
            methods::TranslationWork translations, torch::Tensor images)
      : pixels(std::move(bytes)),
        work(std::move(translations)),
        networks_{std::move(f), std::move(g)},
        images_(std::move(images)) {}

  int count() const { return static_cast<int>(work.rows.size(0)); }
  const nn::ResNet& f() const { return dynamic_cast<const nn::ResNet&>(*networks_[0]); }
  const nn::ResNet& g() const { return dynamic_cast<const nn::ResNet&>(*networks_[1]); }

  methods::Batch batch() const { return {images_.clone(), torch::full({images_.size(0)}, 9, torch::kInt64), {}}; }

  /// The context of an edit by these networks.
  methods::EditContext context(nn::FrozenNetwork& frozen_f, nn::FrozenNetwork& frozen_g) const {
    const auto gather = [bytes = pixels](const torch::Tensor& indices) {
      return nn::gather(bytes, indices, 255, torch::kFloat32);
    };
    return {frozen_f, frozen_g, {11, SeedRole::plan}, 4, 17, gather, {pixels, 255}};
  }

  /// Translates by the CPU's folded networks, with the plain loops. T: Bf16 or float.
  template <typename T = kernels::Bf16>
  FusedOutcome stepwise() const {
    nn::FoldedResNet<T> of_f(f(), InstructionSet::plain), of_g(g(), InstructionSet::plain);
    const methods::EditContext edit = context(of_f, of_g);
    methods::StepwiseTranslator translator(settings, false);
    FusedOutcome outcome{batch(), {}, {}, {}};
    outcome.accepted = translator(edit, work, outcome.batch);
    outcome.x = translator.steps(edit, work, methods::start_images(settings, edit, work, edit.gather(work.seeds)));
    outcome.beliefs = translator.probability(of_g, outcome.x, work.targets);
    return outcome;
  }

  /// Translates by emulated blocks of 4 or 8 warps. is_pair: two an image; first: the one of them that runs first.
  template <int warps>
  FusedOutcome emulated(bool is_pair, int first = 0) const;

  settings::M2mSettings settings;
  torch::Tensor pixels;  // uint8 [6, 3, 32, 32]
  methods::TranslationWork work;

 private:
  std::vector<std::shared_ptr<nn::Network>> networks_;  // f and g
  torch::Tensor images_;
};

/// The bytes of these indices, as an upload has them.
inline torch::Tensor bytes_of(const std::vector<kernels::GatherIndex>& indices) {
  const auto bytes = static_cast<std::int64_t>(indices.size() * sizeof(kernels::GatherIndex));
  torch::Tensor tensor = torch::empty({bytes}, torch::kUInt8);
  std::memcpy(tensor.data_ptr(), indices.data(), static_cast<std::size_t>(bytes));
  return tensor;
}

/// Four translations of made-up images by networks with initial weights, into a batch of 7; the coin of the last
/// one is lost.
inline FusedCase made_up_case(settings::HeadKind head = settings::HeadKind::linear,
                              const char* network = "resnet8") {
  const auto made = [&](unsigned seed) {
    nn::NetworkSpec spec{network, 10, 3, 32, 32, {0.49, 0.48, 0.45}, {0.20, 0.21, 0.22}};
    spec.head = head;
    auto of_spec = nn::make_network(spec);
    nn::initialise(*of_spec, {seed, SeedRole::init});
    return of_spec;
  };
  methods::TranslationWork work;
  work.n = 5;
  work.rows = torch::tensor({0, 2, 3, 6}, torch::kInt64);
  work.seed_classes = torch::tensor({2, 0, 1, 5}, torch::kInt64);
  work.targets = torch::tensor({7, 8, 3, 6}, torch::kInt64);
  work.labels = torch::tensor({7, 8, 4, 6}, torch::kInt64);
  work.coins = torch::tensor({true, true, true, false});
  work.seeds = bytes_of({{5, 2, -3, 1}, {0, 0, 0, 0}, {3, -4, 4, 0}, {1, 0, 0, 1, {4, 6, 20, 17}}});
  work.slots = torch::tensor({3, 40, 77, 120}, torch::kInt32);
  work.image_scales = torch::tensor({0.4, 0.9, 0.1, 0.6}, torch::kFloat64);
  work.channel_scales = torch::tensor({1.0, 0.8, 1.2}, torch::kFloat64);
  torch::manual_seed(5);
  const torch::Tensor pixels = torch::randint(0, 256, {6, 3, 32, 32}, torch::kUInt8);
  FusedCase made_case(made(1), made(2), pixels, work, torch::rand({7, 3, 32, 32}));
  made_case.settings.steps = 3;
  return made_case;
}

}  // namespace m2m::testing
