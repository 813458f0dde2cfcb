#pragma once
// Named tensors and a few words about them: what every checkpoint format comes down to.
#include <torch/types.h>

#include <map>
#include <string>

namespace m2m::checkpoints {

struct TensorFile {
  std::map<std::string, torch::Tensor> tensors;  // on the CPU, contiguous, owned by nobody else
  std::map<std::string, std::string> metadata;
};

}  // namespace m2m::checkpoints
