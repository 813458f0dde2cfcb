#include "kernels/kernel_set.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace m2m::kernels {
namespace {

/// All sets, also those that this processor cannot run: nothing here calls a kernel.
const std::vector<InstructionSet> all_sets = {InstructionSet::plain, InstructionSet::avx2, InstructionSet::avx512,
                                              InstructionSet::avx512_bf16, InstructionSet::amx};

template <typename T>
void expect_entries(const TypedKernels<T>& kernels) {
  EXPECT_NE(kernels.conv3x3, nullptr);
  ASSERT_NE(kernels.batch_norm, nullptr);
  EXPECT_NE(kernels.batch_norm->channel_sums, nullptr);
  EXPECT_NE(kernels.batch_norm->normalise, nullptr);
  EXPECT_NE(kernels.batch_norm->gradient_sums, nullptr);
  EXPECT_NE(kernels.batch_norm->input_gradient, nullptr);
  ASSERT_NE(kernels.peak, nullptr);
  EXPECT_NE(kernels.peak->run, nullptr);
  EXPECT_GT(kernels.peak->multiply_adds, 0);
}

TEST(KernelSet, HasEveryEntryForEveryInstructionSet) {
  for (const InstructionSet set : all_sets) {
    SCOPED_TRACE(to_text(set));
    const KernelSet kernels = kernel_set(set);
    expect_entries(kernels.float32);
    expect_entries(kernels.bf16);
    EXPECT_NE(kernels.winograd, nullptr);
    EXPECT_NE(kernels.tile_conv, nullptr);
  }
}

/// Expects that `own`, or what the set before has if that is null, is the set's entry.
template <typename Entry>
void expect_overlaid(Entry entry, Entry own, Entry before) {
  EXPECT_EQ(entry, own != nullptr ? own : before);
}

template <typename T>
void expect_overlaid(const TypedKernels<T>& kernels, const TypedKernels<T>& own, const TypedKernels<T>& before) {
  expect_overlaid(kernels.conv3x3, own.conv3x3, before.conv3x3);
  expect_overlaid(kernels.batch_norm, own.batch_norm, before.batch_norm);
  expect_overlaid(kernels.peak, own.peak, before.peak);
}

TEST(KernelSet, KeepsTheEntriesOfEarlierSetsWhereALaterOneHasNone) {
  const std::vector<const KernelSet*> own = {&kernels_plain, &kernels_avx2, &kernels_avx512, &kernels_avx512_bf16,
                                             &kernels_amx};
  for (std::size_t i = 1; i < all_sets.size(); ++i) {
    SCOPED_TRACE(to_text(all_sets[i]));
    const KernelSet kernels = kernel_set(all_sets[i]), before = kernel_set(all_sets[i - 1]);
    expect_overlaid(kernels.float32, own[i]->float32, before.float32);
    expect_overlaid(kernels.bf16, own[i]->bf16, before.bf16);
    expect_overlaid(kernels.winograd, own[i]->winograd, before.winograd);
    expect_overlaid(kernels.tile_conv, own[i]->tile_conv, before.tile_conv);
  }
}

TEST(KernelSet, ChangesWhereALaterSetDoesBetter) {
  const KernelSet plain = kernel_set(InstructionSet::plain), avx2 = kernel_set(InstructionSet::avx2),
                  avx512 = kernel_set(InstructionSet::avx512), bf16 = kernel_set(InstructionSet::avx512_bf16),
                  amx = kernel_set(InstructionSet::amx);
  EXPECT_NE(avx2.bf16.conv3x3, plain.bf16.conv3x3);
  EXPECT_NE(avx512.float32.conv3x3, avx2.float32.conv3x3);
  EXPECT_EQ(avx512.bf16.conv3x3, avx2.bf16.conv3x3);
  EXPECT_NE(bf16.bf16.batch_norm, avx512.bf16.batch_norm);
  EXPECT_EQ(bf16.winograd, avx512.winograd);
  EXPECT_EQ(bf16.tile_conv, plain.tile_conv);
  EXPECT_NE(amx.tile_conv, bf16.tile_conv);
}

}  // namespace
}  // namespace m2m::kernels
