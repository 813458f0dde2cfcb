#pragma once
// A network, SGD's momentum and a few words, whatever file they come from.
#include <torch/types.h>

#include <filesystem>
#include <map>
#include <string>

namespace m2m::checkpoints {

struct Checkpoint {
  std::map<std::string, torch::Tensor> network;   // parameters and running statistics, by the authors' names
  std::map<std::string, torch::Tensor> momentum;  // SGD's velocity by parameter name; empty where there is none
  std::map<std::string, std::string> metadata;
  int epoch = -1;      // the last one it was trained in, from 0; -1: unknown
  std::string sha256;  // of the file's bytes, once loaded
};

/// Reads a safetensors file or a legacy PyTorch checkpoint; the content says which, not the file's name.
///
/// In safetensors, `momentum.<parameter>` is a velocity and metadata's `epoch` the epoch. Tensors lie on the CPU in
/// the file's precision. Local. Throws Error (bad_data) where the file is neither, damaged, or names anything to
/// execute, Error (input_output) where it cannot be read.
Checkpoint load_checkpoint(const std::filesystem::path& path);

/// Writes a safetensors file that load_checkpoint reads back the same; a kill leaves the old file or the new one.
///
/// Equal content gives equal bytes. `sha256` is not written. Throws Error (input_output).
void save_checkpoint(const std::filesystem::path& path, const Checkpoint& checkpoint);

}  // namespace m2m::checkpoints
