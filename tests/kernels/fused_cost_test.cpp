#include "kernels/fused_cost.hpp"

#include <gtest/gtest.h>

namespace m2m::kernels {
namespace {

constexpr int blocks_of_resnet32 = 5;

double milliseconds(const TranslationForm& form, int count, bool uses_f = true) {
  return 1e3 * translation_seconds(h200, form, count, 10, uses_f, blocks_of_resnet32);
}

TEST(FusedCost, IsThatOfTheMeasuredSketchForOneNetworkWithoutTheLastPass) {
  const auto of_sketch = [](int warps, int images) {
    return 1e3 * seconds_of_blocks(h200, warps, images, 20 * forward_products(blocks_of_resnet32));
  };
  EXPECT_NEAR(of_sketch(4, 76), 1.511, 0.02);
  EXPECT_NEAR(of_sketch(8, 76), 1.298, 0.02);
  EXPECT_NEAR(of_sketch(4, 152), 1.945, 0.02);
  EXPECT_NEAR(of_sketch(4, 396), 2.640, 0.03);
}

TEST(FusedCost, IsLeastInTheFormThatIsChosen) {
  for (const int count : {1, 40, 66, 67, 76, 128, 132}) {
    const TranslationForm chosen = fastest_form(count, true, h200.multiprocessors, true);
    for (const int warps : {4, 8}) {
      for (const bool is_pair : {false, true})
        EXPECT_LE(milliseconds(chosen, count), milliseconds({warps, is_pair}, count));
    }
    const TranslationForm alone = fastest_form(count, false, h200.multiprocessors, true);
    for (const int warps : {4, 8}) {
      EXPECT_LE(milliseconds(alone, count, false), milliseconds({warps, false}, count, false));
    }
  }
}

TEST(FusedCost, GrowsByWholeWavesOfBlocks) {
  EXPECT_EQ(milliseconds({8, false}, 1), milliseconds({8, false}, 132));
  EXPECT_NEAR(milliseconds({8, false}, 133), 2 * milliseconds({8, false}, 132), 1e-9);
}

}  // namespace
}  // namespace m2m::kernels
