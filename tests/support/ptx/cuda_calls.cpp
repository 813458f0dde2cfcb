// A CUDA runtime for tests on a machine without a GPU, to be loaded before the real one: its device is the
// interpreter. It runs the PTX that the program carries; a refused access fails the launch, with the reason as the
// error's text. Streams: cuda_streams.cpp.
#include <cuda_runtime_api.h>

#include <cstring>

#include "support/ptx/runtime.hpp"

using m2m::testing::ptx::runtime;

// What nvcc's own code calls, by its names.
// NOLINTBEGIN(bugprone-reserved-identifier, readability-identifier-naming)
extern "C" {

void** __cudaRegisterFatBinary(void* fatbin) { return new void*(fatbin); }
void __cudaRegisterFatBinaryEnd(void**) {}
void __cudaUnregisterFatBinary(void** handle) { delete handle; }

void __cudaRegisterFunction(void** handle, const char* function, char*, const char* name, int, uint3*, uint3*,
                            dim3*, dim3*, int*) {
  runtime().add(function, *handle, name);
}

unsigned __cudaPushCallConfiguration(dim3 grid, dim3 block, std::size_t shared_bytes, void* stream) {
  runtime().pushed = {grid, block, shared_bytes, stream};
  return 0;
}
cudaError_t __cudaPopCallConfiguration(dim3* grid, dim3* block, std::size_t* shared_bytes, void* stream) {
  const auto& pushed = runtime().pushed;
  *grid = pushed.grid;
  *block = pushed.block;
  *shared_bytes = pushed.shared_bytes;
  *static_cast<void**>(stream) = pushed.stream;
  return cudaSuccess;
}

cudaError_t __cudaGetKernel(cudaKernel_t* kernel, const void* function) {
  *kernel = static_cast<cudaKernel_t>(const_cast<void*>(function));
  return cudaSuccess;
}
cudaError_t __cudaLaunchKernel(cudaKernel_t kernel, dim3 grid, dim3 block, void** arguments,
                               std::size_t shared_bytes, cudaStream_t stream) {
  cudaLaunchConfig_t config{};
  config.gridDim = grid;
  config.blockDim = block;
  config.dynamicSmemBytes = shared_bytes;
  config.stream = stream;
  return runtime().guarded([&] { runtime().queue(kernel, config, arguments); });
}

}  // extern "C"
// NOLINTEND(bugprone-reserved-identifier, readability-identifier-naming)

cudaError_t cudaLaunchKernelExC(const cudaLaunchConfig_t* config, const void* function, void** arguments) {
  return runtime().guarded([&] { runtime().queue(function, *config, arguments); });
}

cudaError_t cudaFuncSetAttribute(const void* function, cudaFuncAttribute attribute, int value) {
  return runtime().guarded([&] {
    if (attribute == cudaFuncAttributeMaxDynamicSharedMemorySize)
      runtime().allow(function, static_cast<std::uint32_t>(value));
  });
}

cudaError_t cudaFuncGetAttributes(cudaFuncAttributes* attributes, const void* function) {
  return runtime().guarded([&] {
    *attributes = {};
    attributes->ptxVersion = static_cast<int>(runtime().module_of(function).target);
    attributes->binaryVersion = static_cast<int>(runtime().capability());
  });
}

cudaError_t cudaGetDeviceCount(int* count) {
  *count = 1;
  return cudaSuccess;
}
cudaError_t cudaGetDevice(int* device) {
  *device = 0;
  return cudaSuccess;
}
cudaError_t cudaDeviceGetAttribute(int* value, cudaDeviceAttr attribute, int) {
  const auto capability = static_cast<int>(runtime().capability());
  *value = attribute == cudaDevAttrComputeCapabilityMajor   ? capability / 10
           : attribute == cudaDevAttrComputeCapabilityMinor ? capability % 10
                                                            : 2;
  return cudaSuccess;
}
cudaError_t cudaGetLastError() { return runtime().take_error(); }
const char* cudaGetErrorString(cudaError_t error) { return runtime().text_of(error); }

cudaError_t cudaMalloc(void** memory, std::size_t bytes) {
  return runtime().guarded([&] { *memory = runtime().allocate(bytes); });
}
cudaError_t cudaFree(void* memory) {
  return runtime().guarded([&] {
    if (memory != nullptr) runtime().free(memory);
  });
}
cudaError_t cudaMemcpy(void* to, const void* from, std::size_t bytes, cudaMemcpyKind) {
  return runtime().guarded([&] {
    runtime().store(to, bytes);
    std::memcpy(to, from, bytes);
  });
}
cudaError_t cudaMemset(void* to, int value, std::size_t bytes) {
  return runtime().guarded([&] {
    runtime().store(to, bytes);
    std::memset(to, value, bytes);
  });
}
