#pragma once
// Arrays of the host that go to a device together: one copy, which the host does not wait for.
#include <torch/types.h>

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace m2m::nn {

/// Where an array lies within an upload, and as what it is read.
struct Piece {
  std::int64_t offset = 0, bytes = 0;
  torch::Dtype type = torch::kUInt8;
};

class Upload {
 public:
  /// Notes a copy of `values`, to be read as [n] of that type: T's own, or bytes.
  template <typename T>
  Piece add(std::span<const T> values, torch::Dtype type = c10::CppTypeToScalarType<T>::value) {
    return add_bytes(std::as_bytes(values), type);
  }

  /// Sends what was noted. On a CPU it is there already; to a GPU it is queued on the current stream.
  void send(torch::Device device);

  /// A piece as it arrives: a view, [n]. After send.
  torch::Tensor operator[](const Piece& piece) const;

 private:
  Piece add_bytes(std::span<const std::byte> bytes, torch::Dtype type);

  std::vector<std::byte> noted_;
  torch::Tensor sent_;
};

}  // namespace m2m::nn
