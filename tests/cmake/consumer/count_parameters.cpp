// Prints the number of weights of ResNet-32 for 32 x 32 images of ten classes.
#include <iostream>

#include "nn/network.hpp"

int main() {
  m2m::nn::NetworkSpec spec;
  spec.mean = spec.std = {0.5, 0.5, 0.5};
  std::int64_t weights = 0;
  for (const auto& parameter : m2m::nn::make_network(spec)->parameters()) weights += parameter.numel();
  std::cout << weights << "\n";
}
