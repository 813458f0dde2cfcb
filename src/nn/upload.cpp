#include "nn/upload.hpp"

#include <cstring>

namespace m2m::nn {
namespace {

constexpr std::size_t alignment = 16;  // of each piece: enough for every type

}  // namespace

Piece Upload::add_bytes(std::span<const std::byte> bytes, torch::Dtype type) {
  noted_.resize((noted_.size() + alignment - 1) / alignment * alignment);
  const Piece piece{static_cast<std::int64_t>(noted_.size()), static_cast<std::int64_t>(bytes.size()), type};
  noted_.insert(noted_.end(), bytes.begin(), bytes.end());
  return piece;
}

void Upload::send(torch::Device device) {
  const auto pinned = torch::TensorOptions(torch::kUInt8).pinned_memory(device.is_cuda());  // else it would wait
  const torch::Tensor host = torch::empty({static_cast<std::int64_t>(noted_.size())}, pinned);
  if (!noted_.empty()) std::memcpy(host.data_ptr(), noted_.data(), noted_.size());
  sent_ = host.to(device, /*non_blocking=*/true);
  noted_ = {};
}

torch::Tensor Upload::operator[](const Piece& piece) const {
  return sent_.narrow(0, piece.offset, piece.bytes).view(piece.type);
}

}  // namespace m2m::nn
