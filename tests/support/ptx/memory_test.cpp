#include "support/ptx/memory.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <stdexcept>
#include <string>
#include <vector>

#include "support/ptx/small_kernel.hpp"

namespace m2m::testing::ptx {
namespace {

constexpr std::size_t words = 8;  // of `in` and `out`

/// As refusal_of and expect_refused, of a kernel that one thread runs.
std::string refusal_of(const std::string& body) { return ptx::refusal_of(body, SmallKernel::blocks(1, 1), words); }
void expect_refused(const std::string& body, const std::string& part) {
  ptx::expect_refused(body, SmallKernel::blocks(1, 1), part, words);
}

TEST(PtxMemory, IsReadAndWrittenInItsBounds) {
  EXPECT_EQ(refusal_of("ld.global.u64 %rd0, [%in+56]; st.global.u64 [%out+56], %rd0;"), "");
  expect_refused("ld.global.u64 %rd0, [%in+64];", "nothing that was allocated");
  expect_refused("ld.global.v2.u64 {%rd0,%rd1}, [%in+60];", "outside");
  expect_refused("mov.u32 %r0, words; ld.shared.u32 %r1, [%r0+256];", "outside");
}

TEST(PtxMemory, OfAThreadIsItsOwn) {
  const std::string own = ".local .align 8 .b8 own[12]; mov.u64 %rd0, own; mov.u32 %r0, %tid.x;\n";
  expect_run(own + "st.local.u64 [%rd0], %rd0; st.local.u32 [%rd0+8], %r0; ld.local.u32 %r1, [%rd0+8];",
             SmallKernel::blocks(1, 2));
  ptx::expect_refused(own + "st.local.u32 [%rd0+12], %r0;", SmallKernel::blocks(1, 2), "12 bytes of thread 0");
  ptx::expect_refused(own + "st.local.u32 [%rd0+16], %r0;", SmallKernel::blocks(1, 2), "12 bytes of thread 0");
  ptx::expect_refused(own + "st.u32 [%rd0+16], %r0;", SmallKernel::blocks(1, 2), "12 bytes of thread 0");
}

TEST(PtxMemory, OfAThreadIsNotThatOfTheSameThreadInAnotherBlock) {
  const std::string barrier = "barrier.cluster.arrive.release.aligned;\nbarrier.cluster.wait.acquire.aligned;\n";
  const std::string exchange_addresses =
      ".local .align 8 .b8 own[8]; mov.u64 %rd0, own; mov.u64 %rd1, %rd0; mov.u32 %r1, words;\n"
      "mov.u32 %r0, %tid.x; setp.eq.u32 %p0, %r0, 0; mov.u32 %r2, %cluster_ctarank; xor.b32 %r3, %r2, 1;\n"
      "@%p0 st.local.u64 [%rd0], %rd0; @%p0 st.shared.u64 [%r1], %rd0;\n" +
      barrier + "mapa.shared::cluster.u32 %r4, %r1, %r3; @%p0 ld.shared::cluster.u64 %rd1, [%r4];\n";
  Launch launch = SmallKernel::blocks(2, 32);
  launch.cluster = {2, 1, 1};
  expect_run(exchange_addresses + "@%p0 ld.u64 %rd2, [%rd0];\n" + barrier, launch);
  ptx::expect_refused(exchange_addresses + "@%p0 ld.u64 %rd2, [%rd1];\n" + barrier, launch, "8 bytes of thread 0");
}

TEST(PtxMemory, IsUsedByInstructionsForIt) {
  const std::string own = ".local .align 8 .b8 own[8]; mov.u64 %rd0, own; mov.u32 %r0, 1;\n";
  EXPECT_EQ(refusal_of(own + "st.u32 [%rd0], %r0; ld.u64 %rd1, [%in];"), "");
  expect_refused(own + "st.global.u32 [%rd0], %r0;", "local memory");
  expect_refused("mov.u64 %rd0, in; st.global.u64 [%rd0], %rd0;", "parameters");
  expect_refused("ld.local.u64 %rd0, [%in];", "in, by an instruction");
  expect_refused("ld.param.u64 %rd0, [%in];", "in, by an instruction");
}

TEST(PtxMemory, IsUsedAligned) {
  expect_refused("ld.global.u32 %r0, [%in+2];", "not aligned");
  expect_refused("ld.global.v2.u32 {%r0,%r1}, [%in+4];", "not aligned");
  expect_refused("mov.u32 %r0, words; mov.u32 %r1, 0; st.shared.v4.u32 [%r0+8], {%r1,%r1,%r1,%r1};", "not aligned");
}

TEST(PtxMemory, IsLoadedBehindAStore) {
  expect_refused("ld.global.u64 %rd0, [%out];", "before anything is stored");
  expect_refused("mov.u32 %r0, words; ld.shared.u32 %r1, [%r0];", "before anything is stored");
  EXPECT_EQ(refusal_of("mov.u32 %r0, words; st.shared.u32 [%r0], %r0; ld.shared.u32 %r1, [%r0];"), "");
}

TEST(PtxMemory, ThatALaunchStoresIsNoConstantInIt) {
  EXPECT_EQ(refusal_of("ld.global.nc.u64 %rd0, [%in]; st.global.u64 [%out], %rd0;"), "");
  expect_refused("mov.u64 %rd0, 1; st.global.u64 [%out], %rd0; ld.global.nc.u64 %rd1, [%out];", "as a constant");
  expect_refused("ld.global.nc.u64 %rd0, [%in]; st.global.u64 [%in], %rd0;", "as a constant");
}

TEST(PtxMemory, ExtendsValuesToTheirRegisters) {
  const std::vector<std::uint64_t> in{0xfffffffffffffff0U};
  SmallKernel is_signed("ld.global.s8 %rs0, [%in]; cvt.s64.s16 %rd0, %rs0; st.global.u64 [%out], %rd0;");
  SmallKernel is_unsigned("ld.global.u8 %rs0, [%in]; cvt.u64.u16 %rd0, %rs0; st.global.u64 [%out], %rd0;");
  EXPECT_EQ(is_signed.run<std::uint64_t>(in, 1, SmallKernel::blocks(1, 1))[0], 0xfffffffffffffff0U);
  EXPECT_EQ(is_unsigned.run<std::uint64_t>(in, 1, SmallKernel::blocks(1, 1))[0], 0xf0U);
}

TEST(PtxMemory, NamesTheInstructionItsLineAndTheBlockOfARefusal) {
  const std::string refusal = refusal_of("ld.global.u32 %r0, [%in+2];");
  EXPECT_NE(refusal.find("ld.global.u32 %r0, [%in+2]"), std::string::npos) << refusal;
  EXPECT_NE(refusal.find("block 0, warp 0, line 8"), std::string::npos) << refusal;
}

}  // namespace
}  // namespace m2m::testing::ptx
