#include <gtest/gtest.h>

#include <vector>

#include "kernels/gather.hpp"

namespace m2m::kernels {
namespace {

template <typename T>
class OnDevice {
 public:
  explicit OnDevice(const std::vector<T>& values) : size_(values.size()) {
    EXPECT_EQ(cudaMalloc(&data_, size_ * sizeof(T)), cudaSuccess);
    EXPECT_EQ(cudaMemcpy(data_, values.data(), size_ * sizeof(T), cudaMemcpyHostToDevice), cudaSuccess);
  }
  ~OnDevice() { cudaFree(data_); }
  OnDevice(const OnDevice&) = delete;
  OnDevice& operator=(const OnDevice&) = delete;
  T* get() const { return data_; }
  std::vector<T> back() const {
    std::vector<T> values(size_);
    EXPECT_EQ(cudaMemcpy(values.data(), data_, size_ * sizeof(T), cudaMemcpyDeviceToHost), cudaSuccess);
    return values;
  }

 private:
  T* data_ = nullptr;
  std::size_t size_;
};

template <typename Real>
void expect_the_cpus_batch() {
  constexpr int channels = 3, height = 32, width = 32, rows = 7;
  std::vector<std::uint8_t> pixels(rows * channels * height * width);
  for (std::size_t i = 0; i < pixels.size(); ++i) pixels[i] = static_cast<std::uint8_t>(i * 37);
  std::vector<Pick> picks;
  for (int i = 0; i < 300; ++i) {
    picks.push_back({i % rows, static_cast<std::int8_t>(i % 9 - 4), static_cast<std::int8_t>(i / 9 % 9 - 4),
                     static_cast<std::uint8_t>(i % 2)});
  }
  std::vector<Real> expected(picks.size() * channels * height * width, Real{-1});
  const OnDevice<std::uint8_t> device_pixels(pixels);
  const OnDevice<Pick> device_picks(picks);
  const OnDevice<Real> out(expected);
  const auto count = static_cast<std::int64_t>(picks.size());
  gather_augment<Real>(pixels.data(), channels, height, width, picks.data(), count, 255, expected.data());
  gather_augment_cuda<Real>(device_pixels.get(), channels, height, width, device_picks.get(), count, 255, out.get(),
                            nullptr);
  EXPECT_TRUE(out.back() == expected);
}

bool has_device() {
  int devices = 0;
  return cudaGetDeviceCount(&devices) == cudaSuccess && devices > 0;
}

TEST(GatherOnTheDevice, EqualsTheCpus) {
  if (!has_device()) GTEST_SKIP() << "skipped: no device";
  expect_the_cpus_batch<float>();
  expect_the_cpus_batch<double>();
}

}  // namespace
}  // namespace m2m::kernels
