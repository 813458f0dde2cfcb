#pragma once
// The published network g.
#include <memory>
#include <optional>

#include "checkpoints/checkpoint.hpp"
#include "nn/network.hpp"
#include "train/loaded_data.hpp"

namespace m2m::parity {

/// The published checkpoint; tests are skipped where its file is absent.
std::optional<checkpoints::Checkpoint> published_checkpoint();

/// A ResNet-32 for `data` with that checkpoint's weights, in evaluation mode. shift: the rows of its last layer are
/// rolled on by that many classes; kernels, bfloat16: as in NetworkSpec.
///
/// The golden values were computed with the data's means and deviations rounded to float32; ours are not rounded,
/// which moves float64 results by up to 2e-7.
std::shared_ptr<nn::Network> published_network(const checkpoints::Checkpoint& checkpoint,
                                               const train::LoadedData& data, torch::Dtype precision, int shift = 0,
                                               const std::string& kernels = "torch", bool bfloat16 = false);

}  // namespace m2m::parity
