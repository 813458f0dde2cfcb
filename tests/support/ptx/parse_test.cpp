#include "support/ptx/parse.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <stdexcept>
#include <string>
#include <vector>

#include "support/ptx/declaration.hpp"
#include "support/ptx/small_kernel.hpp"

namespace m2m::testing::ptx {
namespace {

/// What a text is refused with, "" if it is not.
std::string refusal_of_kernel(const std::string& text) {
  try {
    parse_kernel(text);
  } catch (const std::runtime_error& refused) {
    return refused.what();
  }
  return "";
}

void expect_refused_kernel(const std::string& text, const std::string& part) {
  const std::string refusal = refusal_of_kernel(text);
  EXPECT_NE(refusal.find(part), std::string::npos) << text << ": " << refusal;
}

TEST(PtxText, HasConstantsOfSeveralBases) {
  EXPECT_EQ(parse_constant("0b101"), 5U);
  EXPECT_EQ(parse_constant("0x1F"), 31U);
  EXPECT_EQ(parse_constant("017"), 15U);
  EXPECT_EQ(parse_constant("0"), 0U);
  EXPECT_EQ(parse_constant("10U"), 10U);
  EXPECT_EQ(parse_constant("-2"), ~std::uint64_t{1});
  EXPECT_EQ(parse_constant("18446744073709551615"), std::numeric_limits<std::uint64_t>::max());
  EXPECT_EQ(parse_constant("0F3f800000"), 0x3f800000U);
  EXPECT_EQ(parse_constant("0d3ff0000000000000"), 0x3ff0000000000000U);
}

TEST(PtxText, WithAConstantThatIsNotUnderstoodIsRefused) {
  for (const char* constant : {"0.5", "1e3", "0f3f80", "0b12", "09", "x", "", "-", "18446744073709551616"})
    EXPECT_THROW(parse_constant(constant), std::runtime_error) << constant;
  expect_refused("mov.f32 %f1, 0.5;", SmallKernel::one_warp(), "0.5");
  expect_refused("ld.global.u32 %r1, [%in+4*2];", SmallKernel::one_warp(), "4*2");
}

TEST(PtxText, HasRegistersOfAScopeBesideThoseOfTheSameNameAroundIt) {
  SmallKernel kernel("mov.u32 %r4, 1;\n{ .reg .b32 %r<5>; mov.u32 %r4, 2; }\nst.global.u32 [%out], %r4;");
  EXPECT_EQ(kernel.run<std::uint32_t>(std::vector<int>{0}, 1, SmallKernel::blocks(1, 1))[0], 1U);
}

TEST(PtxText, WithANameThatIsThereTwiceIsRefused) {
  expect_refused("{ $again: mov.u32 %r0, 1; }\n{ $again: mov.u32 %r0, 2; }", SmallKernel::one_warp(), "$again");
  expect_refused("{ .shared .b32 x; }\n{ .shared .b32 x; }", SmallKernel::one_warp(), "x");
}

TEST(PtxText, WithABranchToNowhereIsRefused) {
  expect_refused("bra $nowhere;", SmallKernel::one_warp(), "$nowhere");
}

TEST(PtxText, SaysWhereAParameterPointsTo) {
  const Kernel kernel = parse_kernel(
      ".visible .entry k(.param .u64 .ptr .global .align 4 a, .param .u8 b, .param .u64 .ptr .align 1 c,\n"
      ".param .align 4 .b8 d[6])\n{ ret; }");
  ASSERT_EQ(kernel.parameters.size(), 4U);
  EXPECT_EQ(kernel.parameters[0].bytes, 8U);
  EXPECT_EQ(kernel.parameters[1].offset, 8U);
  EXPECT_EQ(kernel.parameters[2].offset, 16U);
  EXPECT_EQ(kernel.parameters[2].bytes, 8U);
  EXPECT_EQ(kernel.parameters[3].offset, 24U);
  EXPECT_EQ(kernel.parameter_bytes, 30U);
}

TEST(PtxText, HasVariablesThatAreAlignedAsTheirElements) {
  const Kernel kernel = parse_kernel(".visible .entry k()\n{ .shared .b8 a[3]; .shared .f64 b[2]; ret; }");
  EXPECT_EQ(kernel.shared_bytes, 24U);
}

TEST(PtxText, WithDeclarationsThatAreNotUnderstoodIsRefused) {
  const std::string begin = ".visible .entry k()\n{ ", end = " ret; }";
  expect_refused_kernel(begin + ".shared .v4 .f32 x[2];" + end, "v4");
  expect_refused_kernel(begin + ".shared .b32 x, y;" + end, "y");
  expect_refused_kernel(begin + ".shared .b32 x[2][3];" + end, "2][3");
  expect_refused_kernel(begin + ".reg .v2 .f32 x;" + end, ".f32");
  expect_refused_kernel(".visible .entry k() .reqntid 32\n{ ret; }", ".reqntid");
  EXPECT_EQ(refusal_of_kernel(".visible .entry k() .maxntid 32, 1, 1 .minnctapersm 2\n{ ret; }"), "");
}

TEST(PtxText, HasSeveralVariablesInALine) {
  const Kernel kernel = parse_kernel(".visible .entry k()\n{ .local .b32 a; .local .b32 b; ret; }");
  EXPECT_EQ(kernel.local_bytes, 8U);
}

TEST(PtxText, HasKernelsBesideFunctions) {
  const Module module = parse_module(
      ".version 9.0\n.target sm_90a\n.address_size 64\n.extern .func outside\n(.param .b32 a);\n"
      ".func (.reg .b32 r) inside(.reg .b32 a)\n{ mov.b32 r, a; ret; }\n"
      ".weak .entry first()\n{ ret; }\n.visible .func other()\n{ ret; }\n"
      ".entry second()\n{ ret; }\n");
  EXPECT_EQ(module.texts.size(), 2U);
  EXPECT_EQ(module.target, 90U);
  EXPECT_EQ(module.kernel("first").name, "first");
  EXPECT_EQ(module.kernel("second").name, "second");
  EXPECT_THROW(module.kernel("third"), std::runtime_error);
}

TEST(PtxText, WithACallOrABraceTooManyIsRefused) {
  expect_refused_kernel(".visible .entry k()\n{ call inside; ret; }", "inside");
  EXPECT_THROW(parse_module(".visible .entry k()\n{ ret; } }"), std::runtime_error);
}

}  // namespace
}  // namespace m2m::testing::ptx
