#pragma once
// Numbers that many may read and nobody copies: in memory, or mapped from a file.
#include <algorithm>
#include <cstddef>
#include <memory>
#include <utility>
#include <vector>

namespace m2m::data {

/// A read-only array. Copies share it; the last one to go frees it, or unmaps its file.
template <typename T>
class SharedArray {
 public:
  SharedArray() = default;
  SharedArray(std::vector<T> values)  // NOLINT: a vector is one
      : size_(values.size()) {
    auto kept = std::make_shared<const std::vector<T>>(std::move(values));
    data_ = std::shared_ptr<const T>(kept, kept->data());
  }
  /// data: of `size` values; what it points to has to live as long as it does.
  SharedArray(std::shared_ptr<const T> data, std::size_t size) : data_(std::move(data)), size_(size) {}

  const T* data() const { return data_.get(); }
  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  const T* begin() const { return data(); }
  const T* end() const { return data() + size_; }
  const T& operator[](std::size_t at) const { return data()[at]; }
  /// Compares values.
  bool operator==(const SharedArray& other) const { return std::equal(begin(), end(), other.begin(), other.end()); }

 private:
  std::shared_ptr<const T> data_;
  std::size_t size_ = 0;
};

}  // namespace m2m::data
