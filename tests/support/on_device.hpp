#pragma once
// Vectors on the device, for tests.
#include <cuda_runtime_api.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <vector>

namespace m2m::testing {

template <typename T>
class OnDevice {
 public:
  explicit OnDevice(const std::vector<T>& values) : OnDevice(values.data(), values.size()) {}
  OnDevice(const T* values, std::size_t size) : size_(size) {
    void* memory = nullptr;
    EXPECT_EQ(cudaMalloc(&memory, size * sizeof(T)), cudaSuccess);
    data_ = static_cast<T*>(memory);
    EXPECT_EQ(cudaMemcpy(data_, values, size * sizeof(T), cudaMemcpyHostToDevice), cudaSuccess);
  }
  ~OnDevice() { cudaFree(data_); }
  OnDevice(const OnDevice&) = delete;
  OnDevice& operator=(const OnDevice&) = delete;
  T* get() const { return data_; }
  std::vector<T> back() const {
    std::vector<T> values(size_);
    copy_to(values.data());
    return values;
  }
  void copy_to(T* values) const {
    EXPECT_EQ(cudaMemcpy(values, data_, size_ * sizeof(T), cudaMemcpyDeviceToHost), cudaSuccess);
  }

 private:
  T* data_ = nullptr;
  std::size_t size_;
};

/// Records what `queue` queues in the stream that it gets, and runs the recording once, as training steps do. Work
/// in the default stream makes it fail; in the interpreter also an allocation. Relaxed, because the first launch of
/// a kernel may load its code.
template <typename Queue>
void run_recorded(Queue queue) {
  const auto expect = [](cudaError_t status) { EXPECT_EQ(status, cudaSuccess) << cudaGetErrorString(status); };
  cudaStream_t stream = nullptr;
  cudaGraph_t graph = nullptr;
  cudaGraphExec_t executable = nullptr;
  expect(cudaStreamCreateWithFlags(&stream, cudaStreamDefault));
  expect(cudaStreamBeginCapture(stream, cudaStreamCaptureModeRelaxed));
  queue(static_cast<void*>(stream));
  expect(cudaStreamEndCapture(stream, &graph));
  ASSERT_NE(graph, nullptr);
  expect(cudaGraphInstantiate(&executable, graph, 0));
  expect(cudaGraphLaunch(executable, stream));
  expect(cudaStreamSynchronize(stream));
  expect(cudaGraphExecDestroy(executable));
  expect(cudaGraphDestroy(graph));
  expect(cudaStreamDestroy(stream));
}

/// True if the device is the interpreter of support/ptx/ that rounds products: to the bit it computes what emulated
/// blocks do.
inline bool has_the_bits_of_emulated_blocks() { return std::getenv("M2M_PTX_ROUND_PRODUCTS") != nullptr; }

inline bool has_device() {
  int devices = 0;
  return cudaGetDeviceCount(&devices) == cudaSuccess && devices > 0;
}

}  // namespace m2m::testing
