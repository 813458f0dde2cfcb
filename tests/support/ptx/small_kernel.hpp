#pragma once
// Kernels of some lines, for tests of the interpreter.
#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <stdexcept>
#include <string>
#include <vector>

#include "support/ptx/grid.hpp"
#include "support/ptx/parse.hpp"

namespace m2m::testing::ptx {

/// Runs `body` with %in and %out, addresses of device memory, and registers of each type: %p, %rs, %r, %rd, %f, %fd
/// with numbers below 20. Shared memory of 256 bytes is `words`.
class SmallKernel {
 public:
  explicit SmallKernel(const std::string& body) : kernel_(parse_kernel(text(body))) {}

  /// Bytes of `out` that nothing stores are 0 and count as never stored.
  template <typename Out, typename In>
  std::vector<Out> run(const std::vector<In>& in, std::size_t out_count, Launch launch = one_warp()) {
    std::vector<In> from = in;
    std::vector<Out> to(out_count);
    Device device;
    auto* in_bytes = reinterpret_cast<std::byte*>(from.data());
    auto* out_bytes = reinterpret_cast<std::byte*>(to.data());
    device.memory.add("in", Space::global, in_bytes, from.size() * sizeof(In))
        .store_by_host(0, from.size() * sizeof(In));
    device.memory.add("out", Space::global, out_bytes, to.size() * sizeof(Out));
    launch.parameters.resize(2 * sizeof(std::byte*));
    std::memcpy(launch.parameters.data(), &in_bytes, sizeof in_bytes);
    std::memcpy(launch.parameters.data() + sizeof in_bytes, &out_bytes, sizeof out_bytes);
    run_grid(kernel_, launch, device);
    return to;
  }

  static Launch one_warp() { return blocks(1, 32); }
  static Launch blocks(std::uint32_t count, std::uint32_t threads) {
    Launch launch;
    launch.grid = {count, 1, 1};
    launch.block = {threads, 1, 1};
    return launch;
  }

 private:
  static std::string text(const std::string& body) {
    return ".visible .entry small(.param .u64 in, .param .u64 out)\n{\n"
           ".reg .pred %p<20>; .reg .b16 %rs<20>; .reg .b32 %r<20>; .reg .b64 %rd<20>; .reg .f32 %f<20>; .reg .f64 "
           "%fd<20>;\n"
           ".reg .b64 %in, %out;\n.shared .align 16 .b8 words[256];\n"
           "ld.param.u64 %in, [in];\nld.param.u64 %out, [out];\n" +
           body + "\nret;\n}\n";
  }

  Kernel kernel_;
};

/// Sets %rd0 and %rd1 to the addresses of the thread's 8 bytes of `in` and `out`, and %r0 to its number in the
/// grid.
inline const std::string own_addresses =
    "mov.u32 %r1, %ctaid.x; mov.u32 %r2, %ntid.x; mov.u32 %r3, %tid.x; mad.lo.s32 %r0, %r1, %r2, %r3;\n"
    "mul.wide.u32 %rd2, %r0, 8; add.s64 %rd0, %in, %rd2; add.s64 %rd1, %out, %rd2;\n";

/// What the refusal of a kernel says, "" if it is not refused. `words`: those of 8 bytes that `in` and `out` have.
inline std::string refusal_of(const std::string& body, const Launch& launch, std::size_t words = 64) {
  try {
    SmallKernel(body).run<std::uint64_t>(std::vector<std::uint64_t>(words, 7), words, launch);
  } catch (const std::runtime_error& refused) {
    return refused.what();
  }
  return "";
}

/// part: text that the refusal contains.
inline void expect_refused(const std::string& body, const Launch& launch, const std::string& part,
                           std::size_t words = 64) {
  const std::string refusal = refusal_of(body, launch, words);
  EXPECT_FALSE(refusal.empty()) << body;
  EXPECT_NE(refusal.find(part), std::string::npos) << refusal;
}

inline void expect_run(const std::string& body, const Launch& launch) { EXPECT_EQ(refusal_of(body, launch), ""); }

}  // namespace m2m::testing::ptx
