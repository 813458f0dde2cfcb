#pragma once
// Checkpoints of old PyTorch (torch.save before 1.6, the authors' ".t7"): five pickles, then raw storages.
#include <filesystem>
#include <limits>
#include <map>
#include <string>
#include <string_view>

#include "checkpoints/safetensors.hpp"

namespace m2m::checkpoints {

/// Content of a legacy checkpoint.
struct LegacyCheckpoint {
  TensorFile net;                                 // parameters and running statistics, by the authors' names
  std::map<std::string, torch::Tensor> momentum;  // SGD's velocity by parameter name; empty if there is none
  double accuracy = std::numeric_limits<double>::quiet_NaN();  // percent; NaN if the file does not say
  int epoch = -1;                                              // from 0; -1 if the file does not say
};

/// True if `bytes` begin with the magic number of these files. Pure.
bool is_legacy_t7(std::string_view bytes);

/// Parses a dictionary with `net` (a state_dict) and optionally `optimizer` (SGD's), `acc` and `epoch`.
///
/// Accepts five globals (collections.OrderedDict, torch.ByteStorage, torch.FloatStorage, torch.LongStorage,
/// torch._utils._rebuild_tensor_v2) and executes nothing. Tensors are on the CPU, whatever device the file names;
/// those of one storage share memory. Old optimizers name parameters by address: the order of their param_groups is
/// that of net's parameters. Local.
/// Throws Error (bad_data), naming `origin`, if the file is damaged or incomplete, has another global (named), or
/// if tensors and momentum do not match.
LegacyCheckpoint parse_legacy_t7(std::string_view bytes, const std::string& origin);

/// Reads a file and parses it by parse_legacy_t7. Local. Throws Error (input_output) if it cannot be read.
LegacyCheckpoint read_legacy_t7(const std::filesystem::path& path);

}  // namespace m2m::checkpoints
