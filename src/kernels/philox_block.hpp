#pragma once
// Random numbers where a kernel needs them: blocks of a stream of core/philox.hpp, for a thread of a GPU or a CPU.
#include <Random123/philox.h>

#include <cstdint>

#include "core/philox.hpp"
#include "kernels/storage.hpp"

namespace m2m::kernels {

/// The place of an image's stream: Stream(key, purpose, epoch, step, slot) without its block.
struct StreamPlace {
  Key key;
  Purpose purpose;
  std::uint32_t epoch, step, slot;
};

/// Words 4 * block to 4 * block + 3 of a stream, as core/philox.cpp counts them. Pure.
M2M_HOST_DEVICE inline r123::Philox4x32::ctr_type stream_block(const StreamPlace& place, std::uint32_t block) {
  const auto purpose = static_cast<std::uint32_t>(place.purpose) << purpose_shift;
  const r123::Philox4x32::ctr_type counter{{purpose + block, place.epoch, place.step, place.slot}};
  const r123::Philox4x32::key_type key{{place.key.seed, static_cast<std::uint32_t>(place.key.role)}};
  return r123::Philox4x32()(counter, key);
}

}  // namespace m2m::kernels
