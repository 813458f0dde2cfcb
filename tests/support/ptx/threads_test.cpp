#include <gtest/gtest.h>

#include <bit>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <vector>

#include "support/ptx/small_kernel.hpp"

namespace m2m::testing::ptx {
namespace {

const std::vector<std::uint64_t> nothing{0};

/// Stores %r5 of each thread.
const std::string store_r5 = "cvt.u64.u32 %rd3, %r5; st.global.u64 [%rd1], %rd3;\n";

/// The number of the bits that are set in the thread's number, by a loop that each lane leaves at its own time.
TEST(PtxThreads, OfAWarpGoTheirOwnWaysAndMeetAgain) {
  SmallKernel kernel(own_addresses +
                     "mov.u32 %r4, %r0; mov.u32 %r5, 0;\n"
                     "$again: setp.eq.s32 %p1, %r4, 0; @%p1 bra $done;\n"
                     "and.b32 %r6, %r4, 1; add.s32 %r5, %r5, %r6; shr.u32 %r4, %r4, 1; bra $again;\n"
                     "$done: bar.sync 0;\n" +
                     store_r5);
  const auto got = kernel.run<std::uint64_t>(nothing, 96, SmallKernel::blocks(2, 48));
  for (std::uint32_t i = 0; i < 96; ++i) EXPECT_EQ(got[i], static_cast<std::uint64_t>(std::popcount(i)));
}

/// Each thread gets what thread 63 - i of its block has stored in shared memory.
const std::string through_shared =
    own_addresses +
    ".shared .align 4 .b8 big[256];\n"
    "mov.u32 %r6, big; shl.b32 %r7, %r3, 2; add.s32 %r8, %r6, %r7; st.shared.u32 [%r8], %r0;\n";
const std::string from_shared = "xor.b32 %r9, %r7, 252; add.s32 %r10, %r6, %r9; ld.shared.u32 %r5, [%r10];\n";

TEST(PtxThreads, OfABlockMeetAtItsBarriersInAnyOrder) {
  SmallKernel kernel(through_shared + "bar.sync 0;\n" + from_shared + store_r5);
  for (const bool is_last_first : {false, true}) {
    Launch launch = SmallKernel::blocks(2, 64);
    launch.is_last_first = is_last_first;
    const auto got = kernel.run<std::uint64_t>(nothing, 128, launch);
    for (std::size_t i = 0; i < 128; ++i) EXPECT_EQ(got[i], i / 64 * 64 + 63 - i % 64);
  }
}

TEST(PtxThreads, ThatShareABlocksMemoryWithoutABarrierAreRefused) {
  expect_refused(through_shared + from_shared + store_r5, SmallKernel::blocks(1, 64),
                 "loaded before anything is stored");
  // The lower half stores again what the upper half loads; which comes first depends on the order.
  const std::string store_again = "setp.lt.u32 %p1, %r3, 32; @%p1 st.shared.u32 [%r8], %r0;\n";
  Launch launch = SmallKernel::blocks(1, 64);
  expect_refused(through_shared + "bar.sync 0;\n" + from_shared + store_again, launch,
                 "behind the store by thread 31");
  launch.is_last_first = true;
  expect_refused(through_shared + "bar.sync 0;\n" + from_shared + store_again, launch,
                 "behind the load by thread 63");
  expect_run(through_shared + "bar.sync 0;\n" + from_shared + "bar.sync 0;\n" + store_again,
             SmallKernel::blocks(1, 64));
}

TEST(PtxThreads, ThatDoNotReachABarrierTogetherAreRefused) {
  const std::string half = "mov.u32 %r0, %tid.x; setp.lt.u32 %p1, %r0, ";
  expect_refused(half + "16; @%p1 bra $end; bar.sync 0; $end:", SmallKernel::one_warp(),
                 "not all threads of the warp");
  expect_refused(half + "16; @%p1 bar.sync 0;", SmallKernel::one_warp(), "not all threads of the warp");
  // A block does not wait for warps that have ended, as a GPU does not.
  expect_run(half + "32; @%p1 bra $end; bar.sync 0; $end:", SmallKernel::blocks(1, 64));
}

TEST(PtxThreads, OfAPartOfABlockHaveNoBarrierOfTheirOwn) {
  EXPECT_THROW(SmallKernel("bar.sync 0, 32;"), std::runtime_error);
  EXPECT_THROW(SmallKernel("bar.sync 1;"), std::runtime_error);
  EXPECT_THROW(SmallKernel("bar.sync 10;"), std::runtime_error);
  expect_refused("bar.warp.sync 65535;", SmallKernel::one_warp(), "a part of a warp");
}

TEST(PtxThreads, OfAClusterReadTheSharedMemoryOfItsBlocksBehindABarrierOfBoth) {
  const std::string own = through_shared +
                          "mov.u32 %r11, %cluster_ctarank; xor.b32 %r12, %r11, 1;\n"
                          "mapa.shared::cluster.u32 %r13, %r8, %r12;\n";
  const std::string barrier = "barrier.cluster.arrive.release.aligned;\nbarrier.cluster.wait.acquire.aligned;\n";
  const std::string load = "ld.shared::cluster.u32 %r5, [%r13];\n" + store_r5;
  Launch launch = SmallKernel::blocks(4, 64);
  launch.cluster = {2, 1, 1};
  SmallKernel kernel(own + barrier + load + barrier);
  const auto got = kernel.run<std::uint64_t>(nothing, 256, launch);
  for (std::size_t i = 0; i < 256; ++i) EXPECT_EQ(got[i], i ^ 64U);
  launch.grid[0] = 2;
  expect_refused(own + "bar.sync 0;\n" + load, launch, "is loaded");
  expect_refused(own + "barrier.cluster.wait.acquire.aligned;\n" + load, launch, "without having arrived");
  expect_refused(own + barrier + "ld.shared.u32 %r5, [%r13];\n", launch, "of the block alone");
  expect_refused(own + "mapa.shared::cluster.u32 %r13, %r8, 2;\n" + barrier + load, launch,
                 "the cluster does not have");
  expect_refused(own + barrier + load, launch, "has ended");  // rank 0 ends before rank 1 has loaded
  const std::string store_own = "st.shared.u32 [%r8], %r0;\n";
  expect_refused(own + barrier + load + store_own + barrier, launch, "nothing orders that");
}

TEST(PtxThreads, OfTwoBlocksThatUseTheSameDeviceMemoryAreRefused) {
  expect_refused("mov.u32 %r0, %tid.x; st.global.u32 [%out], %r0;", SmallKernel::blocks(2, 1),
                 "nothing orders that");
  expect_refused("mov.u32 %r0, %tid.x; st.global.u32 [%out], %r0;", SmallKernel::blocks(1, 64),
                 "nothing orders that");
  expect_run("ld.global.u32 %r0, [%in];", SmallKernel::blocks(2, 64));
}

TEST(PtxThreads, MayAddToAWordAtOnce) {
  const std::string add =
      ".shared .align 4 .b8 sum[4];\n" + own_addresses +
      "setp.eq.u32 %p1, %r3, 0; mov.u32 %r6, 0; mov.u32 %r7, sum; @%p1 st.shared.u32 [%r7], %r6;\nbar.sync 0;\n"
      "atom.shared.add.u32 %r8, [%r7], %r3;\nbar.sync 0;\nld.shared.u32 %r5, [%r7];\n" +
      store_r5;
  SmallKernel kernel(add);
  EXPECT_EQ(kernel.run<std::uint64_t>(nothing, 64, SmallKernel::blocks(1, 64))[9], 63U * 64 / 2);
}

TEST(PtxThreads, OfPartsOfAWarpCannotShuffleOrMultiply) {
  const std::string half = "mov.u32 %r0, %tid.x; setp.lt.u32 %p1, %r0, 16;\n";
  expect_refused(half + "@%p1 shfl.sync.bfly.b32 %r1|%p2, %r0, 1, 31, -1;", SmallKernel::one_warp(),
                 "not all 32 lanes");
}

TEST(PtxThreads, OfAClusterDoNotWaitForThoseThatHaveEnded) {
  const std::string barrier = "barrier.cluster.arrive.release.aligned;\nbarrier.cluster.wait.acquire.aligned;\n";
  Launch launch = SmallKernel::blocks(2, 64);
  launch.cluster = {2, 1, 1};
  expect_run("mov.u32 %r0, %tid.x; setp.ge.u32 %p0, %r0, 32; @%p0 exit;\n" + barrier + barrier, launch);
  expect_run("mov.u32 %r0, %ctaid.x; setp.eq.u32 %p0, %r0, 1; @%p0 exit;\n" + barrier, launch);
}

TEST(PtxThreads, AreLaunchedAsTheKernelAllows) {
  expect_refused("", SmallKernel::blocks(1, 2048), "2048 threads");
  Launch launch = SmallKernel::blocks(3, 32);
  launch.cluster = {2, 1, 1};
  expect_refused("", launch, "clusters");
  launch.grid = {3, 2, 1};  // blocks of two rows would share a cluster
  expect_refused("", launch, "clusters");
}

TEST(PtxThreads, AreLaunchedInTheLimitsOfAGpu) {
  Launch launch = SmallKernel::one_warp();
  launch.grid = {1, 65536, 1};
  expect_refused("", launch, "65535");
  launch.grid = {65536, 65535, 2};
  expect_refused("", launch, "more blocks");
  launch = SmallKernel::one_warp();
  launch.block = {1, 1, 65};
  expect_refused("", launch, "a block of 65 along z");
  launch = SmallKernel::blocks(16, 32);
  launch.cluster = {16, 1, 1};
  expect_refused("", launch, "16 blocks");
  launch.grid = {2, 2, 1};
  launch.cluster = {1, 2, 1};
  expect_refused("", launch, "along y or z");
}

}  // namespace
}  // namespace m2m::testing::ptx
