#include "core/philox.hpp"

#include <Random123/philox.h>

#include <cmath>
#include <numbers>
#include <numeric>
#include <utility>

#include "core/error.hpp"

namespace m2m {
PhiloxBlock philox4x32_10(const PhiloxBlock& counter, const std::array<std::uint32_t, 2>& key) {
  const r123::Philox4x32::ctr_type in{{counter[0], counter[1], counter[2], counter[3]}};
  const r123::Philox4x32::key_type with{{key[0], key[1]}};
  const auto out = r123::Philox4x32()(in, with);
  return {out[0], out[1], out[2], out[3]};
}

Stream::Stream(Key key, Purpose purpose, std::uint32_t epoch, std::uint32_t step, std::uint32_t slot)
    : key_{key.seed, static_cast<std::uint32_t>(key.role)},
      counter_{static_cast<std::uint32_t>(purpose) << purpose_shift, epoch, step, slot} {}

namespace {

/// Counts blocks as drawn. Throws Error (internal) if they reach the counters of another purpose.
void count_blocks(PhiloxBlock& counter, std::size_t blocks) {
  constexpr std::uint32_t of_purpose = ~0U << purpose_shift;
  if ((counter[0] & ~of_purpose) + blocks > ~of_purpose) {
    throw internal_error(
        "a random stream drew more than 2^26 words; further ones would repeat those of another purpose");
  }
  counter[0] += static_cast<std::uint32_t>(blocks);
}

}  // namespace

PhiloxBlock Stream::next_block() {
  const PhiloxBlock counter = counter_;
  count_blocks(counter_, 1);
  return philox4x32_10(counter, key_);
}

std::uint32_t Stream::word() {
  if (used_ == 4) {
    block_ = next_block();
    used_ = 0;
  }
  return block_[used_++];
}

void Stream::coarse_uniforms(double* out, std::size_t count) {
  std::size_t i = 0;
  while (i < count && used_ < 4) out[i++] = coarse_uniform();
  // In the library's own types: what a compiler makes of another array between is slower than the rounds.
  r123::Philox4x32::ctr_type counter{{counter_[0], counter_[1], counter_[2], counter_[3]}};
  const r123::Philox4x32::key_type key{{key_[0], key_[1]}};
  count_blocks(counter_, (count - i) / 4);
  for (; i + 4 <= count; i += 4, ++counter[0]) {
    const auto block = r123::Philox4x32()(counter, key);
    for (std::size_t word = 0; word < 4; ++word) out[i + word] = block[word] * 0x1p-32;
  }
  while (i < count) out[i++] = coarse_uniform();
}

double Stream::uniform() {
  const std::uint64_t high = word();
  const std::uint64_t low = word();
  return static_cast<double>((high << 32 | low) >> 11) * 0x1p-53;
}

std::int64_t Stream::below(std::int64_t n) { return static_cast<std::int64_t>(uniform() * static_cast<double>(n)); }

double Stream::normal() {
  if (has_spare_) {
    has_spare_ = false;
    return spare_;
  }
  const double radius = std::sqrt(-2.0 * std::log(1.0 - uniform()));
  const double angle = 2.0 * std::numbers::pi * uniform();
  spare_ = radius * std::sin(angle);
  has_spare_ = true;
  return radius * std::cos(angle);
}

std::vector<std::int32_t> permutation(std::int64_t n, Stream stream) {
  std::vector<std::int32_t> order(static_cast<std::size_t>(n));
  std::iota(order.begin(), order.end(), 0);
  for (std::int64_t i = n - 1; i > 0; --i) std::swap(order[i], order[stream.below(i + 1)]);
  return order;
}

}  // namespace m2m
