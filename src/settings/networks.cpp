// The table of networks: a row each.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "core/error.hpp"
#include "settings/train_settings.hpp"

namespace m2m::settings {

const std::vector<NetworkFacts>& networks() {
  static const std::vector<NetworkFacts> all = {
      {"resnet32", "ResNet-32 for small images: 3 stages of 5 basic blocks, 464,154 parameters with 10 classes",
       false, true, 16},
      {"resnet8", "ResNet-8 for small images: 3 stages of one basic block; small images, quick trials", false, true,
       16},
      {"resnet20", "ResNet-20 for small images: 3 stages of 3 basic blocks", false, true, 16},
      {"resnet44", "ResNet-44 for small images: 3 stages of 7 basic blocks", false, true, 16},
      {"resnet56", "ResNet-56 for small images: 3 stages of 9 basic blocks", false, true, 16},
      {"preact18", "pre-activation ResNet-18 for 32x32 images: 4 stages of 2 blocks, 64 to 512 channels", false,
       false, 64},
      {"resnet50", "ResNet-50 for 224x224 images: 16 bottleneck blocks, 23.5 M parameters before the head", false,
       false, 0},
      {"mlp", "two layers, 256 hidden units with ReLU; images and feature vectors", true, false, 0},
      {"resnet18", "ResNet-18 for 32x32 images: 4 stages of 2 basic blocks, 64 to 512 channels, 11.2 M parameters",
       false, false, 64},
      {"resnet34", "ResNet-34 for 32x32 images: 3, 4, 6 and 3 basic blocks, 64 to 512 channels, 21.3 M parameters",
       false, false, 64},
  };
  return all;
}

std::vector<std::string> network_names() {
  std::vector<std::string> names;
  for (const NetworkFacts& network : networks()) names.emplace_back(network.name);
  return names;
}

std::vector<std::string> scalable_network_names() {
  std::vector<std::string> names;
  for (const NetworkFacts& network : networks()) {
    if (network.takes_width) names.emplace_back(network.name);
  }
  return names;
}

const NetworkFacts& find_network(const std::string& name) {
  for (const NetworkFacts& network : networks()) {
    if (network.name == name) return network;
  }
  throw usage_error(
      fmt::format("train.network = '{}': expected one of {}", name, fmt::join(network_names(), ", ")));
}

}  // namespace m2m::settings
