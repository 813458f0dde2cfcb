#pragma once
// The tensors of an old PyTorch checkpoint: descriptions in its pickle, numbers in the raw storages behind it.
#include <map>
#include <string>
#include <string_view>

#include "checkpoints/legacy_pickle.hpp"
#include "checkpoints/tensor_file.hpp"

namespace m2m::checkpoints {

/// The raw storages of a checkpoint by key, each a flat tensor.
class LegacyStorages {
 public:
  /// object: the checkpoint's pickle, which says each storage's type and size; keys: the list of their keys; data:
  /// the rest of the file, per key a count and that many elements. Throws Error (bad_data), naming `origin`.
  LegacyStorages(const Pickle& object, const Pickle& keys, std::string_view data, const std::string& origin);

  bool is_tensor(PickleId id) const;

  /// The tensor that this value describes: a view of its storage. Throws Error (bad_data) where it describes none
  /// or one that reaches outside its storage.
  torch::Tensor tensor(PickleId id) const;

 private:
  struct Description {
    std::string key;
    torch::ScalarType type = torch::kFloat32;
    std::int64_t count = 0;
  };
  Description describe(PickleId id) const;
  std::map<std::string, Description> described_storages() const;
  void read(const std::map<std::string, Description>& described, const Pickle& keys, std::string_view data);

  const Pickle& object_;
  std::string origin_;
  std::map<std::string, torch::Tensor> storages_;
};

}  // namespace m2m::checkpoints
