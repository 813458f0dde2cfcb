#pragma once
// Tables of rows that kernels read.
#include <torch/types.h>

#include <cstdint>
#include <cstring>
#include <vector>

namespace m2m::nn {

/// The rows' bytes in the memory of a device, uint8 [bytes]. Blocks the host.
template <typename Row>
torch::Tensor table_on(torch::Device device, const std::vector<Row>& rows) {
  const torch::Tensor table = torch::empty({static_cast<std::int64_t>(rows.size() * sizeof(Row))}, torch::kUInt8);
  std::memcpy(table.data_ptr(), rows.data(), rows.size() * sizeof(Row));
  return table.to(device);
}

}  // namespace m2m::nn
