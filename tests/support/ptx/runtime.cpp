#include "support/ptx/runtime.hpp"

#include <cstdlib>
#include <cstring>

#include "support/ptx/fatbin.hpp"

namespace m2m::testing::ptx {
namespace {

constexpr std::size_t alignment = 256;
constexpr std::uint32_t allowed_without_asking = 48 * 1024;

/// CUDA's programming guide, technical specifications: 8.0 and 9.0 or later.
std::uint32_t most_shared_bytes(unsigned capability) { return (capability >= 90 ? 227U : 163U) * 1024; }

}  // namespace

Runtime& Runtime::instance() {
  static auto* runtime = new Runtime;  // never destroyed: programs unregister their code at their end
  return *runtime;
}

Runtime::Runtime() {
  if (const char* wanted = std::getenv("M2M_PTX_CAPABILITY"))
    capability_ = static_cast<unsigned>(std::atoi(wanted));
  const char* order = std::getenv("M2M_PTX_ORDER");
  is_last_first_ = order != nullptr && std::string(order) == "last_first";
}

const Kernel& Runtime::kernel(const void* function) {
  const auto known = kernels_.find(function);
  if (known != kernels_.end()) return known->second;
  return kernels_.emplace(function, module_of(function).kernel(functions_.at(function).name)).first->second;
}

const Module& Runtime::module_of(const void* function) {
  const auto registered = functions_.find(function);
  if (registered == functions_.end()) throw std::runtime_error("a kernel that the program does not register");
  const void* fatbin = registered->second.fatbin;
  const auto known = modules_.find(fatbin);
  if (known != modules_.end()) return known->second;
  const std::string text = ptx_of(fatbin, capability_);
  if (text.empty()) throw std::runtime_error("the program has no PTX for so old a GPU");
  return modules_.emplace(fatbin, parse_module(text)).first->second;
}

std::uint32_t Runtime::allowed_bytes(const void* function) const {
  const auto found = allowed_.find(function);
  return found == allowed_.end() ? allowed_without_asking : found->second;
}

void Runtime::allow(const void* function, std::uint32_t shared_bytes) {
  if (shared_bytes > most_shared_bytes(capability_))
    throw std::runtime_error("more shared memory than a block can have");
  allowed_[function] = shared_bytes;
}

Launch Runtime::launch_of(const void* function, const cudaLaunchConfig_t& config, void** arguments) {
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
  return launch;
}

void Runtime::queue(const void* function, const cudaLaunchConfig_t& config, void** arguments) {
  if (is_recording_ && config.stream != recorded_stream_) refuse_while_recording("a kernel in another stream");
  Launch launch = launch_of(function, config, arguments);
  if (!is_recording_) return run_grid(kernel(function), launch, device_);
  recording_.emplace_back(&kernel(function), std::move(launch));
}

void Runtime::refuse_while_recording(const char* what) const {
  if (is_recording_) throw std::runtime_error(std::string(what) + " while a stream is recorded");
}

void Runtime::begin_recording(void* stream) {
  refuse_while_recording("another recording");
  if (stream == nullptr) throw std::runtime_error("the default stream cannot be recorded");
  is_recording_ = true;
  recorded_stream_ = stream;
}

Recording Runtime::end_recording(void* stream) {
  if (!is_recording_ || stream != recorded_stream_) throw std::runtime_error("this stream is not recorded");
  is_recording_ = false;
  return std::exchange(recording_, {});
}

void Runtime::replay(const Recording& recording) {
  refuse_while_recording("a recording is replayed");
  for (const auto& [kernel, launch] : recording) run_grid(*kernel, launch, device_);
}

void* Runtime::allocate(std::size_t bytes) {
  refuse_while_recording("an allocation");
  auto memory = std::make_unique<std::byte[]>(bytes + alignment);
  std::byte* first = memory.get() + (alignment - reinterpret_cast<std::uintptr_t>(memory.get()) % alignment);
  device_.memory.add("device memory", Space::global, first, bytes);
  allocated_[first] = std::move(memory);
  return first;
}

void Runtime::free(void* memory) {
  refuse_while_recording("memory is freed");
  const auto* first = static_cast<std::byte*>(memory);
  if (allocated_.find(first) == allocated_.end())
    throw std::runtime_error("memory is freed that was not allocated");
  device_.memory.remove(first);
  allocated_.erase(first);
}

void Runtime::store(void* to, std::size_t bytes) {
  refuse_while_recording("a copy by the host");
  const auto address = reinterpret_cast<std::uintptr_t>(to);
  if (Region* region = device_.memory.find_or_null(address))
    region->store_by_host(address - reinterpret_cast<std::uintptr_t>(region->bytes()), bytes);
}

}  // namespace m2m::testing::ptx
