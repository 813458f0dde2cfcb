#pragma once
// The device of the interpreter as a CUDA runtime sees it: its code, its memory, its launches and their errors.
#include <cuda_runtime_api.h>

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "support/ptx/grid.hpp"
#include "support/ptx/launch.hpp"
#include "support/ptx/parse.hpp"

namespace m2m::testing::ptx {

/// Sizes of a launch between <<<>>> and the call behind it.
struct Configuration {
  dim3 grid, block;
  std::size_t shared_bytes;
  void* stream;
};

/// Launches that were queued in a stream while it was recorded.
using Recording = std::vector<std::pair<const Kernel*, Launch>>;

/// Every launch runs to its end at once, unless its stream is recorded. M2M_PTX_CAPABILITY: the device's compute
/// capability, 90 by default. M2M_PTX_ORDER=last_first: blocks and warps run from the last to the first.
class Runtime {
 public:
  static Runtime& instance();

  unsigned capability() const { return capability_; }

  /// Registers a kernel by the address of its function on the host.
  void add(const void* function, const void* fatbin, const char* name) { functions_[function] = {fatbin, name}; }

  /// The module with the code of a kernel.
  const Module& module_of(const void* function);

  /// Runs something that may be refused: the reason is the error's text.
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
  cudaError_t take_error() { return std::exchange(failed_, cudaSuccess); }
  const char* text_of(cudaError_t error) const { return error == cudaSuccess ? "no error" : reason_.c_str(); }

  // All that follows throws std::runtime_error.

  /// Runs a kernel, or records it if its stream is recorded. While one is, others are refused.
  void queue(const void* function, const cudaLaunchConfig_t& config, void** arguments);
  void allow(const void* function, std::uint32_t shared_bytes);
  void* allocate(std::size_t bytes);
  void free(void* memory);
  /// Notes that the host has stored something there, if it is device memory.
  void store(void* to, std::size_t bytes);

  void begin_recording(void* stream);
  Recording end_recording(void* stream);
  void replay(const Recording& recording);

  Configuration pushed;

 private:
  struct Registered {
    const void* fatbin;
    std::string name;
  };

  Runtime();
  const Kernel& kernel(const void* function);
  Launch launch_of(const void* function, const cudaLaunchConfig_t& config, void** arguments);
  std::uint32_t allowed_bytes(const void* function) const;
  /// As a GPU does that records: what would wait or allocate is refused.
  void refuse_while_recording(const char* what) const;

  std::mutex mutex_;
  unsigned capability_ = 90;
  bool is_last_first_ = false;
  Device device_;
  std::map<const void*, Registered> functions_;
  std::map<const void*, Module> modules_;  // by fat binary
  std::map<const void*, Kernel> kernels_;
  std::map<const void*, std::uint32_t> allowed_;
  std::map<const std::byte*, std::unique_ptr<std::byte[]>> allocated_;
  bool is_recording_ = false;
  void* recorded_stream_ = nullptr;
  Recording recording_;
  std::string reason_;
  cudaError_t failed_ = cudaSuccess;
};

inline Runtime& runtime() { return Runtime::instance(); }

}  // namespace m2m::testing::ptx
