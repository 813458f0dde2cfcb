#pragma once
// Checkpoints of old PyTorch (torch.save before 1.6, the authors' ".t7"): five pickles, then raw storages.
#include <filesystem>
#include <limits>
#include <map>
#include <string>
#include <string_view>

#include "checkpoints/safetensors.hpp"

namespace m2m::checkpoints {

struct LegacyCheckpoint {
  TensorFile net;                                 // parameters and running statistics, by the authors' names
  std::map<std::string, torch::Tensor> momentum;  // SGD's velocity by parameter name; empty where there is none
  double accuracy = std::numeric_limits<double>::quiet_NaN();  // percent, as the file says; NaN: it does not
  int epoch = -1;                                              // from 0; -1: the file does not say
};

/// Whether `bytes` begin with the magic number of these files.
bool is_legacy_t7(std::string_view bytes);

/// Reads a dictionary with `net`, a state_dict, and where it has them `optimizer` (SGD's), `acc` and `epoch`.
///
/// Accepts five globals (collections.OrderedDict, torch.ByteStorage, torch.FloatStorage, torch.LongStorage,
/// torch._utils._rebuild_tensor_v2) and executes nothing. Tensors share one piece of memory per storage, on the CPU
/// whatever device the file names. Old optimizers name parameters by address: the order in its param_groups is
/// that of net's parameters. Local.
/// Throws Error (bad_data), naming `origin`: a damaged or incomplete file, another global (by name), or tensors and
/// momentum that do not fit together.
LegacyCheckpoint parse_legacy_t7(std::string_view bytes, const std::string& origin);

/// parse_legacy_t7 of a file. Throws Error (input_output) where it cannot be read.
LegacyCheckpoint read_legacy_t7(const std::filesystem::path& path);

}  // namespace m2m::checkpoints
