#include "checkpoints/checkpoint.hpp"

#include <fmt/format.h>

#include <charconv>

#include "checkpoints/legacy_t7.hpp"
#include "checkpoints/safetensors.hpp"
#include "core/error.hpp"
#include "core/files.hpp"
#include "core/hash.hpp"

namespace m2m::checkpoints {
namespace {

constexpr std::string_view momentum_prefix = "momentum.";

int parse_epoch(const std::map<std::string, std::string>& metadata) {
  const auto found = metadata.find("epoch");
  if (found == metadata.end()) return -1;
  const std::string& text = found->second;
  int epoch = -1;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), epoch);
  return failed == std::errc() && end == text.data() + text.size() && epoch >= 0 ? epoch : -1;
}

Checkpoint from_tensor_file(TensorFile file) {
  Checkpoint checkpoint;
  for (auto& [name, tensor] : file.tensors) {
    const bool is_momentum = name.starts_with(momentum_prefix);
    (is_momentum ? checkpoint.momentum : checkpoint.network)
        .emplace(is_momentum ? name.substr(momentum_prefix.size()) : name, tensor);
  }
  checkpoint.epoch = parse_epoch(file.metadata);
  checkpoint.metadata = std::move(file.metadata);
  return checkpoint;
}

Checkpoint from_legacy(LegacyCheckpoint file) {
  Checkpoint checkpoint;
  checkpoint.network = std::move(file.net.tensors);
  checkpoint.momentum = std::move(file.momentum);
  checkpoint.metadata = {{"accuracy", fmt::format("{}", file.accuracy)}, {"epoch", fmt::format("{}", file.epoch)}};
  checkpoint.epoch = file.epoch;
  return checkpoint;
}

Checkpoint parse(std::string_view bytes, const std::string& origin) {
  if (is_legacy_t7(bytes)) return from_legacy(parse_legacy_t7(bytes, origin));
  if (is_safetensors(bytes)) return from_tensor_file(parse_safetensors(bytes, origin));
  if (bytes.starts_with("PK\x03\x04")) {
    throw data_error(origin +
                     ": is a zip archive of a newer PyTorch; save its state_dict with "
                     "safetensors.torch.save_file, and name that file");
  }
  throw data_error(origin +
                   ": is neither a safetensors file nor a legacy PyTorch checkpoint; it may be incomplete; name "
                   "another file");
}

}  // namespace

Checkpoint load_checkpoint(const std::filesystem::path& path) {
  if (std::filesystem::is_directory(path))
    throw data_error(path.string() + ": is a folder, expected a checkpoint file");
  const std::string bytes = read_file(path);
  Checkpoint checkpoint = parse(bytes, path.string());
  checkpoint.sha256 = sha256_hex(bytes);
  return checkpoint;
}

void save_checkpoint(const std::filesystem::path& path, const Checkpoint& checkpoint) {
  TensorFile file{checkpoint.network, checkpoint.metadata};
  for (const auto& [name, tensor] : checkpoint.momentum) {
    file.tensors.emplace(std::string(momentum_prefix) + name, tensor);
  }
  file.metadata["epoch"] = fmt::format("{}", checkpoint.epoch);
  write_safetensors(path, file);
}

}  // namespace m2m::checkpoints
