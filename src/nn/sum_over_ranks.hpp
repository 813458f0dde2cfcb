#pragma once
// How batch norm learns what other ranks of a trial see.
#include <torch/types.h>

#include <functional>
#include <memory>
#include <utility>

namespace m2m::nn {

/// Collective: turns a contiguous float64 tensor into the sum of the ranks' tensors, in place. Empty: there are no
/// other ranks, or their share of the batch is none of this rank's business.
using SumOverRanks = std::function<void(torch::Tensor& values)>;

/// Null: there are no other ranks. Shared with autograd's record of each forward pass, whose backward pass sums
/// again.
using SharedSum = std::shared_ptr<const SumOverRanks>;

/// A sum as autograd's context keeps it; nothing for a null one.
struct KeptSum : torch::CustomClassHolder {
  explicit KeptSum(SharedSum given) : sum(std::move(given)) {}
  SharedSum sum;
};
inline c10::IValue keep(SharedSum sum) {
  if (!sum) return {};
  return c10::IValue::make_capsule(c10::make_intrusive<KeptSum>(std::move(sum)));
}
inline SharedSum kept_sum(const c10::IValue& value) {
  return value.isNone() ? nullptr : c10::static_intrusive_pointer_cast<KeptSum>(value.toCapsule())->sum;
}

}  // namespace m2m::nn
