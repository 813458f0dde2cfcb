// A CUDA runtime for tests on a machine without a GPU, to be loaded before the real one: its device is the
// interpreter. It runs the PTX that the program carries, each launch to its end at once; a refused access fails the
// launch, with the reason as the error's text.
//
// M2M_PTX_CAPABILITY: the device's compute capability, 90 by default. M2M_PTX_ORDER=last_first: blocks and warps
// run from the last to the first.
#include <cuda_runtime_api.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>

#include "support/ptx/fatbin.hpp"
#include "support/ptx/grid.hpp"
#include "support/ptx/parse.hpp"

namespace m2m::testing::ptx {
namespace {

/// A kernel by the address of its function on the host.
struct Registered {
  const void* fatbin;
  std::string name;
};

/// Sizes of a launch between <<<>>> and the call behind it.
struct Configuration {
  dim3 grid, block;
  std::size_t shared_bytes;
  void* stream;
};

class Runtime {
 public:
  static Runtime& instance() {
    static auto* runtime = new Runtime;  // never destroyed: programs unregister their code at their end
    return *runtime;
  }

  unsigned capability() const { return capability_; }

  void add(const void* function, const void* fatbin, const char* name) { functions_[function] = {fatbin, name}; }

  const Kernel& kernel(const void* function) {
    const auto known = kernels_.find(function);
    if (known != kernels_.end()) return known->second;
    return kernels_.emplace(function, module_of(function).kernel(functions_.at(function).name)).first->second;
  }

  /// The module with the code of a kernel.
  const Module& module_of(const void* function) {
    const auto registered = functions_.find(function);
    if (registered == functions_.end()) throw std::runtime_error("a kernel that the program does not register");
    const void* fatbin = registered->second.fatbin;
    const auto known = modules_.find(fatbin);
    if (known != modules_.end()) return known->second;
    const std::string text = ptx_of(fatbin, capability_);
    if (text.empty()) throw std::runtime_error("the program has no PTX for so old a GPU");
    return modules_.emplace(fatbin, parse_module(text)).first->second;
  }

  /// Runs something that may be refused.
  template <typename F>
  cudaError_t guarded(F f) {
    const std::scoped_lock lock(mutex_);
    try {
      f();
      return cudaSuccess;
    } catch (const std::exception& refused) {
      reason_ = refused.what();
      failed_ = cudaErrorLaunchFailure;
      return failed_;
    }
  }

  cudaError_t take_error() {
    const cudaError_t failed = failed_;
    failed_ = cudaSuccess;
    return failed;
  }
  const char* text_of(cudaError_t error) const { return error == cudaSuccess ? "no error" : reason_.c_str(); }

  void run(const void* function, const cudaLaunchConfig_t& config, void** arguments) {
    const Kernel& code = kernel(function);
    Launch launch;
    launch.grid = {config.gridDim.x, config.gridDim.y, config.gridDim.z};
    launch.block = {config.blockDim.x, config.blockDim.y, config.blockDim.z};
    launch.dynamic_shared_bytes = static_cast<std::uint32_t>(config.dynamicSmemBytes);
    launch.is_last_first = is_last_first_;
    for (unsigned i = 0; i < config.numAttrs; ++i) {
      if (config.attrs[i].id == cudaLaunchAttributeClusterDimension)
        launch.cluster = {config.attrs[i].val.clusterDim.x, config.attrs[i].val.clusterDim.y,
                          config.attrs[i].val.clusterDim.z};
    }
    if (product(launch.cluster) > 1 && capability_ < 90)
      throw std::runtime_error("clusters need compute capability 9.0");
    if (code.shared_bytes + launch.dynamic_shared_bytes > allowed_bytes(function))
      throw std::runtime_error("more shared memory than the kernel is allowed");
    launch.parameters.resize(code.parameter_bytes);
    for (std::size_t i = 0; i < code.parameters.size(); ++i)
      std::memcpy(launch.parameters.data() + code.parameters[i].offset, arguments[i], code.parameters[i].bytes);
    run_grid(code, launch, device_);
  }

  void allow(const void* function, std::uint32_t bytes) {
    if (bytes > most_shared_bytes()) throw std::runtime_error("more shared memory than a block can have");
    allowed_[function] = bytes;
  }

  void* allocate(std::size_t bytes) {
    auto memory = std::make_unique<std::byte[]>(bytes + alignment);
    std::byte* first = memory.get() + (alignment - reinterpret_cast<std::uintptr_t>(memory.get()) % alignment);
    device_.memory.add("device memory", Space::global, first, bytes);
    allocated_[first] = std::move(memory);
    return first;
  }

  void free(void* memory) {
    const auto* first = static_cast<std::byte*>(memory);
    if (allocated_.find(first) == allocated_.end())
      throw std::runtime_error("memory is freed that was not allocated");
    device_.memory.remove(first);
    allocated_.erase(first);
  }

  /// Notes that the host has stored something there, if it is device memory.
  void store(void* to, std::size_t bytes) {
    const auto address = reinterpret_cast<std::uintptr_t>(to);
    if (Region* region = device_.memory.find_or_null(address))
      region->store_by_host(address - reinterpret_cast<std::uintptr_t>(region->bytes()), bytes);
  }

  Configuration pushed;

 private:
  static constexpr std::size_t alignment = 256;
  static constexpr std::uint32_t allowed_without_asking = 48 * 1024;

  Runtime() {
    if (const char* wanted = std::getenv("M2M_PTX_CAPABILITY"))
      capability_ = static_cast<unsigned>(std::atoi(wanted));
    const char* order = std::getenv("M2M_PTX_ORDER");
    is_last_first_ = order != nullptr && std::string(order) == "last_first";
  }

  /// CUDA's programming guide, technical specifications: 8.0 and 9.0 or later.
  std::uint32_t most_shared_bytes() const { return (capability_ >= 90 ? 227U : 163U) * 1024; }
  std::uint32_t allowed_bytes(const void* function) const {
    const auto found = allowed_.find(function);
    return found == allowed_.end() ? allowed_without_asking : found->second;
  }

  std::mutex mutex_;
  unsigned capability_ = 90;
  bool is_last_first_ = false;
  Device device_;
  std::map<const void*, Registered> functions_;
  std::map<const void*, Module> modules_;  // by fat binary
  std::map<const void*, Kernel> kernels_;
  std::map<const void*, std::uint32_t> allowed_;
  std::map<const std::byte*, std::unique_ptr<std::byte[]>> allocated_;
  std::string reason_;
  cudaError_t failed_ = cudaSuccess;
};

Runtime& runtime() { return Runtime::instance(); }

}  // namespace
}  // namespace m2m::testing::ptx

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
                               std::size_t shared_bytes, cudaStream_t) {
  cudaLaunchConfig_t config{};
  config.gridDim = grid;
  config.blockDim = block;
  config.dynamicSmemBytes = shared_bytes;
  return runtime().guarded([&] { runtime().run(kernel, config, arguments); });
}

}  // extern "C"
// NOLINTEND(bugprone-reserved-identifier, readability-identifier-naming)

cudaError_t cudaLaunchKernelExC(const cudaLaunchConfig_t* config, const void* function, void** arguments) {
  return runtime().guarded([&] { runtime().run(function, *config, arguments); });
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
cudaError_t cudaDeviceSynchronize() { return cudaSuccess; }

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
