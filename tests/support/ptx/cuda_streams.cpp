// Streams and their recordings in the CUDA runtime of tests (cuda_calls.cpp). A stream is only an address: what is
// queued in one that is not recorded has run when the call returns.
#include <cuda_runtime_api.h>

#include "support/ptx/runtime.hpp"

using m2m::testing::ptx::Recording;
using m2m::testing::ptx::runtime;

namespace {

Recording& recording_in(void* graph) { return *static_cast<Recording*>(graph); }

}  // namespace

cudaError_t cudaStreamCreateWithFlags(cudaStream_t* stream, unsigned) {
  *stream = reinterpret_cast<cudaStream_t>(new char);
  return cudaSuccess;
}
cudaError_t cudaStreamDestroy(cudaStream_t stream) {
  delete reinterpret_cast<char*>(stream);
  return cudaSuccess;
}
cudaError_t cudaStreamSynchronize(cudaStream_t) { return cudaSuccess; }
cudaError_t cudaDeviceSynchronize() { return cudaSuccess; }

cudaError_t cudaStreamBeginCapture(cudaStream_t stream, cudaStreamCaptureMode) {
  return runtime().guarded([&] { runtime().begin_recording(stream); });
}
cudaError_t cudaStreamEndCapture(cudaStream_t stream, cudaGraph_t* graph) {
  *graph = nullptr;
  return runtime().guarded(
      [&] { *graph = reinterpret_cast<cudaGraph_t>(new Recording(runtime().end_recording(stream))); });
}
cudaError_t cudaGraphInstantiate(cudaGraphExec_t* executable, cudaGraph_t graph, unsigned long long) {
  *executable = reinterpret_cast<cudaGraphExec_t>(new Recording(recording_in(graph)));
  return cudaSuccess;
}
cudaError_t cudaGraphLaunch(cudaGraphExec_t executable, cudaStream_t) {
  return runtime().guarded([&] { runtime().replay(recording_in(executable)); });
}
cudaError_t cudaGraphDestroy(cudaGraph_t graph) {
  delete &recording_in(graph);
  return cudaSuccess;
}
cudaError_t cudaGraphExecDestroy(cudaGraphExec_t executable) {
  delete &recording_in(executable);
  return cudaSuccess;
}
