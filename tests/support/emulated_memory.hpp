#pragma once
// The memory that emulated blocks see: device memory by checked pointers, and the shared memory of a block.
#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <vector>

namespace m2m::testing {

/// A pointer into `count` values of device memory, checked at each use.
template <typename T>
class CheckedPointer {
 public:
  CheckedPointer() = default;
  CheckedPointer(T* first, std::size_t count) : first_(first), count_(static_cast<std::ptrdiff_t>(count)) {}

  operator CheckedPointer<const T>() const requires(!std::is_const_v<T>) {  // NOLINT(google-explicit-constructor)
    return CheckedPointer<const T>(first_, static_cast<std::size_t>(count_)) + offset_;
  }

  T& at(std::uint32_t index) const {
    const std::ptrdiff_t place = offset_ + static_cast<std::ptrdiff_t>(index);
    if (place < 0 || place >= count_) throw std::logic_error("device memory: index " + std::to_string(place));
    return first_[place];
  }
  CheckedPointer operator+(std::ptrdiff_t offset) const {
    CheckedPointer moved = *this;
    moved.offset_ += offset;
    return moved;
  }

 private:
  T* first_ = nullptr;
  std::ptrdiff_t count_ = 0, offset_ = 0;
};

/// The shared memory of a block. Addresses begin at `base`, so that 0 is not one.
class SharedMemory {
 public:
  static constexpr std::uint32_t base = 1024;

  explicit SharedMemory(std::uint32_t bytes) : words_(bytes / 4) {}

  void next_interval() { ++interval_; }
  /// Behind a barrier of both blocks of a pair.
  void next_pair_interval() {
    ++interval_;
    ++pair_interval_;
  }
  std::uint32_t load(std::uint32_t address, int warp) {
    Word& word = at(address);
    if (word.stored_in < 0) fail(address, "is loaded before it is stored");
    if (word.stored_in == interval_ && word.stored_by != warp) fail(address, "is loaded before a barrier");
    note_load(word, warp);
    return word.value;
  }
  void store(std::uint32_t address, std::uint32_t value, int warp) {
    Word& word = at(address);
    if (word.stored_in == interval_ && word.stored_by != warp) fail(address, "is stored by two warps");
    if (word.loaded_in == interval_ && word.loaded_by != warp)
      fail(address, "is stored while another warp loads it");
    if (word.peer_loaded_in == pair_interval_) fail(address, "is stored while the other block loads it");
    word.value = value;
    word.stored_in = interval_;
    word.stored_in_pair = pair_interval_;
    word.stored_by = warp;
  }
  /// A load by the other block of a pair.
  std::uint32_t load_by_peer(std::uint32_t address) {
    Word& word = at(address);
    if (word.stored_in < 0) fail(address, "is loaded before it is stored");
    if (word.stored_in_pair == pair_interval_) fail(address, "is loaded before a barrier of both blocks");
    word.peer_loaded_in = pair_interval_;
    return word.value;
  }

 private:
  static constexpr int several = -1;
  struct Word {
    std::uint32_t value = 0;
    int stored_in = -1, stored_by = 0, loaded_in = -1, loaded_by = 0;  // interval between barriers; warp
    int stored_in_pair = -1, peer_loaded_in = -1;                      // interval between barriers of both blocks
  };

  Word& at(std::uint32_t address) {
    if (address % 4 != 0) fail(address, "is not aligned");
    if (address < base || address >= base + words_.size() * 4) fail(address, "is outside");
    return words_[(address - base) / 4];
  }
  void note_load(Word& word, int warp) const {
    word.loaded_by = word.loaded_in == interval_ && word.loaded_by != warp ? several : warp;
    word.loaded_in = interval_;
  }
  [[noreturn]] static void fail(std::uint32_t address, const char* what) {
    throw std::logic_error("shared memory: address " + std::to_string(address) + " " + what);
  }

  std::vector<Word> words_;
  int interval_ = 0, pair_interval_ = 0;
};

}  // namespace m2m::testing
