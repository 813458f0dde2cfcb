#include "support/fused_case.hpp"

#include "support/emulated_network.hpp"
#include "support/emulated_pair.hpp"

// The emulated translation is large: it is compiled here, once for all tests that use it.
namespace m2m::testing {
namespace {

template <typename Block>
kernels::TranslationTask<Block> task(const kernels::TranslationBatch& fused, int image, const torch::Tensor& x,
                                     std::vector<float>& gradient) {
  return {fused, image, Block::global(x.data_ptr<float>(), kernels::image_values),
          Block::global(gradient.data(), kernels::image_values)};
}

template <int warps>
void one_block(const FusedCase& c, const kernels::TranslationBatch& fused, int image, const torch::Tensor& x) {
  using Block = EmulatedBlock<warps>;
  EmulatedNetwork<warps> of_f(packed_network(c.f())), of_g(packed_network(c.g()));
  std::vector<float> gradient(kernels::image_values);
  Block block(kernels::ResNetShapes<warps>::shared_bytes);
  const auto networks_of = [&](int i) { return (i == 0 ? of_g : of_f).at(SharedMemory::base); };
  kernels::translate_image(block, networks_of, task<Block>(fused, image, x[0][image], gradient));
}

template <int warps>
void pair_of_blocks(const FusedCase& c, const kernels::TranslationBatch& fused, int image, const torch::Tensor& x,
                    int first) {
  using Block = PairedBlock<warps>;
  EmulatedNetwork<warps> of_f(packed_network(c.f())), of_g(packed_network(c.g()));
  std::vector<float> gradients[2] = {std::vector<float>(kernels::image_values),
                                     std::vector<float>(kernels::image_values)};
  run_pair<warps>(kernels::ResNetShapes<warps>::shared_bytes, first, [&](Block& block) {
    const int rank = block.rank();
    EmulatedNetwork<warps>& net = rank == 0 ? of_g : of_f;
    kernels::translate_in_pair(block, net.template at<Block>(SharedMemory::base),
                               task<Block>(fused, image, x[rank][image], gradients[rank]));
  });
}

}  // namespace

template <int warps>
FusedOutcome FusedCase::emulated(bool is_pair, int first) const {
  nn::FoldedResNet<kernels::Bf16> of_f(f(), InstructionSet::plain), of_g(g(), InstructionSet::plain);
  const methods::EditContext edit = context(of_f, of_g);
  FusedOutcome outcome{batch(), {}, {}, torch::empty({2, count(), 3, 32, 32})};
  const nn::FusedTranslation translation = methods::fused_translation(settings, edit, work, outcome.batch);
  const kernels::TranslationBatch fused = nn::kernel_batch(translation);
  for (int image = 0; image < count(); ++image) {
    if (is_pair) {
      pair_of_blocks<warps>(*this, fused, image, outcome.x, first);
    } else {
      one_block<warps>(*this, fused, image, outcome.x);
    }
  }
  outcome.accepted = translation.accepted;
  outcome.beliefs = translation.beliefs;
  outcome.x = outcome.x[0];
  return outcome;
}

template FusedOutcome FusedCase::emulated<4>(bool is_pair, int first) const;
template FusedOutcome FusedCase::emulated<8>(bool is_pair, int first) const;

}  // namespace m2m::testing
