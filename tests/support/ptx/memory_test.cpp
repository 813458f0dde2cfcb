#include "support/ptx/memory.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <stdexcept>
#include <string>
#include <vector>

#include "support/ptx/small_kernel.hpp"

namespace m2m::testing::ptx {
namespace {

/// Runs one thread with 64 bytes of `in` and of `out`. Returns the refusal, "" if there is none.
std::string refusal_of(const std::string& body) {
  SmallKernel kernel(body);
  try {
    kernel.run<std::uint64_t>(std::vector<std::uint64_t>(8, 7), 8, SmallKernel::blocks(1, 1));
  } catch (const std::runtime_error& refused) {
    return refused.what();
  }
  return "";
}

void expect_refused(const std::string& body, const std::string& part) {
  const std::string refusal = refusal_of(body);
  EXPECT_FALSE(refusal.empty());
  EXPECT_NE(refusal.find(part), std::string::npos) << refusal;
}

TEST(PtxMemory, IsReadAndWrittenInItsBounds) {
  EXPECT_EQ(refusal_of("ld.global.u64 %rd0, [%in+56]; st.global.u64 [%out+56], %rd0;"), "");
  expect_refused("ld.global.u64 %rd0, [%in+64];", "nothing that was allocated");
  expect_refused("ld.global.v2.u64 {%rd0,%rd1}, [%in+60];", "outside");
  expect_refused("mov.u32 %r0, words; ld.shared.u32 %r1, [%r0+256];", "outside");
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
