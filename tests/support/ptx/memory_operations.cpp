#include <cstring>
#include <stdexcept>
#include <vector>

#include "support/ptx/declaration.hpp"
#include "support/ptx/operations.hpp"
#include "support/ptx/scanner.hpp"
#include "support/ptx/warp.hpp"

namespace m2m::testing::ptx {
namespace {

/// A value of memory in a register: zeros, or copies of its sign, fill the rest.
std::uint64_t extended(const std::byte* from, std::uint32_t bytes, bool is_signed) {
  std::uint64_t word = 0;
  std::memcpy(&word, from, bytes);
  const std::uint32_t unused = 64 - 8 * bytes;
  if (!is_signed || unused == 0) return word;
  return static_cast<std::uint64_t>(static_cast<std::int64_t>(word << unused) >> unused);
}

std::uint64_t address_of(Warp& warp, const Instruction& instruction, std::uint32_t number, std::uint32_t lane) {
  const bool is_short = instruction.space == Space::shared || instruction.space == Space::cluster;
  const std::uint64_t base =
      is_short ? get<std::uint32_t>(warp[number], lane) : get<std::uint64_t>(warp[number], lane);
  return base + static_cast<std::uint64_t>(instruction.offset);
}

/// Values, then the address.
void load(Warp& warp, const Instruction& instruction) {
  const std::uint32_t bytes = instruction.bytes, count = instruction.count;
  const Use use = instruction.is_constant ? Use::load_constant : Use::load;
  warp.each_lane([&](std::uint32_t lane) {
    const std::uint64_t address = address_of(warp, instruction, instruction.registers[count], lane);
    const std::byte* from = warp.memory(instruction, address, bytes * count, use, lane);
    for (std::uint32_t i = 0; i < count; ++i)
      warp[instruction.registers[i]][lane] = extended(from + i * bytes, bytes, instruction.is_signed);
  });
}

/// The address, then values.
void store(Warp& warp, const Instruction& instruction) {
  const std::uint32_t bytes = instruction.bytes, count = instruction.count;
  warp.each_lane([&](std::uint32_t lane) {
    const std::uint64_t address = address_of(warp, instruction, instruction.registers[0], lane);
    std::byte* to = warp.memory(instruction, address, bytes * count, Use::store, lane);
    for (std::uint32_t i = 0; i < count; ++i)
      std::memcpy(to + i * bytes, &warp[instruction.registers[i + 1]][lane], bytes);
  });
}

/// The value before, the address, what is added to it.
void add(Warp& warp, const Instruction& instruction) {
  warp.each_lane([&](std::uint32_t lane) {
    const std::uint64_t address = address_of(warp, instruction, instruction.registers[1], lane);
    std::byte* at = warp.memory(instruction, address, 4, Use::add, lane);
    std::uint32_t value;
    std::memcpy(&value, at, 4);
    const std::uint32_t sum = value + get<std::uint32_t>(warp[instruction.registers[2]], lane);
    std::memcpy(at, &sum, 4);
    put<std::uint32_t>(warp[instruction.registers[0]], lane, value);
  });
}

/// The 16 bytes of a row of a matrix, by the address that lane 8 matrix + row gives.
std::byte* row_of(Warp& warp, const Instruction& instruction, std::uint32_t number, std::uint32_t lane, Use use) {
  return warp.memory(instruction, address_of(warp, instruction, number, lane), 16, use, lane);
}

/// ldmatrix .x4: four matrices of 8 rows of 8 values of 2 bytes. Lane 4 i + j gets values 2 j and 2 j + 1 of row i;
/// transposed, those of rows 2 j and 2 j + 1 in column i.
template <bool is_transposed>
void load_matrices(Warp& warp, const Instruction& instruction) {
  warp.expect_together();
  std::uint16_t values[4][8][8];
  for (std::uint32_t lane = 0; lane < lanes_of_a_warp; ++lane)
    std::memcpy(values[lane / 8][lane % 8], row_of(warp, instruction, instruction.registers[4], lane, Use::load),
                16);
  for (std::uint32_t matrix = 0; matrix < 4; ++matrix) {
    for (std::uint32_t lane = 0; lane < lanes_of_a_warp; ++lane) {
      const std::uint32_t i = lane / 4, j = lane % 4 * 2;
      const std::uint32_t first = is_transposed ? values[matrix][j][i] : values[matrix][i][j];
      const std::uint32_t second = is_transposed ? values[matrix][j + 1][i] : values[matrix][i][j + 1];
      put<std::uint32_t>(warp[instruction.registers[matrix]], lane, second << 16 | first);
    }
  }
  warp.meet();
}

/// The reverse of load_matrices: the address, then a register for each matrix.
void store_matrices(Warp& warp, const Instruction& instruction) {
  warp.meet();
  for (std::uint32_t lane = 0; lane < lanes_of_a_warp; ++lane) {
    std::byte* row = row_of(warp, instruction, instruction.registers[0], lane, Use::store);
    for (std::uint32_t j = 0; j < 4; ++j)
      std::memcpy(row + 4 * j, &warp[instruction.registers[1 + lane / 8]][lane % 8 * 4 + j], 4);
  }
}

/// Reads "ld.global.nc.v4.u32" behind its first word.
void read_modifiers(const std::vector<std::string>& words, Instruction& to) {
  for (std::size_t i = 1; i < words.size(); ++i) {
    const std::string& word = words[i];
    if (word == "global")
      to.space = Space::global;
    else if (word == "shared")
      to.space = Space::shared;
    else if (word == "shared::cluster")
      to.space = Space::cluster;
    else if (word == "local")
      to.space = Space::local;
    else if (word == "param")
      to.space = Space::parameter;
    else if (word == "nc")
      to.is_constant = true;
    else if (word == "v2")
      to.count = 2;
    else if (word == "v4")
      to.count = 4;
    else if (i + 1 == words.size())
      to.bytes = bytes_of_type(word), to.is_signed = word.front() == 's';
    else
      throw std::runtime_error("the interpreter does not know " + word + " of a load or store");
  }
}

}  // namespace

Operation choose_memory_operation(const std::string& opcode, Instruction& instruction) {
  const std::vector<std::string> words = split(opcode, ".");
  if (words[0] == "ld" || words[0] == "st") {
    read_modifiers(words, instruction);
    return {words[0] == "ld" ? load : store, instruction.count + std::size_t{1}};
  }
  static const Operations of_shared_memory{
      {"atom.shared.add.u32", {add, 3}},
      {"ldmatrix.sync.aligned.m8n8.x4.shared.b16", {load_matrices<false>, 5}},
      {"ldmatrix.sync.aligned.m8n8.x4.trans.shared.b16", {load_matrices<true>, 5}},
      {"stmatrix.sync.aligned.m8n8.x4.shared.b16", {store_matrices, 5}}};
  const auto found = of_shared_memory.find(opcode);
  if (found == of_shared_memory.end()) return {};
  instruction.space = Space::shared;
  return found->second;
}

}  // namespace m2m::testing::ptx
