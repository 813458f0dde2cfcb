#include <gtest/gtest.h>

#include <string>

#include "support/ptx/order.hpp"
#include "support/ptx/small_kernel.hpp"

namespace m2m::testing::ptx {
namespace {

/// Addresses of shared memory: %r1 of the first word, %r3 of the thread's own, %r5 of that of the next or last
/// lane.
const std::string addresses =
    ".shared .align 4 .b8 big[256];\n"
    "mov.u32 %r0, %tid.x; mov.u32 %r1, big; shl.b32 %r2, %r0, 2; add.s32 %r3, %r1, %r2;\n"
    "xor.b32 %r4, %r2, 4; add.s32 %r5, %r1, %r4; setp.eq.u32 %p0, %r0, 0; setp.ge.u32 %p1, %r0, 32;\n";
const std::string store_own = "st.shared.u32 [%r3], %r0;\n", load_own = "ld.shared.u32 %r6, [%r3];\n",
                  load_next = "ld.shared.u32 %r6, [%r5];\n", load_first = "ld.shared.u32 %r6, [%r1];\n",
                  warp_barrier = "bar.warp.sync -1;\n", barrier = "bar.sync 0;\n",
                  shuffle = "shfl.sync.bfly.b32 %r7|%p2, %r0, 1, 31, -1;\n";

TEST(PtxRaces, OfLanesThatLoadWhatAnotherStoresNeedABarrierOfTheWarp) {
  const Launch launch = SmallKernel::one_warp();
  expect_run(addresses + store_own + load_own, launch);
  expect_refused(addresses + store_own + load_next, launch, "behind the store by thread 1");
  // Lanes that meet have not made their memory visible to each other.
  expect_refused(addresses + store_own + shuffle + load_next, launch, "behind the store by thread 1");
  expect_run(addresses + store_own + warp_barrier + load_next, launch);
  expect_run(addresses + store_own + barrier + load_next, launch);
}

TEST(PtxRaces, OfLanesOfOneInstructionThatStoreToTheSameWordAreFound) {
  expect_refused(addresses + "st.shared.u32 [%r1], %r0;", SmallKernel::one_warp(), "behind the store by thread 0");
  expect_refused("mov.u32 %r0, %tid.x; st.global.u32 [%out], %r0;", SmallKernel::one_warp(),
                 "behind the store by thread 0");
  expect_run(addresses + "@%p0 st.shared.u32 [%r1], %r0;", SmallKernel::one_warp());
}

TEST(PtxRaces, OfLanesThatStoreWhatAnotherLoadsEndWhereTheLanesMeet) {
  const std::string loaded = addresses + store_own + barrier + load_next;
  const Launch launch = SmallKernel::one_warp();
  expect_refused(loaded + store_own, launch, "behind the load by thread 1");
  expect_run(loaded + shuffle + store_own, launch);
  expect_refused(addresses + store_own + barrier + load_first + "@%p0 st.shared.u32 [%r1], %r0;", launch,
                 "several threads of warp 0");
  // What one lane has loaded alone, before and behind a meeting.
  expect_refused(loaded + shuffle + load_next + store_own, launch, "behind the load by thread 1");
}

TEST(PtxRaces, InTheMiddleOfAVectorAreFound) {
  const std::string store = ".shared .align 16 .b8 four[16];\n" + addresses +
                            "mov.u32 %r1, four; @%p0 st.shared.v4.u32 [%r1], {%r0,%r0,%r0,%r0};\n" + barrier +
                            "setp.eq.u32 %p0, %r0, 3; @%p0 st.shared.u32 [%r1+8], %r0;\n";
  const std::string load = "@%p1 ld.shared.v4.u32 {%r8,%r9,%r10,%r11}, [%r1];\n";
  expect_refused(store + load, SmallKernel::blocks(1, 64), "byte 264 is loaded");
  expect_run(store + barrier + load, SmallKernel::blocks(1, 64));
}

TEST(PtxRaces, OfMatricesAreThoseOfTheLanesThatNameTheirRows) {
  const std::string rows =
      ".shared .align 16 .b8 rows[512];\n"
      "mov.u32 %r0, %tid.x; mov.u32 %r1, rows; shl.b32 %r2, %r0, 4; add.s32 %r3, %r1, %r2;\n"
      "xor.b32 %r4, %r2, 16; add.s32 %r5, %r1, %r4;\n"
      "st.shared.v4.u32 [%r3], {%r0,%r0,%r0,%r0};\n";
  const std::string load = "ldmatrix.sync.aligned.m8n8.x4.shared.b16 {%r8,%r9,%r10,%r11}, [%r5];\n";
  const Launch launch = SmallKernel::one_warp();
  expect_refused(rows + load, launch, "behind the store by thread 1");
  expect_run(rows + warp_barrier + load, launch);
  expect_run(rows + warp_barrier + load + "st.shared.u32 [%r3], %r0;", launch);
}

const std::string add_to_first =
    addresses + "@%p0 st.shared.u32 [%r1], %r0;\n" + barrier + "atom.shared.add.u32 %r8, [%r1], %r0;\n";

TEST(PtxRaces, OfAddingLanesAreFoundIfOneLoadsTheSum) {
  const Launch launch = SmallKernel::one_warp();
  expect_refused(add_to_first + "@%p0 ld.shared.u32 %r6, [%r1];", launch, "several threads of warp 0");
  expect_run(add_to_first + warp_barrier + "@%p0 ld.shared.u32 %r6, [%r1];", launch);
}

TEST(PtxRaces, OfAddingWarpsAreFoundIfTheLastOneLoadsOrStoresTheSum) {
  const Launch launch = SmallKernel::blocks(1, 64);
  expect_refused(add_to_first + warp_barrier + "@%p1 ld.shared.u32 %r6, [%r1];", launch, "several warps");
  expect_refused(add_to_first + "setp.eq.u32 %p3, %r0, 63; @%p3 st.shared.u32 [%r1], %r0;", launch,
                 "several warps");
  expect_run(add_to_first + barrier + "@%p1 ld.shared.u32 %r6, [%r1];", launch);
}

TEST(PtxRaces, OfAThreadThatAddsToWhatAnotherHasStoredAreFoundBehindItsOwnAddition) {
  const std::string store_and_add =
      addresses + "@%p0 st.shared.u32 [%r1], %r0; @%p0 atom.shared.add.u32 %r8, [%r1], %r0;\n";
  expect_refused(store_and_add + "@%p1 atom.shared.add.u32 %r8, [%r1], %r0;", SmallKernel::blocks(1, 64),
                 "behind the store by thread 0");
  expect_run(store_and_add + barrier + "@%p1 atom.shared.add.u32 %r8, [%r1], %r0;", SmallKernel::blocks(1, 64));
}

const std::string arrive = "barrier.cluster.arrive.release.aligned;\n",
                  wait = "barrier.cluster.wait.acquire.aligned;\n",
                  other_block =
                      "mov.u32 %r9, %cluster_ctarank; xor.b32 %r10, %r9, 1;\n"
                      "mapa.shared::cluster.u32 %r11, %r3, %r10;\n",
                  load_other = "ld.shared::cluster.u32 %r6, [%r11];\n";

Launch two_blocks(std::uint32_t threads) {
  Launch launch = SmallKernel::blocks(2, threads);
  launch.cluster = {2, 1, 1};
  return launch;
}

TEST(PtxRaces, BetweenTheHalvesOfAClusterBarrierAreFound) {
  const std::string begin = addresses + other_block, end = arrive + wait;
  expect_run(begin + store_own + arrive + wait + load_other + end, two_blocks(32));
  expect_refused(begin + arrive + store_own + wait + load_other + end, two_blocks(32), "behind the store by");
  expect_run(begin + arrive + store_own + wait + end + load_other + end, two_blocks(32));
  expect_refused(begin + store_own + end + arrive + load_other + wait + store_own, two_blocks(32),
                 "behind the load by");
}

TEST(PtxRaces, BetweenTheHalvesOfAClusterBarrierAreFoundInABlock) {
  const std::string load_last = "xor.b32 %r2, %r2, 252; add.s32 %r5, %r1, %r2;\n" + load_next;
  expect_run(addresses + store_own + arrive + wait + load_last, two_blocks(64));
  expect_refused(addresses + arrive + store_own + wait + load_last, two_blocks(64), "behind the store by");
  expect_run(addresses + arrive + store_own + wait + barrier + load_last, two_blocks(64));
  expect_refused(addresses + warp_barrier + arrive + store_own + wait + load_next, two_blocks(32),
                 "behind the store by");
}

/// The loads of two warps are one group, which is as late as its latest.
TEST(PtxRaces, WithOneOfSeveralLoadsBehindAnArrivalAreFound) {
  const std::string store_all = addresses + "@%p0 st.shared.u32 [%r1], %r0;\n" + barrier;
  const std::string store_last = "setp.eq.u32 %p3, %r0, 63; @%p3 st.shared.u32 [%r1], %r0;\n";
  expect_run(store_all + load_first + arrive + wait + store_last, two_blocks(64));
  expect_refused(store_all + "@%p1 bra $early;\n" + arrive + load_first + "bra $wait;\n$early: " + load_first +
                     arrive + "$wait: " + wait + store_last,
                 two_blocks(64), "several warps");
}

TEST(PtxRaces, WithLoadsByAnotherClusterAreFoundBehindABarrierOfTheOwn) {
  Launch launch = two_blocks(32);
  const std::string load_and_store =
      "mov.u32 %r0, %ctaid.x; mov.u32 %r1, %tid.x;\n"
      "ld.global.u64 %rd0, [%in];\n" +
      arrive + wait +
      "or.b32 %r2, %r0, %r1; setp.eq.u32 %p0, %r2, 0;\n"
      "setp.eq.u32 %p1, %r0, 2; setp.eq.u32 %p2, %r1, 0; and.pred %p1, %p1, %p2;\n";
  expect_run(load_and_store + "@%p0 st.global.u64 [%in], %rd0;", launch);
  launch.grid[0] = 4;
  expect_refused(load_and_store + "@%p1 st.global.u64 [%in], %rd0;", launch, "several blocks");
}

}  // namespace
}  // namespace m2m::testing::ptx
