#pragma once
// Many small independent pieces of work, on the threads of this process.
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace m2m::data {

/// How many threads decode: what the environment's M2M_DECODERS says (1 to 256), else as many as the process may
/// use, but at most 16.
int decoder_count();

struct DecodeFailure {
  std::int64_t item = 0;
  std::string sentence;
};

/// Does work(0) .. work(count - 1), each once, on `threads` threads of which the caller is one. Local.
///
/// Returns those that threw, in order, so the answer does not depend on threads. at_times: called by the caller's
/// thread every few seconds with how many have been begun.
std::vector<DecodeFailure> do_all(std::int64_t count, int threads, const std::function<void(std::int64_t)>& work,
                                  const std::function<void(std::int64_t)>& at_times = {});

}  // namespace m2m::data
