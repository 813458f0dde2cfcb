#pragma once
// The published network g.
#include <memory>
#include <optional>

#include "nn/network.hpp"
#include "train/checkpoint.hpp"

namespace m2m::parity {

/// The published checkpoint; tests are skipped where its file is absent.
std::optional<Checkpoint> published_checkpoint();

/// A ResNet-32 for CIFAR-10 with that checkpoint's weights, in evaluation mode. shift: the rows of its last layer
/// are rolled on by that many classes.
std::shared_ptr<Network> published_network(const Checkpoint& checkpoint, torch::Dtype precision, int shift = 0);

}  // namespace m2m::parity
