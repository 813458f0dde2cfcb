#include "methods/losses.hpp"

namespace m2m {

torch::Tensor cross_entropy(const torch::Tensor& logits, const torch::Tensor& targets) {
  return torch::cross_entropy_loss(logits, targets, {}, at::Reduction::None);
}

}  // namespace m2m
