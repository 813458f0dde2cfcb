#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <random>
#include <stdexcept>
#include <string>
#include <vector>

#include "support/ptx/small_kernel.hpp"

namespace m2m::testing::ptx {
namespace {

constexpr float nan = std::numeric_limits<float>::quiet_NaN();

std::uint64_t bits(float v) { return std::bit_cast<std::uint32_t>(v); }
std::uint64_t bits(double v) { return std::bit_cast<std::uint64_t>(v); }
std::uint64_t bits(std::int32_t v) { return static_cast<std::uint32_t>(v); }

/// An instruction of the operands a, b and c with the result d, each a register of its type; what it should give.
struct Case {
  std::string instruction;
  std::uint64_t a, b, c, expected;
};

/// The registers that an opcode's type goes with, by the letter and width at the end of its name.
std::string with_registers(const std::string& text) {
  std::string named = text;
  for (const char* name : {"a", "b", "c", "d"}) {
    const std::string mark = std::string("$") + name;
    for (std::size_t at = named.find(mark); at != std::string::npos; at = named.find(mark)) {
      const std::string type = named.substr(at + 2, named.find_first_of(",;)} ", at + 2) - at - 2);
      named.replace(at, 2 + type.size(), "%" + type + std::to_string(10 + name[0] - 'a'));
    }
  }
  return named;
}

std::uint64_t result_of(const Case& c) {
  std::string load, store;
  const std::string text = with_registers(c.instruction);
  // Every register of the numbers 10 to 12 gets the operand's low bits, whatever its type.
  for (int i = 0; i < 3; ++i) {
    const std::string number = std::to_string(10 + i), from = "[%in+" + std::to_string(8 * i) + "];\n";
    for (const auto& [opcode, name] : {std::pair{"ld.u16 %rs", "rs"},
                                       {"ld.u32 %r", "r"},
                                       {"ld.u64 %rd", "rd"},
                                       {"ld.f32 %f", "f"},
                                       {"ld.f64 %fd", "fd"}})
      load += opcode + number + ", " + from;
    load += "setp.ne.u32 %p" + number + ", %r" + number + ", 0;\n";
  }
  if (text.find("%p13") != std::string::npos) store = "selp.b32 %r13, 1, 0, %p13;\nst.u32 [%out], %r13;\n";
  for (const auto& [opcode, name] : {std::pair{"st.u16", "%rs13"},
                                     {"st.u32", "%r13"},
                                     {"st.u64", "%rd13"},
                                     {"st.f32", "%f13"},
                                     {"st.f64", "%fd13"}}) {
    if (store.empty() && text.find(name) != std::string::npos)
      store = std::string(opcode) + " [%out], " + name + ";\n";
  }
  SmallKernel kernel(load + text + "\n" + store);
  return kernel.run<std::uint64_t>(std::vector<std::uint64_t>{c.a, c.b, c.c}, 1, SmallKernel::blocks(1, 1))[0];
}

void expect_results(const std::vector<Case>& cases) {
  for (const Case& c : cases)
    EXPECT_EQ(result_of(c), c.expected) << c.instruction << " of " << c.a << ", " << c.b << ", " << c.c;
}

TEST(PtxInstructions, ComputeWithWholeNumbers) {
  expect_results({
      {"add.s32 $dr, $ar, $br;", 0x7fffffff, 1, 0, 0x80000000},
      {"sub.s64 $drd, $ard, $brd;", 0, 1, 0, ~std::uint64_t{0}},
      {"mul.lo.s32 $dr, $ar, $br;", 0x10001, 0x10001, 0, 0x20001},
      {"mul.hi.u32 $dr, $ar, $br;", 0xffffffff, 0xffffffff, 0, 0xfffffffe},
      {"mul.hi.s32 $dr, $ar, $br;", bits(-2), 3, 0, bits(-1)},
      {"mul.wide.u32 $drd, $ar, $br;", 0xffffffff, 2, 0, 0x1fffffffe},
      {"mul.wide.s32 $drd, $ar, $br;", bits(-2), 3, 0, static_cast<std::uint64_t>(-6)},
      {"mul.wide.u16 $dr, $ars, $brs;", 0xffff, 0xffff, 0, 0xfffe0001},
      {"mad.lo.s32 $dr, $ar, $br, $cr;", 3, 5, 7, 22},
      {"div.s32 $dr, $ar, $br;", bits(-7), 2, 0, bits(-3)},
      {"rem.s32 $dr, $ar, $br;", bits(-7), 2, 0, bits(-1)},
      {"div.s32 $dr, $ar, $br;", 0x80000000, bits(-1), 0, 0x80000000},
      {"rem.s32 $dr, $ar, $br;", 0x80000000, bits(-1), 0, 0},
      {"shr.s32 $dr, $ar, $br;", bits(-8), 1, 0, bits(-4)},
      {"shr.s32 $dr, $ar, $br;", bits(-8), 40, 0, bits(-1)},
      {"shr.u32 $dr, $ar, $br;", 0x80000000, 31, 0, 1},
      {"shl.b32 $dr, $ar, $br;", 1, 32, 0, 0},
      {"max.s32 $dr, $ar, $br;", bits(-1), 1, 0, 1},
      {"max.u32 $dr, $ar, $br;", bits(-1), 1, 0, 0xffffffff},
      {"neg.s32 $dr, $ar;", 5, 0, 0, bits(-5)},
  });
}

TEST(PtxInstructions, MoveAndChooseBits) {
  expect_results({
      {"prmt.b32 $dr, $ar, $br, 0x7610;", 0x33221100, 0x77665544, 0, 0x77661100},
      {"prmt.b32 $dr, $ar, 0, 0xbb99;", 0x80008000, 0, 0, 0xffffffff},
      {"prmt.b32 $dr, $ar, 0, 0xbb99;", 0x00008000, 0, 0, 0x0000ffff},
      {"bfi.b32 $dr, $ar, $br, 8, 4;", 0xff, 0, 0, 0xf00},
      {"bfe.u32 $dr, $ar, 4, 8;", 0x12345, 0, 0, 0x34},
      {"bfe.s32 $dr, $ar, 4, 4;", 0xf0, 0, 0, bits(-1)},
      {"selp.b32 $dr, $ar, $br, $cp;", 5, 6, 1, 5},
      {"selp.b32 $dr, $ar, $br, $cp;", 5, 6, 0, 6},
      {"mov.b64 $drd, {$ar, $br};", 1, 2, 0, 0x200000001},
      {"mov.b64 {%r5, $dr}, $ard;", 0x700000003, 0, 0, 7},
      {"set.neu.u32.bf16x2 $dr, $ar, $br;", 0x80003f80, 0, 0, 0x0000ffff},  // -0 equals 0
      {"set.neu.u32.bf16x2 $dr, $ar, $br;", 0x7fc00001, 0, 0, 0xffffffff},
      {"xor.b32 $dr, $ar, $br;", 6, 5, 0, 3},
      {"not.b32 $dr, $ar;", 0, 0, 0, 0xffffffff},
  });
}

TEST(PtxInstructions, ComputeWithRealNumbers) {
  const float third = 1.0F / 3;
  expect_results({
      {"fma.rn.f32 $df, $af, $bf, $cf;", bits(third), bits(3.0F), bits(-1.0F), bits(std::fma(third, 3.0F, -1.0F))},
      {"fma.rm.f32 $df, $af, $bf, $cf;", bits(1.0F), bits(1.0F), bits(-1e-9F), bits(std::nextafter(1.0F, 0.0F))},
      {"div.rn.f32 $df, $af, $bf;", bits(1.0F), bits(3.0F), 0, bits(third)},
      {"sqrt.rn.f32 $df, $af;", bits(2.0F), 0, 0, bits(std::sqrt(2.0F))},
      {"max.f32 $df, $af, $bf;", bits(nan), bits(1.0F), 0, bits(1.0F)},
      {"max.f32 $df, $af, $bf;", bits(0.0F), bits(-0.0F), 0, bits(0.0F)},
      {"max.f32 $df, $af, $bf;", bits(-0.0F), bits(0.0F), 0, bits(0.0F)},
      {"max.NaN.f32 $df, $af, $bf;", bits(-0.0F), bits(0.0F), 0, bits(0.0F)},
      {"min.f64 $dfd, $afd, $bfd;", bits(0.0), bits(-0.0), 0, bits(-0.0)},
      {"min.f64 $dfd, $afd, $bfd;", bits(-0.0), bits(0.0), 0, bits(-0.0)},
      {"min.NaN.f32 $df, $af, $bf;", bits(2.0F), bits(1.0F), 0, bits(1.0F)},
      {"max.NaN.f32 $df, $af, $bf;", bits(nan), bits(1.0F), 0, bits(nan)},
      {"ex2.approx.ftz.f32 $df, $af;", bits(3.0F), 0, 0, bits(8.0F)},
      {"ex2.approx.ftz.f32 $df, $af;", bits(-140.0F), 0, 0, bits(0.0F)},
      {"add.f64 $dfd, $afd, $bfd;", bits(0.1), bits(0.2), 0, bits(0.1 + 0.2)},
      {"setp.lt.f32 $dp, $af, $bf;", bits(nan), bits(1.0F), 0, 0},
      {"setp.geu.f32 $dp, $af, $bf;", bits(nan), bits(1.0F), 0, 1},
      {"setp.neu.f32 $dp, $af, $bf;", bits(nan), bits(nan), 0, 1},
      {"setp.ne.f32 $dp, $af, $bf;", bits(nan), bits(nan), 0, 0},
  });
}

TEST(PtxInstructions, Convert) {
  expect_results({
      {"cvt.rzi.s32.f32 $dr, $af;", bits(-2.7F), 0, 0, bits(-2)},
      {"cvt.rzi.s32.f32 $dr, $af;", bits(1e20F), 0, 0, 0x7fffffff},
      {"cvt.rzi.s32.f32 $dr, $af;", bits(nan), 0, 0, 0},
      {"cvt.rzi.u32.f32 $dr, $af;", bits(-1.0F), 0, 0, 0},
      {"cvt.rzi.s64.f32 $drd, $af;", bits(nan), 0, 0, std::uint64_t{1} << 63},
      {"cvt.rzi.s32.f64 $dr, $afd;", bits(double{nan}), 0, 0, 0x80000000},
      {"cvt.rzi.u32.f64 $dr, $afd;", bits(double{nan}), 0, 0, 0x80000000},
      {"cvt.rn.f32.s32 $df, $ar;", bits(-16777217), 0, 0, bits(-16777216.0F)},
      {"cvt.s64.s32 $drd, $ar;", bits(-1), 0, 0, ~std::uint64_t{0}},
      {"cvt.u64.u32 $drd, $ar;", bits(-1), 0, 0, 0xffffffff},
      {"cvt.s32.s8 $dr, $ar;", 0x80, 0, 0, bits(-128)},
      {"cvt.sat.f32.f32 $df, $af;", bits(1.5F), 0, 0, bits(1.0F)},
      {"cvt.rn.f32.f64 $df, $afd;", bits(0.1), 0, 0, bits(0.1F)},
      {"cvt.rn.bf16x2.f32 $dr, $af, $bf;", bits(1.0F), bits(-2.0F), 0, 0x3f80c000},
      {"cvt.rn.bf16x2.f32 $dr, $af, $bf;", 0x3f808000, 0x3f818000, 0, 0x3f803f82},  // ties to even
      {"cvt.rn.relu.bf16x2.f32 $dr, $af, $bf;", bits(-1.0F), bits(1.0F), 0, 0x00003f80},
  });
}

TEST(PtxInstructions, OfAnUnknownKindAreRefused) {
  EXPECT_THROW(SmallKernel("sin.approx.f32 %f1, %f2;"), std::runtime_error);
  EXPECT_THROW(SmallKernel("ld.global.v8.f32 %f1, [%in];"), std::runtime_error);
  EXPECT_THROW(SmallKernel("ld.global.b128 %rd1, [%in];"), std::runtime_error);
}

TEST(PtxInstructions, OfOtherOperandsAreRefused) {
  for (const char* instruction :
       {"setp.lt.u32 %p1|%p2, %r1, %r2;", "mov.b64 %rd1, {%rs1, %rs2, %rs3, %rs4};",
        "mov.b64 {%rs1, %rs2, %rs3, %rs4}, %rd1;", "shfl.sync.idx.b32 %r1, %r2, 0, 31, -1;",
        "ld.global.v2.u32 %r1, [%in];", "st.global.u32 [%out], {%r1, %r2};"})
    expect_refused(instruction, SmallKernel::one_warp(), "other operands");
}

/// Bf16 with a mantissa of some bits, so that sums are exact.
std::vector<std::uint16_t> small_numbers(std::size_t count, unsigned seed) {
  std::mt19937 engine(seed);
  std::uniform_int_distribution<int> number(-8, 8);
  std::vector<std::uint16_t> values(count);
  for (std::uint16_t& value : values)
    value = static_cast<std::uint16_t>(std::bit_cast<std::uint32_t>(static_cast<float>(number(engine))) >> 16);
  return values;
}

float real(std::uint16_t bf16) { return std::bit_cast<float>(std::uint32_t{bf16} << 16); }

/// Loads a (16x16, by rows) and b (16x8, by rows) by ldmatrix, a with four plain matrices and b transposed, and
/// multiplies: the way of a program that knows only the layouts of the manual.
TEST(PtxInstructions, MultiplyMatricesInTheLayoutsThatLdmatrixLoads) {
  const std::vector<std::uint16_t> a = small_numbers(256, 1), b = small_numbers(256, 2);  // b: 16 columns, 8 used
  std::vector<std::uint16_t> both = a;
  both.insert(both.end(), b.begin(), b.end());
  // Row i of a matrix of 16 columns lies at 32 i. Matrices of a: rows 0-7 and 8-15 of columns 0-7, then of 8-15.
  const std::string body =
      "mov.u32 %r0, %tid.x; and.b32 %r1, %r0, 15; shr.u32 %r2, %r0, 4;\n"  // row, half of the columns
      "mul.wide.u32 %rd0, %r1, 32; mul.wide.u32 %rd1, %r2, 16; add.s64 %rd2, %rd0, %rd1; add.s64 %rd3, %in, %rd2;\n"
      "ld.global.v4.u32 {%r4,%r5,%r6,%r7}, [%rd3]; ld.global.v4.u32 {%r8,%r9,%r10,%r11}, [%rd3+512];\n"
      "mov.u32 %r12, big; cvt.u32.u64 %r13, %rd2; add.s32 %r14, %r12, %r13;\n"
      "st.shared.v4.u32 [%r14], {%r4,%r5,%r6,%r7}; st.shared.v4.u32 [%r14+512], {%r8,%r9,%r10,%r11};\n"
      "bar.sync 0;\n"
      "ldmatrix.sync.aligned.m8n8.x4.shared.b16 {%r4,%r5,%r6,%r7}, [%r14];\n"
      "ldmatrix.sync.aligned.m8n8.x4.trans.shared.b16 {%r8,%r9,%r10,%r11}, [%r14+512];\n"
      "mov.f32 %f0, 0f00000000; mov.f32 %f1, %f0; mov.f32 %f2, %f0; mov.f32 %f3, %f0;\n"
      "mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32 {%f0,%f1,%f2,%f3}, {%r4,%r5,%r6,%r7}, {%r8,%r9}, "
      "{%f0,%f1,%f2,%f3};\n"
      "mul.wide.u32 %rd4, %r0, 16; add.s64 %rd5, %out, %rd4; st.global.v4.f32 [%rd5], {%f0,%f1,%f2,%f3};\n";
  SmallKernel kernel(".shared .align 16 .b8 big[1024];\n" + body);
  const std::vector<float> got = kernel.run<float>(both, 128);
  for (std::size_t row = 0; row < 16; ++row) {
    for (std::size_t column = 0; column < 8; ++column) {
      float expected = 0;
      for (std::size_t k = 0; k < 16; ++k) expected += real(a[row * 16 + k]) * real(b[k * 16 + column]);
      const std::size_t lane = row % 8 * 4 + column / 2, number = row / 8 * 2 + column % 2;
      EXPECT_EQ(got[4 * lane + number], expected) << row << ", " << column;
    }
  }
}

TEST(PtxInstructions, StoreMatricesWhereLdmatrixLoadsThem) {
  const std::string body =
      "mov.u32 %r0, %tid.x; shl.b32 %r1, %r0, 4; mov.u32 %r2, big; add.s32 %r3, %r2, %r1;\n"
      "add.s32 %r4, %r0, 100; add.s32 %r5, %r0, 200; add.s32 %r6, %r0, 300; add.s32 %r7, %r0, 400;\n"
      "stmatrix.sync.aligned.m8n8.x4.shared.b16 [%r3], {%r4,%r5,%r6,%r7};\n"
      "ldmatrix.sync.aligned.m8n8.x4.shared.b16 {%r8,%r9,%r10,%r11}, [%r3];\n"
      "mul.wide.u32 %rd0, %r0, 16; add.s64 %rd1, %out, %rd0; st.global.v4.u32 [%rd1], {%r8,%r9,%r10,%r11};\n";
  SmallKernel kernel(".shared .align 16 .b8 big[512];\n" + body);
  const auto got = kernel.run<std::uint32_t>(std::vector<int>{0}, 128);
  for (std::uint32_t lane = 0; lane < 32; ++lane) {
    for (std::uint32_t matrix = 0; matrix < 4; ++matrix)
      EXPECT_EQ(got[4 * lane + matrix], lane + 100 * (matrix + 1));
  }
}

TEST(PtxInstructions, ShuffleValuesBetweenLanes) {
  const std::string store = own_addresses + "cvt.u64.u32 %rd3, %r5; st.global.u64 [%rd1], %rd3;\n";
  SmallKernel by_xor("mov.u32 %r4, %tid.x; shfl.sync.bfly.b32 %r5|%p1, %r4, 4, 31, -1;\n" + store);
  SmallKernel by_index("mov.u32 %r4, %tid.x; shr.u32 %r6, %r4, 2; shfl.sync.idx.b32 %r5|%p1, %r4, %r6, 31, -1;\n" +
                       store);
  const auto exchanged = by_xor.run<std::uint64_t>(std::vector<int>{0}, 32);
  const auto indexed = by_index.run<std::uint64_t>(std::vector<int>{0}, 32);
  for (std::size_t lane = 0; lane < 32; ++lane) {
    EXPECT_EQ(exchanged[lane], lane ^ 4U);
    EXPECT_EQ(indexed[lane], lane / 4);
  }
}

}  // namespace
}  // namespace m2m::testing::ptx
