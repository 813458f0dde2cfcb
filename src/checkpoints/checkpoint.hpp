#pragma once
// A network, SGD's momentum and metadata, independent of the file format.
#include <torch/types.h>

#include <filesystem>
#include <map>
#include <string>

namespace m2m::checkpoints {

/// Content of a checkpoint file.
struct Checkpoint {
  std::map<std::string, torch::Tensor> network;   // parameters and running statistics, by the authors' names
  std::map<std::string, torch::Tensor> momentum;  // SGD's velocity by parameter name; empty if there is none
  std::map<std::string, std::string> metadata;
  int epoch = -1;      // last epoch of training, from 0; -1: unknown
  std::string sha256;  // of the file's bytes; set by load_checkpoint
};

/// Reads a safetensors file or a legacy PyTorch checkpoint; the content decides, not the file's name.
///
/// In safetensors, `momentum.<parameter>` is a velocity and `epoch` of the metadata the epoch. Tensors are on the
/// CPU in the file's precision. Local. Throws Error (bad_data) if the file is neither, is damaged, or names code to
/// execute; Error (input_output) if it cannot be read.
Checkpoint load_checkpoint(const std::filesystem::path& path);

/// Writes a safetensors file that load_checkpoint reads back unchanged; a kill leaves the old file or the new one.
///
/// Equal content gives equal bytes. `sha256` is not written. Local. Throws Error (input_output).
void save_checkpoint(const std::filesystem::path& path, const Checkpoint& checkpoint);

}  // namespace m2m::checkpoints
