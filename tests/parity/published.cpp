#include "parity/published.hpp"

#include "parity/golden.hpp"
#include "support/test_device.hpp"

namespace m2m::parity {

std::optional<checkpoints::Checkpoint> published_checkpoint() {
  const auto file = published_network_file();
  if (!file) return std::nullopt;
  return checkpoints::load_checkpoint(*file);
}

std::shared_ptr<nn::Network> published_network(const checkpoints::Checkpoint& checkpoint,
                                               const train::LoadedData& data, torch::Dtype precision, int shift,
                                               const std::string& kernels, bool bfloat16) {
  auto network = nn::make_network({"resnet32", 10, 3, 32, 32, data.mean, data.std, bfloat16, kernels});
  network->to(testing::test_device(), precision);
  auto state = checkpoint.network;
  for (const char* name : {"linear.weight", "linear.bias"}) state.at(name) = state.at(name).roll(shift, 0);
  const torch::NoGradGuard no_gradient;
  nn::load_state(*network, state, "the published network");
  network->eval();
  return network;
}

}  // namespace m2m::parity
